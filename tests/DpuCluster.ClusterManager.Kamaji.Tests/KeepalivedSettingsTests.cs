using DpuCluster.Api;
using DpuCluster.ClusterManager.Kamaji.Keepalived;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

public sealed class KeepalivedSettingsTests
{
    [Theory]
    [InlineData("dpucluster_vip")]
    [InlineData("10.1")]
    [InlineData("010.1.1.1")]
    [InlineData("10.0.0.1/24")]
    [InlineData("[2001:db8::1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData("10.0.0.1\n}")]
    [InlineData("")]
    public void A_virtual_IP_that_is_no_address_is_refused_with_what_to_write_instead(string vip) =>
        Problem(Clusters.Endpoint(vip)).ShouldContain("is no IP address: write the virtual IP reserved for this cluster");

    [Theory]
    [InlineData("0.0.0.0", "no address")]
    [InlineData("127.0.0.1", "local machine")]
    [InlineData("::1", "local machine")]
    [InlineData("224.0.0.18", "multicast")]
    [InlineData("ff02::12", "multicast")]
    [InlineData("255.255.255.255", "broadcast")]
    [InlineData("fe80::1", "interface")]
    [InlineData("::ffff:10.0.0.1", "IPv6 form")]
    public void An_address_that_cannot_be_a_virtual_IP_is_refused_with_the_reason(string vip, string reason) =>
        Problem(Clusters.Endpoint(vip)).ShouldContain(reason);

    [Theory]
    [InlineData("eth0\n}")]
    [InlineData("eth0 {")]
    [InlineData("$VAR")]
    [InlineData("eth0;x")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("sixteen-letters-")]
    [InlineData("eth0#")]
    [InlineData("@host")]
    public void An_interface_name_that_means_something_to_keepalived_is_refused(string name) =>
        Problem(Clusters.Endpoint(@interface: name)).ShouldContain("write the name of a network interface");

    [Theory]
    [InlineData("bad key", "v")]
    [InlineData("key", "bad value")]
    [InlineData("key\n", "v")]
    [InlineData("a/b/c", "v")]
    public void A_selector_that_cannot_be_labels_is_refused(string key, string value) =>
        Problem(Clusters.Endpoint(nodeSelector: new Dictionary<string, string> { [key] = value })).ShouldContain("cannot be a label");

    [Theory]
    [InlineData("2001:DB8:0::1", "2001:db8::1")]
    [InlineData("10.66.66.66", "10.66.66.66")]
    public void An_address_has_one_spelling(string written, string canonical) => Clusters.Settings(written).VipText.ShouldBe(canonical);

    [Theory]
    [InlineData("interface_one")]
    [InlineData("br-dpu")]
    [InlineData("bond0.100")]
    public void Customary_interface_names_are_accepted(string name) => Clusters.Settings(@interface: name).Interface.ShouldBe(name);

    [Fact]
    public void What_is_rendered_has_the_endpoint_in_it_and_no_other_directive_than_expected()
    {
        var text = KeepalivedConfig.Render(Clusters.Settings());

        text.ShouldContain("interface br-dpu\n");
        text.ShouldContain("virtual_router_id 126\n");
        text.ShouldContain("10.66.66.66/32 dev br-dpu\n");
        text.ShouldContain("nopreempt\n");
        text.Count(character => character == '{').ShouldBe(text.Count(character => character == '}'));
    }

    [Fact]
    public void An_IPv6_address_gets_the_prefix_of_a_single_host() =>
        KeepalivedConfig.Render(Clusters.Settings("2001:db8::1")).ShouldContain("2001:db8::1/128 dev br-dpu\n");

    [Fact]
    public void Nodes_of_one_network_have_different_priorities_within_VRRPs_range()
    {
        var priorities = Enumerable.Range(1, 250).Select(last => TrackedFiles.BasePriority + TrackedFiles.PriorityOf(new([192, 0, 2, (byte)last]))).ToList();

        priorities.ShouldBeUnique();
        priorities.ShouldAllBe(priority => priority >= 1 && priority <= 254);
    }

    private static string Problem(KeepalivedEndpoint endpoint)
    {
        KeepalivedSettings.TryRead(endpoint, out var settings, out var problem).ShouldBeFalse();
        settings.ShouldBeNull();
        problem!.ShouldNotContain('\n');
        return problem;
    }
}

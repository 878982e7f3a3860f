using DpuCluster.ClusterManager.Kamaji.Endpoints;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

public sealed class EndpointConflictTests
{
    private const string ControlPlane = "node-role.kubernetes.io/control-plane";

    [Fact]
    public void The_younger_of_two_with_one_virtual_IP_must_wait_for_the_older()
    {
        var older = Clusters.Kamaji("older", Clusters.Endpoint(virtualRouterId: 1)).Stored(age: 2);
        var younger = Clusters.Kamaji("younger", Clusters.Endpoint(virtualRouterId: 2)).Stored(age: 1);

        EndpointConflict.Find(younger, [older, younger], null)!.ShouldContain("dpf-operator-system/older");
        EndpointConflict.Find(older, [older, younger], null).ShouldBeNull();
    }

    [Fact]
    public void Of_two_that_are_equally_old_the_name_decides()
    {
        var a = Clusters.Kamaji("a", Clusters.Endpoint()).Stored();
        var b = Clusters.Kamaji("b", Clusters.Endpoint()).Stored();

        EndpointConflict.Find(a, [a, b], null).ShouldBeNull();
        EndpointConflict.Find(b, [a, b], null).ShouldNotBeNull();
    }

    [Fact]
    public void Of_two_that_are_equally_old_the_one_that_was_made_first_stays()
    {
        var a = Clusters.Kamaji("a", Clusters.Endpoint()).Stored();
        var b = Clusters.Kamaji("b", Clusters.Endpoint()).Stored();
        b = b with { Spec = b.Spec with { Kubeconfig = "b-admin-kubeconfig" } };

        EndpointConflict.Find(a, [a, b], null)!.ShouldContain("dpf-operator-system/b");
        EndpointConflict.Find(b, [a, b], null).ShouldBeNull();
    }

    [Fact]
    public void Two_spellings_of_one_address_are_the_same_claim()
    {
        var older = Clusters.Kamaji("older", Clusters.Endpoint("2001:db8::1", 1)).Stored(age: 2);
        var younger = Clusters.Kamaji("younger", Clusters.Endpoint("2001:DB8:0:0::1", 2)).Stored(age: 1);

        EndpointConflict.Find(younger, [older], null).ShouldNotBeNull();
        EndpointConflict.ClaimsOf(younger).ShouldContain(EndpointConflict.ClaimsOf(older).First());
    }

    [Theory]
    [InlineData("br-dpu", 126, true)]
    [InlineData("eth0", 126, false)]
    [InlineData("br-dpu", 127, false)]
    public void A_router_id_is_claimed_on_its_interface(string @interface, int id, bool conflict)
    {
        var older = Clusters.Kamaji("older", Clusters.Endpoint("10.0.0.1")).Stored(age: 2);
        var younger = Clusters.Kamaji("younger", Clusters.Endpoint("10.0.0.2", id, @interface)).Stored(age: 1);

        (EndpointConflict.Find(younger, [older], null) is not null).ShouldBe(conflict);
    }

    [Theory]
    [InlineData("rack", "1", "rack", "2", false)]
    [InlineData("rack", "1", "rack", "1", true)]
    [InlineData("rack", "1", "zone", "a", true)]
    [InlineData("rack", "1", "zone", "b", false)]
    public void A_router_id_is_claimed_on_the_nodes_that_the_selector_matches(string key, string value, string otherKey, string otherValue, bool conflict)
    {
        var nodes = new[] { Clusters.Node("n1", (ControlPlane, ""), ("rack", "1"), ("zone", "a")), Clusters.Node("n2", ("zone", "b"), ("rack", "1")) };
        var older = Clusters.Kamaji("older", Clusters.Endpoint("10.0.0.1", nodeSelector: new Dictionary<string, string> { [key] = value })).Stored(age: 2);
        var younger = Clusters.Kamaji("younger", Clusters.Endpoint("10.0.0.2", nodeSelector: new Dictionary<string, string> { [otherKey] = otherValue })).Stored(age: 1);

        (EndpointConflict.Find(younger, [older], nodes) is not null).ShouldBe(conflict);
    }

    [Fact]
    public void Clusters_of_other_types_and_invalid_endpoints_claim_nothing()
    {
        var mine = Clusters.Kamaji("mine", Clusters.Endpoint()).Stored();
        var invalid = Clusters.Kamaji("invalid", Clusters.Endpoint("dpucluster_vip")).Stored(age: 5);
        var foreign = invalid with { Spec = mine.Spec with { Type = "acme.example/fast" } };

        EndpointConflict.Find(mine, [invalid, foreign], null).ShouldBeNull();
        EndpointConflict.ClaimsOf(invalid).ShouldBeEmpty();
    }
}

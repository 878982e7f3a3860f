using System.Net;
using System.Net.Sockets;
using DpuCluster.ApiServer.Catalog.Kinds;

namespace DpuCluster.ApiServer.Tests.Catalog;

public sealed class ServiceTests
{
    private readonly Requests _requests = new();

    [Fact]
    public void Node_port_service_gets_address_port_and_defaults()
    {
        var service = _requests.Made("services", """{"spec":{"type":"NodePort","selector":{"app":"x"},"ports":[{"name":"kube-apiserver","port":6443}]}}""");
        var address = service["spec"]!["clusterIP"]!.GetValue<string>();
        var port = service["spec"]!["ports"]![0]!["nodePort"]!.GetValue<int>();
        port.ShouldBeInRange(30000, 32767);
        new IPNetwork(IPAddress.Parse("10.96.0.0"), 12).Contains(IPAddress.Parse(address)).ShouldBeTrue();
        Requests.ShouldBeJson(service["spec"], $$"""
            {"ports":[{"name":"kube-apiserver","protocol":"TCP","port":6443,"targetPort":6443,"nodePort":{{port}}}],"selector":{"app":"x"},
             "clusterIP":"{{address}}","clusterIPs":["{{address}}"],"type":"NodePort","sessionAffinity":"None","externalTrafficPolicy":"Cluster",
             "ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","internalTrafficPolicy":"Cluster"}
            """);
        Requests.ShouldBeJson(service["status"], """{"loadBalancer":{}}""");
    }

    [Fact]
    public void Headless_service_without_selector_has_both_families()
    {
        var service = _requests.Made("services", """{"spec":{"clusterIP":"None","ports":[{"port":80}]}}""");
        Requests.ShouldBeJson(service["spec"], """
            {"ports":[{"protocol":"TCP","port":80,"targetPort":80}],"clusterIP":"None","clusterIPs":["None"],"type":"ClusterIP",
             "sessionAffinity":"None","ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"RequireDualStack","internalTrafficPolicy":"Cluster"}
            """);
    }

    [Theory]
    [InlineData("""[{"port":0}]""", "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive", "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [InlineData("""[{"port":80},{"port":81}]""", "spec.ports[0].name: Required value", "spec.ports[1].name: Required value")]
    [InlineData("""[{"port":80,"nodePort":30001}]""", "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'")]
    [InlineData("""[{"port":80,"protocol":"ICMP"}]""", """spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP" """)]
    [InlineData("[]", "spec.ports: Required value")]
    public void Ports_that_cannot_be_are_refused(string ports, params string[] expected) =>
        _requests.Refused("services", $$$"""{"spec":{"ports":{{{ports}}}}}""").ShouldBe(expected.Select(e => e.TrimEnd()));

    [Fact]
    public void Node_port_outside_of_the_range_is_refused() =>
        _requests.Refused("services", """{"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":80}]}}""").ShouldBe(
            ["spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767"]);

    [Fact]
    public void Node_port_that_another_service_has_is_refused_until_that_is_gone()
    {
        const string Wanted = """{"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30123}]}}""";
        var first = _requests.Made("services", Wanted);
        _requests.Refused("services", Wanted).ShouldBe(["spec.ports[0].nodePort: Invalid value: 30123: provided port is already allocated"]);
        _requests.Resource("services").Strategy.Release(first);
        _requests.Made("services", Wanted);
    }

    [Fact]
    public void Node_port_that_is_of_no_use_is_given_to_nobody_but_who_asks_for_it()
    {
        var allocator = new ServiceAllocator(IPNetwork.Parse("10.0.0.0/30"), 30000, 30002, port => port == 30001);

        allocator.TakePort(null, out var taken).ShouldBeNull();
        taken.ShouldBe(30001);
        allocator.TakePort(null, out _).ShouldBe("failed to allocate a nodePort: range is full");
        allocator.TakePort(30000, out taken).ShouldBeNull();
        taken.ShouldBe(30000);
    }

    [Fact]
    public void Port_is_free_when_nobody_listens_on_it()
    {
        // An address that no other program has a reason to listen on.
        var address = IPAddress.Parse("127.83.5.21");
        using var listener = new TcpListener(address, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        FreePort.IsFree(address, port).ShouldBeFalse();

        listener.Stop();

        FreePort.IsFree(address, port).ShouldBeTrue();
    }

    [Fact]
    public void Cancelled_reservation_gives_everything_back()
    {
        var allocator = new ServiceAllocator(IPNetwork.Parse("10.0.0.0/30"), 30000, 30000);
        var strategy = new ServiceStrategy(allocator);
        for (var i = 0; i < 5; i++)
        {
            var service = Requests.Json("""{"metadata":{"name":"a"},"spec":{"type":"NodePort","ports":[{"port":80}]}}""");
            strategy.Default(service);
            strategy.PrepareForCreate(service);
            var reservation = strategy.Reserve(service, null, []);
            reservation.ShouldNotBeNull();
            reservation.Cancel();
        }
    }

    [Fact]
    public void Address_cannot_change()
    {
        var service = _requests.Made("services", """{"spec":{"ports":[{"port":80}]}}""");
        _requests.Update("services", service, s => s["spec"]!["clusterIP"] = "10.96.200.200").Errors
            .ShouldHaveSingleItem().ToString().ShouldBe("""spec.clusterIPs[0]: Invalid value: ["10.96.200.200"]: may not change once set""");
    }

    [Fact]
    public void Update_that_leaves_out_what_was_given_keeps_it()
    {
        var service = _requests.Made("services", """{"spec":{"type":"NodePort","ports":[{"port":80}]}}""");
        var (updated, errors) = _requests.Update("services", service, s => s["spec"] = Requests.Json("""{"type":"NodePort","ports":[{"port":80,"name":"x"}]}"""));
        errors.ShouldBeEmpty();
        updated["spec"]!["clusterIP"]!.GetValue<string>().ShouldBe(service["spec"]!["clusterIP"]!.GetValue<string>());
        updated["spec"]!["ports"]![0]!["nodePort"]!.ToString().ShouldBe(service["spec"]!["ports"]![0]!["nodePort"]!.ToString());
    }

    [Fact]
    public void Service_that_stops_being_NodePort_frees_its_port()
    {
        var service = _requests.Made("services", """{"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30500}]}}""");
        var (updated, errors) = _requests.Update("services", service, s => s["spec"]!["type"] = "ClusterIP");
        errors.ShouldBeEmpty();
        updated["spec"]!["ports"]![0]!["nodePort"].ShouldBeNull();
        updated["spec"]!["externalTrafficPolicy"].ShouldBeNull();
        _requests.Made("services", """{"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30500}]}}""");
    }

    [Fact]
    public void Name_must_begin_with_a_letter() =>
        _requests.Refused("services", """{"metadata":{"name":"1a"},"spec":{"ports":[{"port":80}]}}""").ShouldHaveSingleItem()
            .ShouldStartWith("metadata.name: Invalid value: \"1a\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with");
}

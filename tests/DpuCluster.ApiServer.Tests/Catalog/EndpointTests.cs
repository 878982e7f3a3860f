using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests.Catalog;

public sealed class EndpointTests
{
    private const string Group = "discovery.k8s.io";
    private const string Minimal = """{"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"]}],"ports":[{"port":80}]}""";

    private readonly Requests _requests = new();

    [Theory]
    [InlineData("{}", "addressType: Required value")]
    [InlineData("""{"addressType":"IP","endpoints":[{"addresses":["x"]}]}""", "addressType: Unsupported value: \"IP\": supported values: \"FQDN\", \"IPv4\", \"IPv6\"")]
    [InlineData("""{"addressType":"IPv4","endpoints":[{"addresses":[]}]}""", "endpoints[0].addresses: Required value: must contain at least 1 address")]
    [InlineData("""{"addressType":"IPv4","endpoints":[{"addresses":["127.0.0.1"]}]}""", "endpoints[0].addresses[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)")]
    [InlineData("""{"addressType":"IPv4","endpoints":[{"addresses":["2001:db8::1"]}]}""", "endpoints[0].addresses[0]: Invalid value: \"2001:db8::1\": must be an IPv4 address")]
    [InlineData("""{"addressType":"FQDN","endpoints":[{"addresses":["example"]}]}""", "endpoints[0].addresses[0]: Invalid value: \"example\": should be a domain with at least two segments separated by dots")]
    [InlineData("""{"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"hints":{"forZones":[{"name":"a"},{"name":"a"}]}}]}""", "endpoints[0].hints.forZones[1].name: Duplicate value: \"a\"")]
    [InlineData("""{"addressType":"IPv4","ports":[{"port":80},{"port":81}]}""", "ports[1].name: Duplicate value: \"\"")]
    [InlineData("""{"addressType":"IPv4","ports":[{"protocol":"ICMP"}]}""", "ports[0].protocol: Unsupported value: \"ICMP\": supported values: \"SCTP\", \"TCP\", \"UDP\"")]
    public void Slices_are_checked(string slice, string error) => _requests.Refused("endpointslices", slice, Group).ShouldBe([error]);

    [Fact]
    public void Kind_of_address_stays()
    {
        var made = _requests.Made("endpointslices", Minimal, Group);
        _requests.Update("endpointslices", made, slice => (slice["addressType"], slice["endpoints"]) = ("FQDN", new JsonArray()), Group)
            .Errors.ShouldHaveSingleItem().ToString().ShouldBe("addressType: Invalid value: \"FQDN\": field is immutable");
    }

    [Fact]
    public void Labels_of_a_slice_count_and_its_topology_is_dropped()
    {
        var made = _requests.Made("endpointslices", Minimal.Replace("]}]", "],\"deprecatedTopology\":{\"a\":\"b\"}}]", StringComparison.Ordinal), Group);
        made["endpoints"]![0]!.AsObject().ContainsKey("deprecatedTopology").ShouldBeFalse();
        var (updated, _) = _requests.Update("endpointslices", made, slice => slice["metadata"]!["labels"] = new JsonObject { ["a"] = "b" }, Group);
        _requests.Resource("endpointslices", Group).Strategy.DesiredStateChanged(updated, made).ShouldBeTrue();
        (updated, _) = _requests.Update("endpointslices", made, slice => slice["metadata"]!["annotations"] = new JsonObject { ["a"] = "b" }, Group);
        _requests.Resource("endpointslices", Group).Strategy.DesiredStateChanged(updated, made).ShouldBeFalse();
    }

    [Theory]
    [InlineData("{}", "subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`")]
    [InlineData("""{"addresses":[{"ip":"x"}]}""", "subsets[0].addresses[0].ip: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    [InlineData("""{"notReadyAddresses":[{"ip":"10.0.0.1","nodeName":"_"}]}""", "subsets[0].notReadyAddresses[0].nodeName: Invalid value: \"_\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")]
    [InlineData("""{"addresses":[{"ip":"10.0.0.1"}],"ports":[{"port":0}]}""", "subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [InlineData("""{"addresses":[{"ip":"10.0.0.1"}],"ports":[{"port":1,"name":"a"},{"port":2}]}""", "subsets[0].ports[1].name: Required value")]
    public void Endpoints_are_checked(string subset, string error) => _requests.Refused("endpoints", $$"""{"subsets":[{{subset}}]}""").ShouldBe([error]);
}

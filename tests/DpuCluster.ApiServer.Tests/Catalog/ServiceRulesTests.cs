using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests.Catalog;

/// <summary>
/// The rules of <c>ValidateService</c>, <c>initIPFamilyFields</c>, <c>dropTypeDependentFields</c> and <c>GetWarningsForService</c> of a
/// real server.
/// </summary>
public sealed class ServiceRulesTests
{
    private readonly Requests _requests = new();

    [Theory]
    [InlineData("""{"type":"ExternalName","externalName":"a.b","clusterIP":"10.96.0.9"}""", "spec.clusterIPs: Forbidden: may not be set for ExternalName services")]
    [InlineData("""{"clusterIPs":["10.96.0.9"],"ports":[{"port":80}]}""", "spec.clusterIPs: Invalid value: [\"10.96.0.9\"]: must be empty when `clusterIP` is not specified")]
    [InlineData("""{"clusterIP":"10.96.0.8","clusterIPs":["10.96.0.9"],"ports":[{"port":80}]}""", "spec.clusterIPs: Invalid value: [\"10.96.0.9\"]: first value must match `clusterIP`")]
    [InlineData("""{"clusterIP":"x","ports":[{"port":80}]}""", "spec.clusterIPs[0]: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    [InlineData("""{"ipFamilies":["IPv5"],"ports":[{"port":80}]}""", "spec.ipFamilies[0]: Unsupported value: \"IPv5\": supported values: \"IPv4\", \"IPv6\"")]
    [InlineData("""{"ipFamilies":["IPv6"],"ports":[{"port":80}]}""", "spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster")]
    [InlineData("""{"ipFamilyPolicy":"RequireDualStack","ports":[{"port":80}]}""", "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services")]
    [InlineData("""{"externalIPs":["127.0.0.1","x"],"ports":[{"port":80}]}""", "spec.externalIPs[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)", "spec.externalIPs[1]: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    [InlineData("""{"loadBalancerSourceRanges":["10.0.0.0/8"],"ports":[{"port":80}]}""", "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'")]
    [InlineData("""{"type":"LoadBalancer","loadBalancerSourceRanges":["10.0.0.0"],"ports":[{"port":80}]}""", "spec.LoadBalancerSourceRanges[0]: Invalid value: \"10.0.0.0\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")]
    [InlineData("""{"allocateLoadBalancerNodePorts":true,"ports":[{"port":80}]}""", "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'")]
    [InlineData("""{"loadBalancerClass":"x.y/z","ports":[{"port":80}]}""", "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'")]
    [InlineData("""{"type":"LoadBalancer","healthCheckNodePort":30999,"ports":[{"port":80}]}""", "spec.healthCheckNodePort: Invalid value: 30999: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'")]
    [InlineData("""{"trafficDistribution":"x","ports":[{"port":80}]}""", "spec.trafficDistribution: Unsupported value: \"x\": supported values: \"PreferClose\", \"PreferSameNode\", \"PreferSameZone\"")]
    public void Service_that_breaks_a_rule_is_refused(string spec, params string[] errors) =>
        _requests.Refused("services", $$$"""{"spec":{{{spec}}}}""").ShouldBe(errors);

    [Fact]
    public void Load_balancer_of_local_traffic_has_a_port_to_ask_for_health_until_it_needs_none()
    {
        var service = _requests.Made("services", """{"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"port":80}]}}""");
        var port = service["spec"]!["healthCheckNodePort"]!.GetValue<int>();
        port.ShouldBeInRange(30000, 32767);
        var (kept, _) = _requests.Update("services", service, s => s["spec"]!.AsObject().Remove("healthCheckNodePort"));
        kept["spec"]!["healthCheckNodePort"]!.ToString().ShouldBe($"{port}");
        _requests.Update("services", service, s => s["spec"]!["healthCheckNodePort"] = port == 30000 ? 30001 : 30000).Errors.ShouldHaveSingleItem().ToString()
            .ShouldEndWith("cannot change healthCheckNodePort on loadBalancer service with externalTraffic=Local during update");
        var (cluster, errors) = _requests.Update("services", service, s => s["spec"]!["externalTrafficPolicy"] = "Cluster");
        errors.ShouldBeEmpty();
        cluster["spec"]!["healthCheckNodePort"].ShouldBeNull();
        _requests.Made("services", $$$"""{"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":{{{port}}}}]}}""");
    }

    [Fact]
    public void What_a_load_balancer_has_given_is_checked_and_goes_with_it()
    {
        var strategy = _requests.Resource("services").Strategy;
        var service = _requests.Made("services", """{"spec":{"type":"LoadBalancer","ports":[{"port":80}]}}""");
        service["status"] = JsonNode.Parse("""{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}""");
        strategy.Default(service);
        Requests.ShouldBeJson(service["status"], """{"loadBalancer":{"ingress":[{"ip":"192.0.2.1","ipMode":"VIP"}]}}""");

        var wrong = service.DeepClone().AsObject();
        wrong["status"] = JsonNode.Parse("""{"loadBalancer":{"ingress":[{"ip":"x","ipMode":"Other"},{"hostname":"192.0.2.1","ipMode":"VIP"}]}}""");
        var errors = new List<DpuCluster.ApiServer.Schemas.FieldError>();
        strategy.ValidateStatusUpdate(wrong, service, errors);
        errors.Select(e => e.ToString()).ShouldBe(
        [
            "status.loadBalancer.ingress[0].ip: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
            "status.loadBalancer.ingress[0].ipMode: Unsupported value: \"Other\": supported values: \"Proxy\", \"VIP\"",
            "status.loadBalancer.ingress[1].ipMode: Forbidden: may not be specified when `ip` is not set",
            "status.loadBalancer.ingress[1].hostname: Invalid value: \"192.0.2.1\": must be a DNS name, not an IP address",
        ]);

        var (plain, _) = _requests.Update("services", service, s => s["spec"]!["type"] = "ClusterIP");
        Requests.ShouldBeJson(plain["status"], """{"loadBalancer":{}}""");
    }

    [Theory]
    [InlineData("""{"type":"ExternalName","externalName":"a.b","externalIPs":["192.0.2.1"]}""", "spec.externalIPs is ignored when spec.type is \"ExternalName\"")]
    [InlineData("""{"externalName":"a.b","ports":[{"port":80}]}""", "spec.externalName is ignored when spec.type is not \"ExternalName\"")]
    [InlineData("""{"externalIPs":["192.0.2.1"],"ports":[{"port":80}]}""", "spec.externalIPs is deprecated and may no longer be implemented in some clusters")]
    [InlineData("""{"clusterIP":"None","sessionAffinity":"ClientIP","ports":[{"port":80}]}""", "spec.SessionAffinity is ignored for headless services")]
    [InlineData("""{"trafficDistribution":"PreferClose","ports":[{"port":80}]}""", "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"")]
    public void What_has_no_effect_is_warned_of(string spec, string warning) =>
        _requests.Resource("services").Strategy.Warnings(_requests.Made("services", $$$"""{"spec":{{{spec}}}}"""), null).ShouldBe([warning]);
}

using System.Net;

namespace DpuCluster.ApiServer.Tests.CustomResources;

public sealed class DefaultRuleTests
{
    [Theory]
    [InlineData(3, HttpStatusCode.UnprocessableEntity)]
    [InlineData(7, HttpStatusCode.Created)]
    public async Task Default_is_held_to_the_rules_of_its_own_schema(int value, HttpStatusCode code)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.AskAsync("POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},
             "spec":{"group":"example.com","scope":"Cluster","names":{"kind":"Thing","plural":"things"},"versions":[{"name":"v1","served":true,"storage":true,
              "schema":{"openAPIV3Schema":{"type":"object","properties":{"a":{"type":"object","default":{"size":VALUE},
               "properties":{"size":{"type":"integer","x-kubernetes-validations":[{"rule":"self > 5","message":"must be large"}]}}}}}}}]}}
            """.Replace("VALUE", $"{value}", StringComparison.Ordinal), code);
        if (code == HttpStatusCode.Created) return;
        answer["details"]!["causes"]![0]!["field"]!.ToString().ShouldBe("spec.validation.openAPIV3Schema.properties[a].default.size");
        answer["message"]!.ToString().ShouldContain("must be large");
    }
}

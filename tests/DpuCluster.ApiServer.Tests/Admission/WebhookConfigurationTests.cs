using System.Net;
using System.Text.Json.Nodes;
using static DpuCluster.ApiServer.Tests.Admission.WebhookText;

namespace DpuCluster.ApiServer.Tests.Admission;

public sealed class WebhookConfigurationTests
{
    [Theory]
    [InlineData("name", "\"short\"", "webhooks[0].name: Invalid value: \"short\": should be a domain with at least three segments separated by dots")]
    [InlineData("failurePolicy", "\"Other\"", "webhooks[0].failurePolicy: Unsupported value: \"Other\": supported values: \"Fail\", \"Ignore\"")]
    [InlineData("sideEffects", "\"Some\"", "webhooks[0].sideEffects: Unsupported value: \"Some\": supported values: \"None\", \"NoneOnDryRun\"")]
    [InlineData("timeoutSeconds", "31", "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds")]
    [InlineData("reinvocationPolicy", "\"Always\"", "webhooks[0].reinvocationPolicy: Unsupported value: \"Always\": supported values: \"IfNeeded\", \"Never\"")]
    [InlineData("admissionReviewVersions", "[\"v2\"]", "webhooks[0].admissionReviewVersions: Invalid value: [\"v2\"]: must include at least one of v1, v1beta1")]
    [InlineData("admissionReviewVersions", "[\"v1\",\"v1\"]", "webhooks[0].admissionReviewVersions[1]: Invalid value: \"v1\": duplicate version")]
    [InlineData("clientConfig", "{\"url\":\"http://127.0.0.1/x\"}", "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: https://host[/path]")]
    [InlineData("clientConfig", "{\"service\":{\"name\":\"n\",\"namespace\":\"ns\",\"path\":\"x\"}}", "webhooks[0].clientConfig.service.path: Invalid value: \"x\": must start with a '/'")]
    [InlineData("clientConfig", "{}", "webhooks[0].clientConfig: Required value: exactly one of url or service is required")]
    [InlineData("matchConditions", "[{\"name\":\"c\",\"expression\":\"1\"}]", "webhooks[0].matchConditions[0].expression: Invalid value: \"1\": must evaluate to bool")]
    [InlineData("matchConditions", "[{\"name\":\"c\",\"expression\":\"request.nothing\"}]", "undefined field 'nothing'")]
    [InlineData("matchConditions", "[{\"name\":\"c\",\"expression\":\"true\"},{\"name\":\"c\",\"expression\":\"true\"}]", "webhooks[0].matchConditions[1].name: Duplicate value: \"c\"")]
    [InlineData("rules", "[{\"operations\":[\"CREATE\",\"*\"],\"apiGroups\":[\"\"],\"apiVersions\":[\"v1\"],\"resources\":[\"pods\"]}]", "if '*' is present, must not specify other operations")]
    [InlineData("rules", "[{\"operations\":[\"PATCH\"],\"apiGroups\":[\"\"],\"apiVersions\":[\"v1\"],\"resources\":[\"pods\"]}]", "webhooks[0].rules[0].operations[0]: Unsupported value: \"PATCH\": supported values: \"*\", \"CONNECT\", \"CREATE\", \"DELETE\", \"UPDATE\"")]
    [InlineData("rules", "[{\"operations\":[\"*\"],\"apiGroups\":[\"\"],\"apiVersions\":[\"v1\"],\"resources\":[\"*/*\",\"pods\"]}]", "if '*/*' is present, must not specify other resources")]
    [InlineData("rules", "[{\"operations\":[\"*\"],\"apiGroups\":[\"\"],\"apiVersions\":[\"v1\"],\"resources\":[\"*/a\",\"x/a\"]}]", "webhooks[0].rules[0].resources[1]: Invalid value: \"x/a\": if '*/a' is present, must not specify x/a")]
    public async Task Wrong_field_is_told(string field, string value, string message)
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        var configuration = Configuration("Mutating", "m", Hook(hooks, "/x", hook => hook[field] = JsonNode.Parse(value)));

        (await server.AskAsync($"POST {Group}/mutatingwebhookconfigurations", configuration, HttpStatusCode.UnprocessableEntity)).Message().ShouldContain(message);
    }

    [Fact]
    public async Task Defaults_are_those_of_a_real_server()
    {
        await using var server = await TestServer.StartAsync();
        var created = await server.AskAsync($"POST {Group}/mutatingwebhookconfigurations", """
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"MutatingWebhookConfiguration","metadata":{"name":"m"},"webhooks":[
             {"name":"a.example.com","clientConfig":{"service":{"namespace":"n","name":"s"}},"sideEffects":"None","admissionReviewVersions":["v1"],
              "rules":[{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"]}]}]}
            """, HttpStatusCode.Created);

        var hook = created["webhooks"]![0]!;
        hook["failurePolicy"]!.ToString().ShouldBe("Fail");
        hook["matchPolicy"]!.ToString().ShouldBe("Equivalent");
        hook["timeoutSeconds"]!.GetValue<int>().ShouldBe(10);
        hook["reinvocationPolicy"]!.ToString().ShouldBe("Never");
        hook["namespaceSelector"]!.ToJsonString().ShouldBe("{}");
        hook["objectSelector"]!.ToJsonString().ShouldBe("{}");
        hook["clientConfig"]!["service"]!["port"]!.GetValue<int>().ShouldBe(443);
        hook["rules"]![0]!["scope"]!.ToString().ShouldBe("*");
    }
}

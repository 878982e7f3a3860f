using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests.Admission;

/// <summary>Configurations, responses and requests of webhook tests.</summary>
internal static class WebhookText
{
    public const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    public const string Group = "/apis/admissionregistration.k8s.io/v1";

    public static JsonObject Allow() => new() { ["allowed"] = true };

    public static JsonObject Deny(string message = "") => message.Length == 0
        ? new JsonObject { ["allowed"] = false }
        : new JsonObject { ["allowed"] = false, ["status"] = new JsonObject { ["message"] = message } };

    public static JsonObject Patch(string operations) => new()
    {
        ["allowed"] = true,
        ["patchType"] = "JSONPatch",
        ["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(operations)),
    };

    /// <summary>A webhook for all writes of config maps, but for what the change does to it.</summary>
    public static JsonObject Hook(WebhookServer server, string path, Action<JsonObject>? change = null)
    {
        var hook = new JsonObject
        {
            ["name"] = $"{path.Trim('/')}.example.com",
            ["clientConfig"] = new JsonObject { ["url"] = new Uri(server.Address, path).ToString(), ["caBundle"] = server.CaBundle },
            ["rules"] = new JsonArray(Rule("*", "", "v1", "configmaps")),
            ["sideEffects"] = "None",
            ["timeoutSeconds"] = 30,
            ["admissionReviewVersions"] = new JsonArray("v1"),
        };
        change?.Invoke(hook);
        return hook;
    }

    public static JsonObject Rule(string operation, string group, string version, params string[] resources) => new()
    {
        ["operations"] = new JsonArray(operation),
        ["apiGroups"] = new JsonArray(group),
        ["apiVersions"] = new JsonArray(version),
        ["resources"] = new JsonArray([.. resources.Select(r => (JsonNode)r)]),
    };

    public static JsonObject Configuration(string kind, string name, params JsonObject[] hooks) => new()
    {
        ["apiVersion"] = "admissionregistration.k8s.io/v1",
        ["kind"] = $"{kind}WebhookConfiguration",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["webhooks"] = new JsonArray([.. hooks]),
    };

    public static Task<JsonObject> ValidateWithAsync(this TestServer server, params JsonObject[] hooks) =>
        server.AskAsync($"POST {Group}/validatingwebhookconfigurations", Configuration("Validating", "checks", hooks), HttpStatusCode.Created);

    public static Task<JsonObject> MutateWithAsync(this TestServer server, string name, params JsonObject[] hooks) =>
        server.AskAsync($"POST {Group}/mutatingwebhookconfigurations", Configuration("Mutating", name, hooks), HttpStatusCode.Created);

    public static Task<JsonObject> CreateAsync(this TestServer server, string name, HttpStatusCode status = HttpStatusCode.Created) =>
        server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap(name), status);

    public static string Message(this JsonObject status) => status["message"]!.GetValue<string>();
}

using System.Net;

namespace DpuCluster.ApiServer.Tests.Http;

/// <summary>
/// What a real server says of patches that make something of an object that it cannot be: an error of the field <c>patch</c>,
/// which shows the patched object, or of a strategic merge patch the patch itself.
/// </summary>
public sealed class PatchedObjectTests
{
    private const string ConfigMap = "/api/v1/namespaces/default/configmaps/a";

    private static readonly Dictionary<string, string> Strategic = new() { ["Content-Type"] = "application/strategic-merge-patch+json" };
    private static readonly Dictionary<string, string> Apply = new() { ["Content-Type"] = "application/apply-patch+yaml" };

    [Theory]
    [InlineData("""{"data":{"k":1}}""", "", "json: cannot unmarshal number into Go struct field ConfigMap.data of type string")]
    [InlineData("""{"kind":"Secret"}""", "", "converting (v1.Secret) to (core.ConfigMap): unknown conversion")]
    [InlineData("""{"apiVersion":"v2"}""", "", "no kind \"ConfigMap\" is registered for version \"v2\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"")]
    [InlineData("""{"foo":1,"metadata":{"bar":1}}""", "?fieldValidation=Strict", "strict decoding error: unknown field \"metadata.bar\", unknown field \"foo\"")]
    [InlineData("""{"data":{"k":"1","k":"2"}}""", "?fieldValidation=Strict", "strict decoding error: duplicate field \"data.k\"")]
    public async Task Merge_patch_that_does_not_fit_the_type_is_invalid(string patch, string query, string why)
    {
        await using var server = await StartAsync();
        var refused = await server.AskAsync($"PATCH {ConfigMap}{query}", patch, HttpStatusCode.UnprocessableEntity);
        refused["message"]!.ToString().ShouldStartWith(" \"\" is invalid: patch: Invalid value: \"{\\\"apiVersion\\\":");
        refused["message"]!.ToString().ShouldEndWith($": {why}");
        var details = refused["details"]!.AsObject();
        details.Select(d => d.Key).ShouldBe(["causes"]);
        details["causes"]![0]!["field"]!.ToString().ShouldBe("patch");
    }

    [Theory]
    [InlineData("""{"data":{"k":1}}""", "", "map[data:map[k:1]]", "cannot convert int64 to string")]
    [InlineData("""{"data":{"k":true}}""", "", "map[data:map[k:true]]", "unrecognized type: string")]
    [InlineData("""{"data":"x"}""", "", "map[data:x]", "cannot restore map from string")]
    [InlineData("""{"foo":1}""", "?fieldValidation=Strict", "map[foo:1]", "strict decoding error: unknown field \"foo\"")]
    public async Task Strategic_merge_patch_that_does_not_fit_the_type_is_invalid(string patch, string query, string shown, string why)
    {
        await using var server = await StartAsync();
        var refused = await server.AskAsync($"PATCH {ConfigMap}{query}", patch, HttpStatusCode.UnprocessableEntity, Strategic);
        refused["message"]!.ToString().ShouldBe($" \"\" is invalid: patch: Invalid value: \"{shown}\": {why}");
    }

    [Fact]
    public async Task Strategic_merge_patch_does_not_change_the_kind()
    {
        await using var server = await StartAsync();
        var patched = await server.AskAsync($"PATCH {ConfigMap}", """{"kind":"Secret","apiVersion":"v2","data":{"k":"2"}}""", headers: Strategic);
        patched["kind"]!.ToString().ShouldBe("ConfigMap");
        patched["apiVersion"]!.ToString().ShouldBe("v1");
        patched["data"]!["k"]!.ToString().ShouldBe("2");
    }

    [Fact]
    public async Task Field_that_stands_twice_in_a_patch_is_warned_of()
    {
        await using var server = await StartAsync();
        using var response = await server.SendAsync($"PATCH {ConfigMap}", """{"data":{"k":"1","k":"2"}}""");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.GetValues("Warning").ShouldBe(["299 - \"duplicate field \\\"data.k\\\"\""]);
    }

    [Theory]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"foo":1}""", "(/a; /v1, Kind=ConfigMap): .foo: field not declared in schema")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":1}}""", "(/a; /v1, Kind=ConfigMap): .data.k: expected string, got &value.valueUnstructured{Value:1}")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":"x"}""", "(/a; /v1, Kind=ConfigMap): .data: expected map, got &{x}")]
    public async Task What_is_applied_must_fit_the_schema(string applied, string why)
    {
        await using var server = await StartAsync();
        (await server.AskAsync($"PATCH {ConfigMap}?fieldManager=m", applied, HttpStatusCode.InternalServerError, Apply))["message"]!.ToString()
            .ShouldBe($"failed to create typed patch object {why}");
    }

    [Theory]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap"}""", 400, "the name of the object (b based on URL) was undeterminable: name must be provided")]
    [InlineData("", 400, "invalid object type: /, Kind=")]
    [InlineData("- a", 400, "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","uid":"x"}}""", 409,
        "Operation cannot be fulfilled on configmaps \"b\": uid mismatch: the provided object specified uid x, and no existing object was found")]
    public async Task What_is_applied_to_nothing_must_say_what_it_is(string applied, int code, string message)
    {
        await using var server = await TestServer.StartAsync();
        (await server.AskAsync("PATCH /api/v1/namespaces/default/configmaps/b?fieldManager=m", applied, (HttpStatusCode)code, Apply))["message"]!.ToString().ShouldBe(message);
    }

    private static async Task<TestServer> StartAsync()
    {
        var server = await TestServer.StartAsync();
        await server.AskAsync("POST /api/v1/namespaces/default/configmaps", TestServer.ConfigMap("a", "v"), HttpStatusCode.Created);
        return server;
    }
}

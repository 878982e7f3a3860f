using System.Net;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests.Http;

/// <summary>What a real server says of bodies that are no objects of the resource (its <c>transformDecodeError</c> and <c>checkName</c>).</summary>
public sealed class DecodedBodyTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const string Widgets = "/apis/conformance.example.com/v1/namespaces/default/widgets";

    [Theory]
    [InlineData("", "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)")]
    [InlineData("[1]", "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" } (5b315d)")]
    [InlineData("""{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"a"}}""", "ConfigMap in version \"v2\" cannot be handled as a ConfigMap: no kind \"ConfigMap\" is registered for version \"v2\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"")]
    [InlineData("""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"}}""", "Deployment in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Deployment) to (core.ConfigMap): unknown conversion")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"a":1}}}""", "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string")]
    public async Task Body_that_is_no_config_map_is_refused(string body, string message) => await RefusedAsync(ConfigMaps, body, 400, message);

    [Fact]
    public async Task Null_is_a_config_map_without_a_name() =>
        await RefusedAsync(ConfigMaps, "null", 422, "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required");

    [Fact]
    public async Task Strict_validation_names_unknown_fields_in_the_order_of_the_body_those_of_metadata_among_them() =>
        await RefusedAsync(ConfigMaps + "?fieldValidation=Strict", """{"z":1,"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","bar":2},"foo":{"x":1}}""", 400,
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"z\", unknown field \"metadata.bar\", unknown field \"foo\"");

    [Fact]
    public async Task Strict_validation_names_duplicate_and_unknown_fields_in_the_order_of_the_body_and_nothing_below_an_unknown_one() =>
        await RefusedAsync(ConfigMaps + "?fieldValidation=Strict", """{"data":{"a":"1","b.c":"1","a":"2"},"foo":{"x":1,"x":2},"foo":3,"metadata":{"name":"a","bar":2,"name":"a"},"data":{"b.c":"1"}}""", 400,
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: duplicate field \"data.a\", unknown field \"foo\", unknown field \"metadata.bar\", duplicate field \"metadata.name\", duplicate field \"data\"");

    [Theory]
    [InlineData("""{"kind":"Widget","metadata":{"name":"a"},"spec":{}}""", "the API version in the data () does not match the expected API version (conformance.example.com/v1)")]
    [InlineData("""{"apiVersion":"conformance.example.com/v1","kind":"Widget","metadata":{"name":"a","labels":{"a":1}}}""", "Widget in version \"v1\" cannot be handled as a Widget: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string")]
    [InlineData("""{"apiVersion":"conformance.example.com/v1","kind":"Widget","metadata":"a"}""", "Widget in version \"v1\" cannot be handled as a Widget: json: cannot unmarshal string into Go value of type v1.ObjectMeta")]
    [InlineData("""{"apiVersion":"conformance.example.com/v1","metadata":{"name":"a"}}""", "the object provided is unrecognized (must be of type Widget): Object 'Kind' is missing in '{\"apiVersion\":\"conformance.example.com/v1\",\"metadata\":{\"name\":\"a\"}}' ({\"apiVersion\":\"conformance.exa ...)")]
    public async Task Body_that_is_no_custom_resource_is_refused(string body, string message) => await RefusedAsync(Widgets, body, 400, message);

    [Fact]
    public async Task Unknown_metadata_of_a_custom_resource_is_told_of_first_and_dropped()
    {
        await using var server = await StartAsync();
        const string Body = """{"apiVersion":"conformance.example.com/v1","kind":"Widget","metadata":{"name":"a","zone":1,"labels":{}},"spec":{"colour":"red"}}""";
        await RefusedAsync(server, $"POST {Widgets}?fieldValidation=Strict", Body, 400,
            "Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: unknown field \"metadata.zone\", unknown field \"spec.colour\"");
        using var response = await server.SendAsync($"POST {Widgets}", Body);
        response.Headers.GetValues("Warning").ShouldBe(["299 - \"unknown field \\\"metadata.zone\\\"\"", "299 - \"unknown field \\\"spec.colour\\\"\""]);
        var metadata = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["metadata"]!.AsObject();
        metadata.ContainsKey("zone").ShouldBeFalse();
        metadata.ContainsKey("labels").ShouldBeFalse();
    }

    [Fact]
    public async Task Update_must_be_of_the_object_that_the_path_names()
    {
        await using var server = await StartAsync();
        var uid = (await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a"), HttpStatusCode.Created))["metadata"]!["uid"]!.ToString();
        await RefusedAsync(server, $"PUT {ConfigMaps}/a", """{"metadata":{"namespace":"other","name":"a"}}""", 400, "the namespace of the provided object does not match the namespace sent on the request");
        await RefusedAsync(server, $"PUT {ConfigMaps}/a", "{}", 400, "the name of the object (a based on URL) was undeterminable: name must be provided");
        await RefusedAsync(server, $"PATCH {ConfigMaps}/a", """{"metadata":{"name":"b"}}""", 400, "the name of the object (b) does not match the name on the URL (a)");
        await RefusedAsync(server, $"PUT {ConfigMaps}/a", """{"metadata":{"name":"a","resourceVersion":"x"}}""", 500, "strconv.ParseUint: parsing \"x\": invalid syntax");
        await RefusedAsync(server, $"PUT {ConfigMaps}/a", """{"metadata":{"name":"a","uid":"x"}}""", 409,
            $"Operation cannot be fulfilled on configmaps \"a\": StorageError: invalid object, Code: 4, Key: /registry/configmaps/default/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: x, UID in object meta: {uid}");
    }

    [Fact]
    public async Task Update_of_a_custom_resource_names_its_version()
    {
        await using var server = await StartAsync();
        const string Body = """{"apiVersion":"conformance.example.com/v1","kind":"Widget","metadata":{"name":"a"},"spec":{}}""";
        await server.AskAsync($"POST {Widgets}", Body, HttpStatusCode.Created);
        var refused = await server.AskAsync($"PUT {Widgets}/a", Body, HttpStatusCode.UnprocessableEntity);
        refused["message"]!.ToString().ShouldBe("widgets.conformance.example.com \"a\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update");
        refused["details"]!["kind"]!.ToString().ShouldBe("widgets");
    }

    [Theory]
    [InlineData("PUT " + ConfigMaps)]
    [InlineData("PATCH " + ConfigMaps)]
    [InlineData("DELETE /api/v1/configmaps")]
    [InlineData("POST /api/v1/configmaps")]
    [InlineData("OPTIONS " + ConfigMaps)]
    [InlineData("POST /api/v1/watch/configmaps")]
    public async Task Method_without_a_route_is_not_allowed(string call)
    {
        await using var server = await TestServer.StartAsync();
        await RefusedAsync(server, call, "{}", 405, "the server does not allow this method on the requested resource");
    }

    [Fact]
    public async Task Head_is_not_allowed_where_get_is()
    {
        await using var server = await TestServer.StartAsync();
        (await server.SendAsync($"HEAD {ConfigMaps}")).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    private static async Task RefusedAsync(string path, string body, int code, string message)
    {
        await using var server = await StartAsync();
        await RefusedAsync(server, $"POST {path}", body, code, message);
    }

    private static async Task RefusedAsync(TestServer server, string call, string body, int code, string message) =>
        (await server.AskAsync(call, body, (HttpStatusCode)code))["message"]!.ToString().ShouldBe(message);

    private static async Task<TestServer> StartAsync()
    {
        var server = await TestServer.StartAsync();
        await server.AskAsync("POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", Conformance.Recordings.Definition(), HttpStatusCode.Created);
        return server;
    }
}

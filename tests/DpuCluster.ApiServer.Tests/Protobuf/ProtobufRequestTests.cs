using System.Net;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog.Types;

namespace DpuCluster.ApiServer.Tests.Protobuf;

/// <summary>Requests in protobuf, as typed clients send them, to a started server.</summary>
public sealed class ProtobufRequestTests
{
    private const string MediaType = "application/vnd.kubernetes.protobuf";
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    private static readonly Dictionary<string, string> Headers = new()
    {
        ["Content-Type"] = MediaType,
        ["Accept"] = MediaType + ", */*",
    };

    [Fact]
    public async Task Objects_are_created_updated_and_deleted()
    {
        await using var server = await TestServer.StartAsync();
        var created = await server.AskAsync($"POST {ConfigMaps}?fieldValidation=Strict&fieldManager=me", Encode(TestServer.ConfigMap("c", "1")), HttpStatusCode.Created, Headers);
        created["data"]!["k"]!.ToString().ShouldBe("1");
        created["metadata"]!["managedFields"]![0]!["fieldsV1"]!.ToJsonString().ShouldBe("""{"f:data":{".":{},"f:k":{}}}""");

        created["data"]!["k"] = "2";
        var updated = await server.AskAsync($"PUT {ConfigMaps}/c", Encode(created), headers: Headers);
        updated["data"]!["k"]!.ToString().ShouldBe("2");
        updated["metadata"]!["uid"]!.ToString().ShouldBe(created["metadata"]!["uid"]!.ToString());
        updated["metadata"]!["creationTimestamp"]!.ToString().ShouldBe(created["metadata"]!["creationTimestamp"]!.ToString());
        await server.AskAsync($"PUT {ConfigMaps}/c", Encode(created), HttpStatusCode.Conflict, Headers);

        var other = new WireWriter().Message(2, new WireWriter().Text(1, "00000000-0000-0000-0000-000000000000")).Wrapped("v1", "DeleteOptions");
        await server.AskAsync($"DELETE {ConfigMaps}/c", other, HttpStatusCode.Conflict, Headers);
        var own = new WireWriter().Varint(1, 0).Message(2, new WireWriter().Text(1, created["metadata"]!["uid"]!.ToString())).Text(4, "Background").Wrapped("v1", "DeleteOptions");
        await server.AskAsync($"DELETE {ConfigMaps}/c", own, headers: Headers);
        await server.AskAsync($"GET {ConfigMaps}/c", status: HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Status_and_scale_are_written_below_an_object()
    {
        await using var server = await TestServer.StartAsync();
        var deployment = JsonNode.Parse("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":2,"selector":{"matchLabels":{"a":"b"}},
             "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"100m"}}}]}}}}
            """)!.AsObject();
        const string Path = "/apis/apps/v1/namespaces/default/deployments";
        var created = await server.AskAsync($"POST {Path}", Encode(deployment), HttpStatusCode.Created, Headers);
        created["spec"]!["template"]!["spec"]!["containers"]![0]!["resources"]!["limits"]!["cpu"]!.ToString().ShouldBe("100m");
        created["status"] = new JsonObject { ["replicas"] = 2, ["observedGeneration"] = 1 };
        var status = await server.AskAsync($"PUT {Path}/d/status", Encode(created), headers: Headers);
        ((int)status["status"]!["replicas"]!).ShouldBe(2);

        var scale = new WireWriter().Message(1, new WireWriter().Text(1, "d").Text(3, "default")).Message(2, new WireWriter().Varint(1, 5)).Wrapped("autoscaling/v1", "Scale");
        await server.AskAsync($"PUT {Path}/d/scale", scale, headers: Headers);
        ((int)(await server.AskAsync($"GET {Path}/d"))["spec"]!["replicas"]!).ShouldBe(5);
    }

    [Fact]
    public async Task A_definition_of_custom_resources_can_come_in_protobuf_but_its_objects_cannot()
    {
        await using var server = await TestServer.StartAsync();
        var definition = JsonNode.Parse("""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"tests.example.com"},
             "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"tests","singular":"test","kind":"Test","listKind":"TestList"},
             "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object",
              "properties":{"size":{"type":"integer","minimum":0,"default":3},"labels":{"type":"object","additionalProperties":{"type":"string"}}}}}}}}]}}
            """)!.AsObject();
        await server.AskAsync("POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", Encode(definition), HttpStatusCode.Created, Headers);
        const string Path = "/apis/example.com/v1/namespaces/default/tests";
        await Testing.Eventually.Get(async () => (await server.SendAsync($"GET {Path}")).StatusCode, code => code == HttpStatusCode.OK, "the resource is served");

        var made = await server.AskAsync($"POST {Path}", JsonNode.Parse("""{"apiVersion":"example.com/v1","kind":"Test","metadata":{"name":"t"},"spec":{}}"""), HttpStatusCode.Created);
        ((int)made["spec"]!["size"]!).ShouldBe(3);
        var refused = await server.AskAsync($"POST {Path}", new WireWriter().Wrapped("example.com/v1", "Test"), HttpStatusCode.UnsupportedMediaType, Headers);
        refused["reason"]!.ToString().ShouldBe("UnsupportedMediaType");
        refused["message"]!.ToString().ShouldNotContain("protobuf");

        // The options of a deletion are of a built-in kind, whatever is deleted.
        await server.AskAsync($"DELETE {Path}/t", new WireWriter().Text(4, "Background").Wrapped("v1", "DeleteOptions"), headers: Headers);
    }

    [Fact]
    public async Task What_cannot_be_read_is_a_bad_request()
    {
        await using var server = await TestServer.StartAsync();
        (await RefusedAsync("not protobuf"u8.ToArray())).ShouldBe(
            "the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (6e6f742070726f746f627566)");
        (await RefusedAsync([])).ShouldBe("the object provided is unrecognized (must be of type ConfigMap): empty data (<empty>)");
        (await RefusedAsync("k8s\0"u8.ToArray())).ShouldContain("empty body");
        var body = Encode(TestServer.ConfigMap("c", "1"));
        (await RefusedAsync(body[..^9])).ShouldBe(
            $"the object provided is unrecognized (must be of type ConfigMap): unexpected EOF ({Convert.ToHexStringLower(body.AsSpan(0, 30))} ...)");
        (await RefusedAsync(new WireWriter().Raw(0x0a).Raw(0x7f).Wrapped("v1", "ConfigMap"))).ShouldBe(
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: unexpected EOF");
        (await RefusedAsync(new WireWriter().Wrapped("v1", "Secret"))).ShouldBe(
            "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion");
        (await RefusedAsync(new WireWriter().Wrapped("v1", "Unheard"))).ShouldStartWith(
            "Unheard in version \"v1\" cannot be handled as a ConfigMap: no kind \"Unheard\" is registered for version \"v1\"");

        async Task<string> RefusedAsync(byte[] bytes) =>
            (await server.AskAsync($"POST {ConfigMaps}", bytes, HttpStatusCode.BadRequest, Headers))["message"]!.ToString();
    }

    [Theory]
    [InlineData(MediaType + ",application/json")]
    [InlineData(MediaType + ", */*")]
    [InlineData(MediaType + ";as=Table;v=v1;g=meta.k8s.io," + MediaType + ",application/json")]
    public async Task Clients_that_prefer_protobuf_get_JSON_and_are_told_so(string accept)
    {
        await using var server = await TestServer.StartAsync();
        await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("c"), HttpStatusCode.Created);
        var headers = new Dictionary<string, string> { ["Accept"] = accept };
        foreach (var path in (string[])[ConfigMaps, $"{ConfigMaps}/c", $"{ConfigMaps}/none", $"{ConfigMaps}?watch=true&timeoutSeconds=1", "/api/v1", "/api", "/apis/none"])
        {
            using var response = await server.SendAsync($"GET {path}", headers: headers);
            response.Content.Headers.ContentType!.MediaType.ShouldBe(path == "/apis/none" ? response.Content.Headers.ContentType.MediaType : "application/json", path);
        }
    }

    [Fact]
    public async Task Clients_that_take_nothing_but_protobuf_are_refused_in_JSON()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var path in (string[])[ConfigMaps, $"{ConfigMaps}?watch=true"])
        {
            using var response = await server.SendAsync($"GET {path}", headers: new Dictionary<string, string> { ["Accept"] = MediaType });
            response.StatusCode.ShouldBe(HttpStatusCode.NotAcceptable);
            response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
            JsonNode.Parse(await response.Content.ReadAsStringAsync())!["message"]!.ToString().ShouldStartWith("only the following media types are accepted: ");
        }
    }

    private static byte[] Encode(JsonObject obj)
    {
        var (apiVersion, kind) = (obj["apiVersion"]!.ToString(), obj["kind"]!.ToString());
        return MessageEncoder.Encode(obj, TypeLibrary.FindKind(apiVersion, kind)!).Wrapped(apiVersion, kind);
    }
}

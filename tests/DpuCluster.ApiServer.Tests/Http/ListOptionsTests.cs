using System.Net;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests.Http;

/// <summary>What a real server says of the options of lists and watches, and what they mean.</summary>
public sealed class ListOptionsTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    [Theory]
    [InlineData("labelSelector=a in (b,", "unable to parse requirement: found '', expected: ',', or identifier")]
    [InlineData("labelSelector=a>b", "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer")]
    [InlineData("labelSelector=a>=1", "unable to parse requirement: found '=', expected: identifier")]
    [InlineData("labelSelector=a=b=c", "found '=', expected: ',' or 'end of string'")]
    [InlineData("labelSelector=(a)", "found '(', expected: !, identifier, or 'end of string'")]
    [InlineData("labelSelector=a_", "unable to parse requirement: <nil>: Invalid value: \"a_\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")]
    [InlineData("fieldSelector=metadata.name=a=b", "invalid field selector: unescaped character in value: 61")]
    [InlineData("fieldSelector=z=1,b=1", "\"b\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [InlineData("fieldSelector=z=1&labelSelector=!", "unable to parse requirement: found '', expected: identifier")]
    [InlineData("limit=&labelSelector=!", "strconv.ParseInt: parsing \"\": invalid syntax")]
    [InlineData("timeoutSeconds=99999999999999999999", "strconv.ParseInt: parsing \"99999999999999999999\": value out of range")]
    [InlineData("resourceVersion=x", "invalid resource version: resourceVersion: Invalid value: \"x\": strconv.ParseUint: parsing \"x\": invalid syntax")]
    public async Task Unreadable_option_is_refused(string query, string message)
    {
        await using var server = await TestServer.StartAsync();
        (await server.AskAsync($"GET {ConfigMaps}?{query}", status: HttpStatusCode.BadRequest))["message"]!.ToString().ShouldBe(message);
    }

    [Theory]
    [InlineData("watch=1&sendInitialEvents=true&resourceVersionMatch=Exact", "[resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, resourceVersionMatch: Unsupported value: \"Exact\": supported values: \"NotOlderThan\"]")]
    [InlineData("watch=1&continue=x", "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided")]
    [InlineData("sendInitialEvents=true&resourceVersionMatch=NotOlderThan", "[resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided, sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list]")]
    public async Task Options_that_contradict_each_other_are_refused(string query, string message)
    {
        await using var server = await TestServer.StartAsync();
        (await server.AskAsync($"GET {ConfigMaps}?{query}", status: HttpStatusCode.UnprocessableEntity))["message"]!.ToString()
            .ShouldBe($"ListOptions.meta.k8s.io \"\" is invalid: {message}");
    }

    [Theory]
    [InlineData("/api/v1/nodes", "metadata.namespace")]
    [InlineData("/apis/conformance.example.com/v1/widgets", "spec.size")]
    public async Task Kind_that_names_its_fields_says_so_of_others(string path, string field)
    {
        await using var server = await TestServer.StartAsync();
        await server.AskAsync("POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", Conformance.Recordings.Definition(), HttpStatusCode.Created);
        (await server.AskAsync($"GET {path}?fieldSelector={field}=a", status: HttpStatusCode.BadRequest))["message"]!.ToString()
            .ShouldBe($"field label not supported: {field}");
    }

    [Fact]
    public async Task In_and_notin_are_labels_too()
    {
        await using var server = await TestServer.StartAsync();
        var map = TestServer.ConfigMap("a");
        map["metadata"]!["labels"] = new JsonObject { ["in"] = "notin" };
        await server.AskAsync($"POST {ConfigMaps}", map, HttpStatusCode.Created);
        foreach (var selector in (string[])["in", "in=notin", "in in (notin)", "!notin,in"])
            Names(await server.AskAsync($"GET {ConfigMaps}?labelSelector={selector}")).ShouldBe(["a"]);
    }

    [Theory]
    [InlineData("resourceVersionMatch=Exact", new[] { "a", "b" })]
    [InlineData("limit=1", new[] { "a" })]
    public async Task Exact_version_shows_what_was_there_then(string query, string[] names)
    {
        await using var server = await TestServer.StartAsync();
        foreach (var name in (string[])["a", "b"]) await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap(name, "old", "x"), HttpStatusCode.Created);
        var version = (await server.AskAsync($"GET {ConfigMaps}/b"))["metadata"]!["resourceVersion"]!.ToString();
        await server.AskAsync($"PATCH {ConfigMaps}/a", """{"data":{"k":"new"}}""");
        await server.AskAsync($"PATCH {ConfigMaps}/a", """{"data":{"k":"newer"}}""");
        await server.AskAsync($"DELETE {ConfigMaps}/b");
        await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("b", "again", "x"), HttpStatusCode.Created);
        await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("c", "late", "x"), HttpStatusCode.Created);

        var list = await server.AskAsync($"GET {ConfigMaps}?labelSelector=l&resourceVersion={version}&{query}");

        Names(list).ShouldBe(names);
        list["metadata"]!["resourceVersion"]!.ToString().ShouldBe(version);
        list["items"]!.AsArray().Select(item => item!["data"]!["k"]!.ToString()).ShouldAllBe(value => value == "old");
    }

    [Fact]
    public async Task List_of_one_name_has_no_pages()
    {
        await using var server = await TestServer.StartAsync();
        await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a"), HttpStatusCode.Created);
        Names(await server.AskAsync($"GET {ConfigMaps}?fieldSelector=metadata.name=a&continue=garbage")).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Watch_from_a_version_to_come_tells_what_comes_after_it()
    {
        await using var server = await TestServer.StartAsync();
        var toCome = Version(await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a"), HttpStatusCode.Created)) + 50;
        using var watch = await server.WatchAsync($"{ConfigMaps}?watch=1&resourceVersion={toCome}");

        // How many that takes is not said: the server itself may still have something to write, such as rules of roles that gather them.
        JsonObject last;
        var created = 0;
        do
        {
            last = await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap($"b-{created++}"), HttpStatusCode.Created);
        }
        while (Version(last) <= toCome);

        created.ShouldBeGreaterThan(1, "there were some that are not told of");
        (await watch.NextAsync())!["object"]!["metadata"]!["name"]!.ToString().ShouldBe(last["metadata"]!["name"]!.ToString());
    }

    [Fact]
    public async Task Streaming_list_of_a_version_to_come_ends_with_an_error()
    {
        await using var server = await TestServer.StartAsync();
        using var watch = await server.WatchAsync($"{ConfigMaps}?watch=1&resourceVersion=99999&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
        var error = (await watch.NextAsync())!;
        error["type"]!.ToString().ShouldBe("ERROR");
        error["object"]!["code"]!.GetValue<int>().ShouldBe(504);
        error["object"]!["details"]!["causes"]![0]!["reason"]!.ToString().ShouldBe("ResourceVersionTooLarge");
        (await watch.NextAsync()).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("&resourceVersion=0")]
    public async Task Watch_without_a_version_says_where_its_beginning_ends(string version)
    {
        await using var server = await TestServer.StartAsync();
        await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a"), HttpStatusCode.Created);
        using var watch = await server.WatchAsync($"{ConfigMaps}?watch=1&allowWatchBookmarks=true&fieldSelector=metadata.name=a{version}");
        (await watch.NextAsync())!["type"]!.ToString().ShouldBe("ADDED");
        var bookmark = (await watch.NextAsync())!;
        bookmark["type"]!.ToString().ShouldBe("BOOKMARK");
        bookmark["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.ToString().ShouldBe("true");
    }

    [Fact]
    public async Task Bookmark_of_a_table_is_a_row_without_a_name()
    {
        await using var server = await TestServer.StartAsync();
        var headers = new Dictionary<string, string> { ["Accept"] = "application/json;as=Table;v=v1;g=meta.k8s.io" };
        using var response = await server.SendAsync($"GET {ConfigMaps}?watch=1&allowWatchBookmarks=true&fieldSelector=metadata.name=none&timeoutSeconds=1", headers: headers);
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        var table = JsonNode.Parse(lines[0])!["object"]!;
        table["columnDefinitions"]!.AsArray().Count.ShouldBe(3);
        table["rows"]![0]!["cells"]!.ToJsonString().ShouldBe("""["",0,"\u003Cunknown\u003E"]""");
        table["rows"]![0]!["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.ToString().ShouldBe("true");
        JsonNode.Parse(lines[1])!["object"]!["columnDefinitions"].ShouldBeNull();
    }

    [Fact]
    public async Task There_are_no_streams_of_yaml()
    {
        await using var server = await TestServer.StartAsync();
        var headers = new Dictionary<string, string> { ["Accept"] = "application/yaml" };
        using var response = await server.SendAsync($"GET {ConfigMaps}?watch=1", headers: headers);
        response.StatusCode.ShouldBe(HttpStatusCode.NotAcceptable);
        (await response.Content.ReadAsStringAsync()).ShouldContain("only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch");
    }

    [Theory]
    [InlineData("application/yaml;q=0.5, application/json", "application/json")]
    [InlineData("*/*, application/yaml", "application/yaml")]
    [InlineData("application/yaml;q=0.5, application/xml", "application/yaml")]
    public async Task Form_that_is_liked_most_is_given(string accept, string type)
    {
        await using var server = await TestServer.StartAsync();
        using var response = await server.SendAsync($"GET {ConfigMaps}", headers: new Dictionary<string, string> { ["Accept"] = accept });
        response.Content.Headers.ContentType!.MediaType.ShouldBe(type);
    }

    private static long Version(JsonObject obj) => long.Parse(obj["metadata"]!["resourceVersion"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture);

    private static IEnumerable<string> Names(JsonObject list) => list["items"]!.AsArray().Select(item => item!["metadata"]!["name"]!.ToString());
}

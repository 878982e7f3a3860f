using System.Net;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Kubernetes.Tests.Client;

public sealed class VerbTests
{
    private const string Map = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","namespace":"n","resourceVersion":"7","uid":"u","future":1},"data":{"a":"b"},"binaryData":{"x":"eA=="},"immutable":false}""";

    private static readonly ResourceType Things = new("example.com", "v1", "Thing", "things", Namespaced: true);

    public static TheoryData<string, string, string, string, string?> Writes => new()
    {
        { "create", "POST", "/api/v1/namespaces/n/configmaps", "?fieldManager=me%2Fx&dryRun=All&fieldValidation=Strict", "application/json" },
        { "replace", "PUT", "/api/v1/namespaces/n/configmaps/m", "?fieldManager=me%2Fx&dryRun=All&fieldValidation=Strict", "application/json" },
        { "replaceStatus", "PUT", "/api/v1/namespaces/n/configmaps/m/status", "?fieldManager=me%2Fx&dryRun=All&fieldValidation=Strict", "application/json" },
        { "apply", "PATCH", "/api/v1/namespaces/n/configmaps/m", "?fieldManager=me%2Fx&force=true&dryRun=All&fieldValidation=Strict", "application/apply-patch+yaml" },
        { "applyStatus", "PATCH", "/api/v1/namespaces/n/configmaps/m/status", "?fieldManager=me%2Fx&force=true&dryRun=All&fieldValidation=Strict", "application/apply-patch+yaml" },
    };

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_sends_the_whole_object_unknown_fields_too(string verb, string method, string path, string query, string? type)
    {
        await using var server = await FakeServer.Start(Map);
        using var client = new KubernetesClient(server.Configuration);
        var maps = client.Resources<ConfigMap>();
        var map = await maps.GetAsync("n", "m", default);
        var changed = map with { Data = new Dictionary<string, string> { ["a"] = "c" } };
        var options = new WriteOptions { FieldManager = "me/x", DryRun = true, FieldValidation = "Strict", Force = verb.StartsWith("apply", StringComparison.Ordinal) };
        var answer = await (verb switch
        {
            "create" => maps.CreateAsync(changed, options, default),
            "replace" => maps.ReplaceAsync(changed, options, default),
            "replaceStatus" => maps.ReplaceStatusAsync(changed, options, default),
            "apply" => maps.ApplyAsync(changed, options, default),
            _ => maps.ApplyStatusAsync(changed, options, default),
        });

        var seen = server.Last;
        (seen.Method, seen.Path, seen.Query).ShouldBe((method, path, query));
        seen.Headers["Content-Type"].ShouldBe(type);
        seen.Headers["Accept"].ShouldBe("application/json");
        seen.Headers["User-Agent"].ShouldMatch(@"^dpucluster/\d+\.\d+\.\d+ \(\w+/\w+\)$");
        var expected = JsonNode.Parse(Map)!;
        expected["data"]!["a"] = "c";
        JsonNode.DeepEquals(JsonNode.Parse(seen.Body), expected).ShouldBeTrue(seen.Body);
        answer.Metadata.ResourceVersion.ShouldBe("7");
    }

    [Fact]
    public async Task Patches_go_out_with_their_own_media_type()
    {
        await using var server = await FakeServer.Start(Map);
        using var client = new KubernetesClient(server.Configuration);
        var maps = client.Resources<ConfigMap>();
        await maps.PatchAsync("n", "m", Patch.Merge(new JsonObject { ["data"] = null }), null, default);
        (server.Last.Method, server.Last.Path, server.Last.Query, server.Last.Body).ShouldBe(("PATCH", "/api/v1/namespaces/n/configmaps/m", "", """{"data":null}"""));
        server.Last.Headers["Content-Type"].ShouldBe("application/merge-patch+json");
        await maps.PatchStatusAsync("n", "m", Patch.Json([]), new WriteOptions { FieldManager = "f" }, default);
        (server.Last.Path, server.Last.Query, server.Last.Body).ShouldBe(("/api/v1/namespaces/n/configmaps/m/status", "?fieldManager=f", "[]"));
        server.Last.Headers["Content-Type"].ShouldBe("application/json-patch+json");
        await maps.PatchAsync("n", "m", Patch.StrategicMerge(new JsonObject()), null, default);
        server.Last.Headers["Content-Type"].ShouldBe("application/strategic-merge-patch+json");
    }

    [Fact]
    public async Task Apply_leaves_managedFields_out_and_wants_a_field_manager()
    {
        await using var server = await FakeServer.Start("""{"metadata":{"name":"m","namespace":"n","managedFields":[{"manager":"x"}]}}""");
        using var client = new KubernetesClient(server.Configuration);
        var maps = client.Resources<ConfigMap>();
        var map = await maps.GetAsync("n", "m", default);
        await maps.ApplyAsync(map, new WriteOptions { FieldManager = "f" }, default);
        server.Last.Body.ShouldBe("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","namespace":"n"}}""");
        await Should.ThrowAsync<ArgumentException>(() => maps.ApplyAsync(map, new WriteOptions(), default));
    }

    [Fact]
    public async Task Metadata_clients_ask_for_metadata_only_and_refuse_to_write_objects()
    {
        await using var server = await FakeServer.Start("""{"kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"s","namespace":"n"}}]}""");
        using var client = new KubernetesClient(server.Configuration);
        var secrets = client.Metadata(Secret.Resource);
        var list = await secrets.ListAsync(null, null, default);
        list.Items.Single().Key.ToString().ShouldBe("n/s");
        server.Last.Path.ShouldBe("/api/v1/secrets");
        server.Last.Headers["Accept"].ShouldStartWith("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
        await Should.ThrowAsync<InvalidOperationException>(() => secrets.ReplaceAsync(list.Items[0], null, default));
    }

    [Fact]
    public async Task Items_of_a_list_know_their_kind_even_where_the_server_leaves_it_out()
    {
        await using var server = await FakeServer.Start(
            """{"items":[{"metadata":{"name":"t"},"spec":{"x":[1]}}],"apiVersion":"example.com/v1","kind":"ThingList","metadata":{"continue":"c c","remainingItemCount":3,"resourceVersion":"9","selfLink":{"a":[]}}}""");
        using var client = new KubernetesClient(server.Configuration);
        var list = await client.Unstructured(Things).ListAsync("n", new ListOptions { LabelSelector = "a in (b, c)", FieldSelector = "metadata.name=t", Limit = 1, ResourceVersion = "0", ResourceVersionMatch = "NotOlderThan" }, default);
        (list.ResourceVersion, list.Continue, list.RemainingItemCount).ShouldBe(("9", "c c", 3));
        (list.Items[0].ApiVersion, list.Items[0].Kind).ShouldBe(("example.com/v1", "Thing"));
        list.Items[0].Fields!["spec"].GetProperty("x")[0].GetInt32().ShouldBe(1);
        (server.Last.Path, server.Last.Query).ShouldBe(("/apis/example.com/v1/namespaces/n/things", "?labelSelector=a%20in%20%28b%2C%20c%29&fieldSelector=metadata.name%3Dt&limit=1&resourceVersion=0&resourceVersionMatch=NotOlderThan"));
    }

    [Fact]
    public async Task ListAll_follows_the_pages()
    {
        await using var server = await FakeServer.Start((seen, response) => FakeServer.Answer(response, 200, seen.Query.Contains("continue=", StringComparison.Ordinal)
            ? """{"metadata":{"resourceVersion":"1","continue":""},"items":[{"metadata":{"name":"b"}}]}"""
            : """{"metadata":{"resourceVersion":"1","continue":"next"},"items":[{"metadata":{"name":"a"}}]}"""));
        using var client = new KubernetesClient(server.Configuration);
        List<string?> names = [];
        await foreach (var item in client.Resources<Namespace>().ListAllAsync(null, new ListOptions { ResourceVersion = "0" }, default))
        {
            names.Add(item.Metadata.Name);
        }

        names.ShouldBe(["a", "b"]);
        server.Requests.Select(seen => seen.Query).ShouldBe(["?limit=500&resourceVersion=0", "?limit=500&continue=next"]);
    }

    [Theory]
    [InlineData("""{"kind":"Status","status":"Success","details":{"name":"m"}}""", DeleteResult.Deleted)]
    [InlineData("""{"kind":"ConfigMap","metadata":{"name":"m","deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["f"]}}""", DeleteResult.StillThere)]
    [InlineData("""{"kind":"Pod","metadata":{"name":"m","deletionTimestamp":"2026-01-01T00:00:00Z","deletionGracePeriodSeconds":30}}""", DeleteResult.StillThere)]
    [InlineData("""{"kind":"Namespace","metadata":{"name":"m","deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{"finalizers":["kubernetes"]}}""", DeleteResult.StillThere)]
    [InlineData("""{"kind":"Service","metadata":{"name":"m"}}""", DeleteResult.Deleted)]
    public async Task Delete_says_whether_the_object_is_gone(string body, DeleteResult result)
    {
        await using var server = await FakeServer.Start(body);
        using var client = new KubernetesClient(server.Configuration);
        var options = new DeleteOptions { PropagationPolicy = "Foreground", GracePeriodSeconds = 0, PreconditionUid = "u", PreconditionResourceVersion = "7", DryRun = true };
        (await client.Resources<ConfigMap>().DeleteAsync("n", "m", options, default)).ShouldBe(result);
        (server.Last.Method, server.Last.Path).ShouldBe(("DELETE", "/api/v1/namespaces/n/configmaps/m"));
        server.Last.Body.ShouldBe("""{"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":0,"propagationPolicy":"Foreground","dryRun":["All"],"preconditions":{"uid":"u","resourceVersion":"7"}}""");
    }

    [Fact]
    public async Task Find_gives_null_for_a_missing_object_and_throws_for_a_missing_kind()
    {
        await using var server = await FakeServer.Start((seen, response) => seen.Path.Contains("things", StringComparison.Ordinal)
            ? FakeServer.Answer(response, 404, "404 page not found\n", "text/plain")
            : FakeServer.Status(response, 404, "NotFound", "not found", """{"name":"m","kind":"configmaps"}"""));
        using var client = new KubernetesClient(server.Configuration);
        (await client.Resources<ConfigMap>().FindAsync("n", "m", default)).ShouldBeNull();
        var thrown = await Should.ThrowAsync<KubernetesException>(() => client.Unstructured(Things).FindAsync("n", "m", default));
        thrown.IsNotFound.ShouldBeTrue();
        thrown.Message.ShouldBe("GET /apis/example.com/v1/namespaces/n/things/m: the server answered 404 NotFound: 404 page not found");
    }

    [Fact]
    public async Task An_object_without_name_or_namespace_is_a_mistake_of_the_caller()
    {
        using var client = new KubernetesClient(new ClientConfiguration { Server = new("http://127.0.0.1:1") });
        var maps = client.Resources<ConfigMap>();
        await Should.ThrowAsync<ArgumentException>(() => maps.GetAsync(null, "m", default));
        await Should.ThrowAsync<ArgumentException>(() => maps.GetAsync("n", "", default));
        await Should.ThrowAsync<ArgumentException>(() => maps.CreateAsync(new ConfigMap(), null, default));
        await Should.ThrowAsync<ArgumentException>(() => maps.ReplaceAsync(new ConfigMap { Metadata = new() { Namespace = "n" } }, null, default));
    }

    [Fact]
    public async Task Raw_answers_and_the_version_come_from_below_the_servers_path()
    {
        await using var server = await FakeServer.Start((seen, response) => FakeServer.Answer(response, seen.Path.EndsWith("version", StringComparison.Ordinal) ? 200 : 500, """{"gitVersion":"v1.33.1"}"""));
        using var client = new KubernetesClient(new ClientConfiguration { Server = new(server.Address, "k8s/clusters/c/") });
        (await client.GetVersionAsync(default)).GitVersion.ShouldBe("v1.33.1");
        var raw = await client.GetRawAsync("/readyz?verbose", default);
        (raw.Code, raw.IsSuccess, server.Last.Path, server.Last.Query).ShouldBe((HttpStatusCode.InternalServerError, false, "/k8s/clusters/c/readyz", "?verbose"));
    }

    [Theory]
    [InlineData(64 * 1024, false)]
    [InlineData((64 * 1024) + 1, true)]
    public async Task Raw_answer_that_is_too_long_says_so_to_who_reads_it(int length, bool cut)
    {
        var text = new string('x', length);
        await using var server = await FakeServer.Start((_, response) => FakeServer.Answer(response, 500, text));
        using var client = new KubernetesClient(new ClientConfiguration { Server = server.Address });

        var raw = await client.GetRawAsync("/metrics", default);

        (raw.Code, raw.IsCut, raw.Start).ShouldBe((HttpStatusCode.InternalServerError, cut, text[..(64 * 1024)]));
        if (cut) Should.Throw<IOException>(() => raw.Body).Message.ShouldContain("longer than the 65536 characters");
        else raw.Body.ShouldBe(text);
        (await client.GetRawAsync("/metrics", 64 * 1024 * 2, default)).Body.ShouldBe(text);
    }

    [Fact]
    public async Task Version_that_is_too_long_says_so()
    {
        await using var server = await FakeServer.Start((_, response) => FakeServer.Answer(response, 200, $$"""{"gitVersion":"{{new string('1', 64 * 1024)}}"}"""));
        using var client = new KubernetesClient(new ClientConfiguration { Server = server.Address });

        (await Should.ThrowAsync<IOException>(() => client.GetVersionAsync(default))).Message.ShouldContain("longer than 64 KiB");
    }
}

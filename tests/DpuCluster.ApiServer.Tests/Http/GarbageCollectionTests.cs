using System.Net;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Background;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Tests.Http;

public sealed class GarbageCollectionTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const string ClusterRoles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";

    [Fact]
    public async Task Object_outside_of_namespaces_is_kept_when_its_owner_could_only_be_in_one()
    {
        await using var server = await TestServer.StartAsync();
        var role = new JsonObject { ["apiVersion"] = "rbac.authorization.k8s.io/v1", ["kind"] = "ClusterRole", ["metadata"] = new JsonObject { ["name"] = "kept" } };
        await server.AskAsync($"POST {ClusterRoles}", Owned(role, Owner("gone", "0000", blocks: false)), HttpStatusCode.Created);
        await WaitForCollectorAsync(server);
        await server.AskAsync($"GET {ClusterRoles}/kept");
    }

    [Fact]
    public async Task Object_keeps_all_owners_while_the_kind_of_one_is_unknown()
    {
        await using var server = await TestServer.StartAsync();
        var unknown = new JsonObject { ["apiVersion"] = "nowhere.example/v1", ["kind"] = "Thing", ["name"] = "x", ["uid"] = "1111" };
        await server.AskAsync($"POST {ConfigMaps}", Owned(TestServer.ConfigMap("kept"), unknown, Owner("gone", "0000", blocks: false)), HttpStatusCode.Created);
        await WaitForCollectorAsync(server);
        (await server.AskAsync($"GET {ConfigMaps}/kept"))["metadata"]!["ownerReferences"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Dependent_that_blocks_nothing_goes_at_once_when_its_owner_is_deleted_in_the_foreground()
    {
        await using var server = await TestServer.StartAsync();
        var owner = TestServer.ConfigMap("owner");
        owner["metadata"]!["finalizers"] = new JsonArray("example.com/held");
        var uid = await CreateAsync(server, owner);
        await CreateAsync(server, Owned(TestServer.ConfigMap("free"), Owner("owner", uid, blocks: false)));
        using var watch = await server.WatchAsync($"{ConfigMaps}?watch=true&fieldSelector=metadata.name=free");
        await server.AskAsync($"DELETE {ConfigMaps}/owner?propagationPolicy=Foreground");
        await DeletedAsync(watch);
    }

    [Fact]
    public async Task Circle_of_owners_is_deleted_in_the_foreground()
    {
        await using var server = await TestServer.StartAsync();
        var first = await CreateAsync(server, TestServer.ConfigMap("first"));
        var second = await CreateAsync(server, Owned(TestServer.ConfigMap("second"), Owner("first", first, blocks: true)));
        await server.AskAsync($"PATCH {ConfigMaps}/first", new JsonObject
        {
            ["metadata"] = new JsonObject { ["ownerReferences"] = new JsonArray(Owner("second", second, blocks: true)) },
        });
        using var one = await server.WatchAsync($"{ConfigMaps}?watch=true&fieldSelector=metadata.name=first");
        using var other = await server.WatchAsync($"{ConfigMaps}?watch=true&fieldSelector=metadata.name=second");
        await server.AskAsync($"DELETE {ConfigMaps}/first?propagationPolicy=Foreground");
        await DeletedAsync(one);
        await DeletedAsync(other);
    }

    [Theory]
    [InlineData("Background")]
    [InlineData("Foreground")]
    [InlineData("Orphan")]
    public async Task Dependent_that_got_another_owner_since_it_was_read_is_not_deleted(string policy)
    {
        await using var server = await TestServer.StartAsync();
        var (collector, read) = await ReadAsync(server);
        var owner = await CreateAsync(server, TestServer.ConfigMap("owner"));
        await server.AskAsync($"PATCH {ConfigMaps}/dependent", new JsonObject
        {
            ["metadata"] = new JsonObject { ["ownerReferences"] = new JsonArray(Owner("owner", owner, blocks: false)) },
        });

        (await collector.DeleteAsync(Resource(server), read, policy)).ShouldBeFalse();

        (await server.AskAsync($"GET {ConfigMaps}/dependent"))["metadata"]!["deletionTimestamp"].ShouldBeNull();
    }

    [Fact]
    public async Task Dependent_that_changed_in_something_else_since_it_was_read_is_deleted()
    {
        await using var server = await TestServer.StartAsync();
        var (collector, read) = await ReadAsync(server);
        await server.AskAsync($"PATCH {ConfigMaps}/dependent", """{"data":{"k":"other"}}""");

        (await collector.DeleteAsync(Resource(server), read, "Background")).ShouldBeTrue();

        await server.AskAsync($"GET {ConfigMaps}/dependent", status: HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Another_object_of_the_name_of_a_dependent_is_not_deleted()
    {
        await using var server = await TestServer.StartAsync();
        var (collector, read) = await ReadAsync(server);
        await server.AskAsync($"DELETE {ConfigMaps}/dependent");
        await CreateAsync(server, TestServer.ConfigMap("dependent"));

        (await collector.DeleteAsync(Resource(server), read, "Background")).ShouldBeFalse();

        await server.AskAsync($"GET {ConfigMaps}/dependent");
    }

    /// <summary>A collector beside the server's own, and a dependent as it has read it: its owner is of a kind that is not served, so that the server's own lets it be.</summary>
    private static async Task<(GarbageCollector Collector, StoredObject Read)> ReadAsync(TestServer server)
    {
        var parts = server.Server.Parts;
        var unknown = new JsonObject { ["apiVersion"] = "nowhere.example/v1", ["kind"] = "Thing", ["name"] = "x", ["uid"] = "1111" };
        await CreateAsync(server, Owned(TestServer.ConfigMap("dependent"), unknown));
        var read = ObjectStore.Newest(parts.Store.Collection(Resource(server).StorageKey), "default", "dependent")!;
        return (new(parts.Registry, parts.Store, parts.Writer, parts.Deleter), read);
    }

    private static ResourceDefinition Resource(TestServer server) => server.Server.Parts.Registry.Find("", "v1", "configmaps")!;

    [Fact]
    public async Task Deletion_of_many_holds_each_to_the_preconditions()
    {
        await using var server = await TestServer.StartAsync();
        await CreateAsync(server, TestServer.ConfigMap("one"));
        var options = new JsonObject { ["preconditions"] = new JsonObject { ["uid"] = "other" } };
        var refused = await server.AskAsync($"DELETE {ConfigMaps}?fieldSelector=metadata.name=one", options, HttpStatusCode.Conflict);
        refused["reason"]!.GetValue<string>().ShouldBe("Conflict");
        await server.AskAsync($"GET {ConfigMaps}/one");
    }

    /// <summary>An object that must go is created last, and gone when all that came before it was looked at.</summary>
    private static async Task WaitForCollectorAsync(TestServer server)
    {
        using var watch = await server.WatchAsync($"{ConfigMaps}?watch=true&fieldSelector=metadata.name=marker");
        await CreateAsync(server, Owned(TestServer.ConfigMap("marker"), Owner("gone", "0000", blocks: false)));
        await DeletedAsync(watch);
    }

    private static async Task DeletedAsync(TestWatch watch)
    {
        while (await watch.NextAsync() is { } seen)
        {
            if (seen["type"]!.GetValue<string>() == "DELETED") return;
        }

        throw new InvalidOperationException("the watch ended first");
    }

    private static async Task<string> CreateAsync(TestServer server, JsonObject obj) =>
        (await server.AskAsync($"POST {ConfigMaps}", obj, HttpStatusCode.Created))["metadata"]!["uid"]!.GetValue<string>();

    private static JsonObject Owned(JsonObject obj, params JsonNode[] owners)
    {
        obj["metadata"]!["ownerReferences"] = new JsonArray(owners);
        return obj;
    }

    private static JsonObject Owner(string name, string uid, bool blocks) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["name"] = name,
        ["uid"] = uid,
        ["blockOwnerDeletion"] = blocks,
    };
}

using System.Net;
using System.Net.Sockets;

namespace DpuCluster.ApiServer.Tests.Http;

public sealed class WatchTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task Object_that_enters_or_leaves_a_selection_is_told_as_added_or_deleted()
    {
        await using var server = await TestServer.StartAsync();
        var list = await server.AskAsync($"GET {ConfigMaps}");
        using var watch = await server.WatchAsync($"{ConfigMaps}?watch=1&labelSelector=l%3Dyes&resourceVersion={list["metadata"]!["resourceVersion"]}");
        await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a", label: "no"), HttpStatusCode.Created);
        await server.AskAsync($"PATCH {ConfigMaps}/a", """{"metadata":{"labels":{"l":"yes"}}}""");
        (await watch.NextAsync())!["type"]!.GetValue<string>().ShouldBe("ADDED");
        await server.AskAsync($"PATCH {ConfigMaps}/a", """{"data":{"k":"v"}}""");
        (await watch.NextAsync())!["type"]!.GetValue<string>().ShouldBe("MODIFIED");
        var left = await server.AskAsync($"PATCH {ConfigMaps}/a", """{"metadata":{"labels":{"l":"no"}}}""");
        var deleted = (await watch.NextAsync())!;
        deleted["type"]!.GetValue<string>().ShouldBe("DELETED");
        deleted["object"]!["metadata"]!["labels"]!["l"]!.GetValue<string>().ShouldBe("yes");
        deleted["object"]!["metadata"]!["resourceVersion"]!.GetValue<string>().ShouldBe(left["metadata"]!["resourceVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task Watch_may_be_asked_to_last_longer_than_any_timer_does()
    {
        await using var server = await TestServer.StartAsync();
        var list = await server.AskAsync($"GET {ConfigMaps}");
        using var watch = await server.WatchAsync($"{ConfigMaps}?watch=1&timeoutSeconds=999999999&resourceVersion={list["metadata"]!["resourceVersion"]}");

        await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a"), HttpStatusCode.Created);
        await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("b"), HttpStatusCode.Created);

        foreach (var name in new[] { "a", "b" }) (await watch.NextAsync())!["object"]!["metadata"]!["name"]!.GetValue<string>().ShouldBe(name);
    }

    [Fact]
    public async Task Watch_from_a_forgotten_version_says_that_it_is_expired()
    {
        await using var server = await TestServer.StartAsync();
        var first = await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a"), HttpStatusCode.Created);
        await server.AskAsync($"PATCH {ConfigMaps}/a", """{"data":{"k":"v"}}""");
        server.Server.Parts.Store.Compact(server.Server.Parts.Store.PublishedRevision);
        using var watch = await server.WatchAsync($"{ConfigMaps}?watch=1&resourceVersion={first["metadata"]!["resourceVersion"]}");
        var error = (await watch.NextAsync())!;
        error["type"]!.GetValue<string>().ShouldBe("ERROR");
        error["object"]!["code"]!.GetValue<int>().ShouldBe(410);
        error["object"]!["reason"]!.GetValue<string>().ShouldBe("Expired");
        error["object"]!["message"]!.GetValue<string>().ShouldStartWith("too old resource version: ");
    }

    [Fact]
    public async Task Every_watcher_sees_every_change_once_and_in_order()
    {
        const int Watchers = 20;
        const int Writers = 8;
        const int Each = 50;
        await using var server = await TestServer.StartAsync();
        var version = (await server.AskAsync($"GET {ConfigMaps}"))["metadata"]!["resourceVersion"]!;
        var watches = await Task.WhenAll(Enumerable.Range(0, Watchers).Select(_ => server.WatchAsync($"{ConfigMaps}?watch=1&resourceVersion={version}")));
        var seen = watches.Select(async watch =>
        {
            var versions = new List<long>();
            while (versions.Count < Writers * Each)
            {
                var change = await watch.NextAsync();
                versions.Add(long.Parse(change!["object"]!["metadata"]!["resourceVersion"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture));
            }

            return versions;
        }).ToList();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var i = 0; i < Each; i++) await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap($"c-{writer}-{i}"), HttpStatusCode.Created);
        }));
        var all = await Task.WhenAll(seen);
        foreach (var versions in all)
        {
            versions.ShouldBe(all[0]);
            versions.ShouldBeInOrder();
            versions.Distinct().Count().ShouldBe(versions.Count);
        }

        foreach (var watch in watches) watch.Dispose();
    }

    [Fact]
    public async Task Stopping_the_server_ends_watches()
    {
        await using var server = await TestServer.StartAsync();
        using var watch = await server.WatchAsync($"{ConfigMaps}?watch=1&fieldSelector=metadata.name%3Dnone");
        await server.Server.StopAsync();
        try
        {
            (await watch.NextAsync()).ShouldBeNull();
        }
        catch (IOException exception) when (exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            // An end too: a connection that goes down with the server may be reset before the end of its stream was read.
        }
    }

    [Fact]
    public async Task Watch_ends_after_its_time_with_a_bookmark_where_these_are_allowed()
    {
        await using var server = await TestServer.StartAsync();
        var version = (await server.AskAsync($"GET {ConfigMaps}"))["metadata"]!["resourceVersion"]!.GetValue<string>();
        using var watch = await server.WatchAsync($"{ConfigMaps}?watch=1&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dnone&resourceVersion={version}&timeoutSeconds=1");
        var bookmark = (await watch.NextAsync())!;
        bookmark["type"]!.GetValue<string>().ShouldBe("BOOKMARK");
        bookmark["object"]!["metadata"]!.AsObject().Select(p => p.Key).ShouldBe(["resourceVersion"]);
        (await watch.NextAsync()).ShouldBeNull();
    }
}

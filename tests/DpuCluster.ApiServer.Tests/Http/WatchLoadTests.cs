using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using DpuCluster.Testing;

namespace DpuCluster.ApiServer.Tests.Http;

/// <summary>Many watch, many write: everybody is told everything, once and in order, whatever others do.</summary>
public sealed class WatchLoadTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const string End = "the-end";
    private const int Watchers = 200;
    private const int Writers = 50;

    /// <summary>How far writers may be ahead of the slowest watcher: not so far that it would be cut off, however busy the machine is.</summary>
    private const int Ahead = 4000;

    /// <summary>How many writes each writer does; more by the environment variable, for a night.</summary>
    private static readonly int Each =
        int.TryParse(Environment.GetEnvironmentVariable("DPUCLUSTER_TEST_LOAD_WRITES"), NumberStyles.None, CultureInfo.InvariantCulture, out var writes) ? writes / Writers : 40;

    [Fact]
    public async Task No_watcher_of_many_misses_or_repeats_or_misorders_an_event_of_many_writers()
    {
        await using var server = await TestServer.StartAsync();
        var version = (await server.AskAsync($"GET {ConfigMaps}"))["metadata"]!["resourceVersion"]!;
        var watchers = Enumerable.Range(0, Watchers).Select(_ => new LoadWatcher()).ToArray();
        var watching = new List<Task>();
        foreach (var watcher in watchers)
        {
            var response = await server.SendAsync($"GET {ConfigMaps}?watch=1&resourceVersion={version}");
            watching.Add(watcher.RunAsync(response, End));
        }

        var told = new ConcurrentBag<(long Version, string Type)>();
        var deleted = 0;
        var begun = 0;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var i = 0; i < Each; i++)
            {
                var order = Interlocked.Increment(ref begun);
                await Eventually.Holds(() => order - watchers.Min(watcher => watcher.Count) < Ahead || watching.Any(watch => watch.IsFaulted), "watchers keep up");
                var name = $"w{writer}-{i / 4}";
                switch (i % 4)
                {
                    case 0:
                        told.Add((Version(await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap(name, "0"), HttpStatusCode.Created)), "ADDED"));
                        break;
                    case 3:
                        await server.AskAsync($"DELETE {ConfigMaps}/{name}");
                        Interlocked.Increment(ref deleted);
                        break;
                    default:
                        told.Add((Version(await server.AskAsync($"PATCH {ConfigMaps}/{name}", $$$"""{"data":{"k":"{{{i}}}"}}""")), "MODIFIED"));
                        break;
                }
            }
        }));
        told.Add((Version(await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap(End), HttpStatusCode.Created)), "ADDED"));
        await Task.WhenAll(watching);

        foreach (var watcher in watchers) (watcher.Count, watcher.Digest).ShouldBe((watchers[0].Count, watchers[0].Digest));
        var seen = watchers[0].Seen;
        seen.Where(change => change.Type != "DELETED").ShouldBe(told.OrderBy(change => change.Version), "what writers were told is what watchers saw");
        seen.Count(change => change.Type == "DELETED").ShouldBe(deleted);
        seen.Select(change => change.Version).Distinct().Count().ShouldBe(seen.Count);
    }

    [Fact]
    public async Task Slow_watcher_is_cut_off_and_can_begin_anew_while_others_go_on()
    {
        const int History = 64;
        const int Writes = 400;
        await using var server = await TestServer.StartAsync(new EmbeddedApiServerOptions { HistoryLimit = History });
        var created = await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("large"), HttpStatusCode.Created);
        var path = $"{ConfigMaps}?watch=1&resourceVersion=";
        using var slow = await server.WatchAsync(path + Version(created));
        using var quick = await server.WatchAsync(path + Version(created));

        // More than the buffers between them hold, and nothing of it is read by one of both.
        var filling = new string('x', 100_000);
        var versions = new List<long>();
        for (var i = 0; i < Writes; i++)
        {
            versions.Add(Version(await server.AskAsync($"PATCH {ConfigMaps}/large", $$$"""{"data":{"k":"{{{i}}}{{{filling}}}"}}""")));
            Version((await quick.NextAsync())!["object"]!).ShouldBe(versions[i]);
        }

        var read = new List<long>();
        try
        {
            while (await slow.NextAsync() is { } change) read.Add(Version(change["object"]!));
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or System.Text.Json.JsonException)
        {
            // Cut off in the middle of an event.
        }

        read.Count.ShouldBeLessThan(Writes - History);
        read.ShouldBe(versions.Take(read.Count));
        using (var late = await server.WatchAsync(path + (read.Count == 0 ? Version(created) : read[^1])))
        {
            ((int)(await late.NextAsync())!["object"]!["code"]!).ShouldBe(410);
        }

        var list = await server.AskAsync($"GET {ConfigMaps}");
        using var again = await server.WatchAsync(path + Version(list));
        var next = Version(await server.AskAsync($"PATCH {ConfigMaps}/large", """{"data":{"k":"small"}}"""));
        Version((await again.NextAsync())!["object"]!).ShouldBe(next);
        Version((await quick.NextAsync())!["object"]!).ShouldBe(next);
    }

    private static long Version(System.Text.Json.Nodes.JsonNode obj) => long.Parse((string)obj["metadata"]!["resourceVersion"]!, CultureInfo.InvariantCulture);

    /// <summary>Reads a watch and holds every event against the ones before.</summary>
    private sealed class LoadWatcher
    {
        private readonly HashSet<string> _there = [];
        private long _last;
        private int _count;

        public List<(long Version, string Type)> Seen { get; } = [];

        public int Count => Volatile.Read(ref _count);

        /// <summary>Of all events in their order.</summary>
        public long Digest { get; private set; }

        public async Task RunAsync(HttpResponseMessage response, string end)
        {
            using var own = response;
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            while (await reader.ReadLineAsync() is { } line)
            {
                var (type, name) = (Text(line, "\"type\":\""), Text(line, "\"name\":\""));
                var version = long.Parse(Text(line, "\"resourceVersion\":\""), CultureInfo.InvariantCulture);
                version.ShouldBeGreaterThan(_last, line);
                _last = version;
                (type switch
                {
                    "ADDED" => _there.Add(name),
                    "MODIFIED" => _there.Contains(name),
                    "DELETED" => _there.Remove(name),
                    _ => false,
                }).ShouldBeTrue($"{line} does not follow from what was told before");
                Seen.Add((version, type));
                Digest = unchecked((Digest * 31) + (version * 3) + type.Length);
                Interlocked.Increment(ref _count);
                if (name == end) return;
            }

            throw new InvalidOperationException("the watch has ended before the last write");
        }

        private static string Text(string line, string before)
        {
            var start = line.IndexOf(before, StringComparison.Ordinal) + before.Length;
            return line[start..line.IndexOf('"', start)];
        }
    }
}

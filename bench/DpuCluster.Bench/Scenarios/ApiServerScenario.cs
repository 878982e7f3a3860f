using System.Diagnostics;
using System.Text.Json.Nodes;
using DpuCluster.Bench.Measure;

namespace DpuCluster.Bench.Scenarios;

/// <summary>The embedded API server by itself, durable: what every write is acknowledged for is on the disk. The reference is kube-apiserver with etcd.</summary>
internal sealed class ApiServerScenario(ScenarioOptions options, Action<string> tell)
{
    private const string StartPart = "start";
    private const string RatesPart = "rates";
    private const string MemoryPart = "memory";
    private const string WatchPart = "watch";

    private const int Parallel = 16;

    /// <summary>How many objects are read in turns.</summary>
    private const int Read = 1000;

    /// <summary>How many times as much as the reference's best.</summary>
    private const int Times = 3;

    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);

    /// <summary>Until server and client have compiled what they run often.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    /// <summary>Between two writes that are watched: longer than it takes to tell everybody.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly List<Figure> _figures = [];

    public static Scenario Scenario { get; } = new(
        "apiserver",
        "The embedded API server",
        "The embedded API server with a data directory: start, memory, creates, gets, watches.",
        "ConfigMaps",
        [
            new(ScenarioOptions.ObjectsOption, "How many ConfigMaps make the large case, 1000 to 1000000.", 68_000, 1000, 1_000_000),
            new(ScenarioOptions.RoundsOption, "How often the server is started, 1 to 100.", 11, 1, 100),
            new(ScenarioOptions.SecondsOption, "How long each rate and the watches are measured, 1 to 600.", 15, 1, 600),
            new(ScenarioOptions.WatchersOption, "How many watch, 1 to 1000.", 200, 1, 1000),
        ],
        [StartPart, RatesPart, MemoryPart, WatchPart],
        (options, tell, cancellation) => new ApiServerScenario(options, tell).RunAsync(cancellation));

    private async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        foreach (var (part, measure) in new (string, Func<Workshop, CancellationToken, Task>)[]
        {
            (StartPart, MeasureStartAsync), (RatesPart, MeasureRatesAsync), (MemoryPart, MeasureMemoryAsync), (WatchPart, MeasureWatchAsync),
        })
        {
            if (options.Parts.Contains(part))
            {
                await using var workshop = new Workshop(options.Executable);
                await measure(workshop, cancellation);
            }
        }

        return _figures;
    }

    private async Task MeasureStartAsync(Workshop workshop, CancellationToken cancellation)
    {
        tell($"{options.Rounds} starts");
        List<double> times = [];
        List<double> memory = [];
        for (var round = 0; round < options.Rounds; round++)
        {
            var begun = Stopwatch.GetTimestamp();
            var server = await workshop.StartDurableAsync($"start-{round}", cancellation);
            times.Add(Time.Milliseconds(begun, server.ReadyAt));
            if (round >= options.Rounds - 3)
            {
                await Task.Delay(Settle, cancellation);
                memory.Add(server.Process.ResidentMebibytes());
            }

            await workshop.EndAsync(server.Process);
        }

        var starts = new Distribution(times);
        _figures.Add(new("start of the process → /readyz", "0", starts.Median, Unit.Milliseconds)
        {
            Reference = 3100,
            Target = 500,
            Note = $"median of {starts.Count}, the longest {Figure.Format(starts.Max, Unit.Milliseconds)}; the reference with controllers: 8.7 s",
        });
        _figures.Add(new("resident memory, idle", "0", new Distribution(memory).Median, Unit.Mebibytes)
        {
            Reference = 319,
            Target = 60,
            Note = $"{Settle.TotalSeconds:0} s after the start; the reference with controllers: 503 MiB",
        });
    }

    private async Task MeasureRatesAsync(Workshop workshop, CancellationToken cancellation)
    {
        tell("creates and gets");
        var server = await workshop.StartDurableAsync("rates", cancellation);
        _figures.Add(new("the disk: fsync of 600 bytes", "", workshop.MeasureSync(500), Unit.Milliseconds) { Note = "the least that a durable create waits for" });
        using var one = new ConfigMapClient(server.Configuration, 1);
        using var many = new ConfigMapClient(server.Configuration, Parallel);
        await MeasureRateAsync("creates, one connection, one after the other", i => one.CreateAsync($"one-{i}", cancellation), 1, 386, cancellation);
        await MeasureRateAsync($"creates, {Parallel} in parallel", i => many.CreateAsync($"many-{i}", cancellation), Parallel, 1104, cancellation);
        await MeasureRateAsync("gets, one connection, one after the other", i => one.GetAsync($"one-{i % Read}", cancellation), 1, 755, cancellation);
        await MeasureRateAsync($"gets, {Parallel} in parallel", i => many.GetAsync($"one-{i % Read}", cancellation), Parallel, 2287, cancellation);
    }

    private async Task MeasureRateAsync(string what, Func<int, Task> act, int parallel, double reference, CancellationToken cancellation)
    {
        var (perSecond, total) = await Rate.MeasureAsync(act, parallel, WarmUp, TimeSpan.FromSeconds(options.Seconds), cancellation);
        tell($"  {what}: {perSecond:0}/s");
        _figures.Add(new(what, $"{total}", perSecond, Unit.PerSecond)
        {
            Reference = reference,
            Least = Times * reference,
            Note = $"over {options.Seconds} s, after {WarmUp.TotalSeconds:0} s to warm up",
        });
    }

    private async Task MeasureMemoryAsync(Workshop workshop, CancellationToken cancellation)
    {
        tell($"{options.Objects} ConfigMaps");
        var server = await workshop.StartDurableAsync("memory", cancellation);
        using var client = new ConfigMapClient(server.Configuration, Parallel);
        await System.Threading.Tasks.Parallel.ForEachAsync(
            Enumerable.Range(0, options.Objects),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation },
            async (i, token) => await client.CreateAsync($"map-{i}", token));
        var peak = server.Process.ResidentMebibytes();
        await Task.Delay(Settle, cancellation);
        _figures.Add(new("resident memory", $"{options.Objects}", server.Process.ResidentMebibytes(), Unit.Mebibytes)
        {
            Reference = options.Objects == 68_000 ? 919 + 107 : null,
            Target = options.Objects == 68_000 ? 250 : null,
            Note = $"{Settle.TotalSeconds:0} s after the last create; right after it {Figure.Format(peak, Unit.Mebibytes)}; the reference: 919 MiB and etcd's 107",
        });
    }

    private async Task MeasureWatchAsync(Workshop workshop, CancellationToken cancellation)
    {
        tell($"{options.Watchers} watchers");
        var server = await workshop.StartDurableAsync("watched", cancellation);
        using var writer = PlainConnection.Connect(server.Configuration);
        var target = $"{ConfigMapClient.Path}?watch=true&resourceVersion={await VersionAsync(server, cancellation)}";
        await using var crowd = WatcherCrowd.Start(server.Configuration, options.Watchers, target);
        var warm = (int)(WarmUp / Pause);
        var writes = warm + (int)(TimeSpan.FromSeconds(options.Seconds) / Pause);
        List<(long Sent, long Acknowledged)> times = [];
        for (var i = 0; i < writes; i++)
        {
            var create = writer.Request("POST", ConfigMapClient.Path, ConfigMapClient.Body($"watched-{i}"));
            var sent = Stopwatch.GetTimestamp();
            writer.Send(create);
            writer.ReadAnswer(201);
            times.Add((sent, Stopwatch.GetTimestamp()));
            await Task.Delay(Pause, cancellation);
        }

        await crowd.UntilAllHaveAsync(writes, cancellation);
        var measured = Enumerable.Range(warm, writes - warm).SelectMany(i => crowd.ArrivalsOf(i).Select(at => (times[i].Sent, At: at))).ToList();
        var whole = new Distribution(measured.Select(one => Time.Milliseconds(one.Sent, one.At)));
        _figures.Add(new("create is sent → a watcher has the event, median", $"{writes}", whole.Median, Unit.Milliseconds)
        {
            Target = 5,
            Note = $"{options.Watchers} watchers, each with a connection of its own; {writes - warm} writes; create and fsync included",
        });
        AddMilliseconds("create is sent → a watcher has the event, 99th percentile", whole.Percentile99);
        AddMilliseconds("create is sent → it is acknowledged, median", new Distribution(times.Skip(warm).Select(one => Time.Milliseconds(one.Sent, one.Acknowledged))).Median);
        AddMilliseconds("create is sent → the first watcher has the event, median", OfEach(arrivals => arrivals.Min()));
        AddMilliseconds("create is sent → the last watcher has the event, median", OfEach(arrivals => arrivals.Max()));

        void AddMilliseconds(string what, double value) => _figures.Add(new(what, $"{writes}", value, Unit.Milliseconds));

        double OfEach(Func<IEnumerable<long>, long> choose) =>
            new Distribution(Enumerable.Range(warm, writes - warm).Select(i => Time.Milliseconds(times[i].Sent, choose(crowd.ArrivalsOf(i))))).Median;
    }

    private static async Task<string> VersionAsync(ApiServerProcess server, CancellationToken cancellation)
    {
        using var client = server.Connect();
        var list = JsonNode.Parse((await client.GetRawAsync("/api/v1/namespaces/default/configmaps?limit=1", cancellation)).Body)!;
        return (string)list["metadata"]!["resourceVersion"]!;
    }
}

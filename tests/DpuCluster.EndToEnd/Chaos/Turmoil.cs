using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Faults;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.EndToEnd.Chaos;

/// <summary>Things that go wrong at a site, and people and programs who meddle; a seed says which, and when, but for what runs faster.</summary>
internal sealed class Turmoil
{
    /// <summary>Longer than a lease lasts (15 s).</summary>
    private const int PastLease = 16_000;

    private readonly ChaosSite _site;
    private readonly Random _random;
    private readonly IReadOnlyList<string> _statics;
    private readonly IReadOnlyList<string> _kamajis;
    private readonly (int Weight, string Name, Func<Task<bool>> Act)[] _troubles;
    private readonly ConcurrentDictionary<string, bool> _busy = [];
    private readonly ConcurrentDictionary<string, int> _happened = [];
    private readonly ConcurrentDictionary<string, bool> _brief = [];
    private int _names;

    public Turmoil(ChaosSite site, int seed, IReadOnlyList<string> statics, IReadOnlyList<string> kamajis)
    {
        (_site, _random, _statics, _kamajis) = (site, new Random(seed), statics, kamajis);
        _troubles =
        [
            (3, "process killed", () => WithReplica(replica => replica.KillAsync())),
            (1, "process told to end", () => WithReplica(replica => replica.TerminateAsync())),
            (2, "process frozen past its lease", () => WithReplica(replica => replica.FreezeAsync(Milliseconds(PastLease, PastLease + 5000)))),
            (3, "process cut off", () => WithReplica(replica => replica.CutOffAsync(Milliseconds(500, 20_000)))),
            (2, "connections half-open", () => WithReplica(Stall)),
            (3, "connections cut", () => WithReplica(Cut)),
            (1, "API server killed", () => Alone("server", () => _site.RestartServerAsync(kill: true, Milliseconds(0, 4000)))),
            (1, "API server restarted", () => Alone("server", () => _site.RestartServerAsync(kill: false, Milliseconds(0, 4000)))),
            (2, "everybody cut off", CutOffEverybody),
            (2, "control plane of static clusters killed", KillTenant),
            (5, "Secret rotated", () => WithStatic(name => _site.PutSecretAsync(name, Kubeconfig()))),
            (1, "Secret spoilt", () => WithStatic(name => _site.PutSecretAsync(name, "nonsense"u8.ToArray()))),
            (1, "Secret deleted", () => WithStatic(_site.DeleteAsync<Secret>)),
            (5, "child edited", () => WithKamaji(EditChild)),
            (4, "child deleted", () => WithKamaji(DeleteChild)),
            (2, "DPUCluster edited", () => Always(Edit)),
            (2, "static DPUCluster created for a moment", () => Always(BriefStatic)),
            (2, "Kamaji DPUCluster created for a moment", () => Always(BriefKamaji)),
        ];
    }

    /// <summary>What happened how often.</summary>
    public override string ToString() => string.Join(", ", _happened.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Value} × {entry.Key}"));

    /// <summary>Lets things go wrong for a while; when this completes, whatever broke is whole again.</summary>
    public async Task RageAsync(TimeSpan time)
    {
        List<Task> under = [];
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            var trouble = Pick();
            under.Add(Guarded(trouble.Name, trouble.Act));

            // The pace at which things happen; nothing is waited for.
            await Task.Delay(Milliseconds(50, 700));
        }

        await Task.WhenAll(under);
        foreach (var name in _statics)
        {
            await ChaosSite.InsistAsync(() => _site.PutSecretAsync(name, Kubeconfig()));
        }

        foreach (var name in _brief.Keys)
        {
            await ChaosSite.InsistAsync(() => _site.DeleteAsync<DPUCluster>(name));
            await ChaosSite.InsistAsync(() => _site.DeleteAsync<Secret>(name));
        }
    }

    private async Task Guarded(string name, Func<Task<bool>> act)
    {
        try
        {
            if (await act())
            {
                _happened.AddOrUpdate(name, 1, static (_, times) => times + 1);
            }
        }
        catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException or TimeoutException)
        {
            // The server is down, or slow: this time nothing comes of it, as for anybody who works there.
            _happened.AddOrUpdate($"{name} (in vain)", 1, static (_, times) => times + 1);
        }
    }

    private (int Weight, string Name, Func<Task<bool>> Act) Pick()
    {
        var left = Next(_troubles.Sum(trouble => trouble.Weight));
        return _troubles.First(trouble => (left -= trouble.Weight) < 0);
    }

    /// <summary>One thing at a time with each.</summary>
    /// <returns>Whether it was done.</returns>
    private async Task<bool> Alone(string what, Func<Task> act)
    {
        if (!_busy.TryAdd(what, true))
        {
            return false;
        }

        try
        {
            await act();
            return true;
        }
        finally
        {
            _busy.TryRemove(what, out _);
        }
    }

    private Task<bool> WithReplica(Func<Replica, Task> act)
    {
        var replica = _site.Replicas[Next(_site.Replicas.Count)];
        return Alone(replica.Name, () => act(replica));
    }

    private Task<bool> WithStatic(Func<string, Task> act) => Always(() => act(_statics[Next(_statics.Count)]));

    private Task<bool> WithKamaji(Func<KamajiCluster, Task> act) => Always(() => act(_site.Kamaji(_kamajis[Next(_kamajis.Count)])));

    private static async Task<bool> Always(Func<Task> act)
    {
        await act();
        return true;
    }

    private Task<bool> CutOffEverybody() => Alone("everybody", () =>
    {
        var time = Milliseconds(500, 8000);
        return Task.WhenAll(_site.Replicas.Select(replica => replica.CutOffAsync(time)));
    });

    private Task Stall(Replica replica)
    {
        replica.Proxy.StallAll(Next(2) == 0 ? HalfOpen.FromClient : HalfOpen.ToClient);
        return Task.CompletedTask;
    }

    private static Task Cut(Replica replica)
    {
        replica.Proxy.CutAll();
        return Task.CompletedTask;
    }

    private Task<bool> KillTenant()
    {
        var tenant = _site.Tenants[Next(_site.Tenants.Count)];
        return Alone(tenant.KubeconfigFile, async () =>
        {
            await tenant.Kill();
            await Task.Delay(Milliseconds(0, 12_000));
            await tenant.Start();
        });
    }

    private async Task EditChild(KamajiCluster cluster)
    {
        var child = Next(cluster.Children.Count);
        await _site.Kubectl.RunWith(["patch", .. cluster.Children[child].Split(' '), "--type=merge", "-p", KamajiCluster.Edits[child]]);
    }

    private async Task DeleteChild(KamajiCluster cluster) =>
        await _site.Kubectl.Run($"delete {cluster.Children[Next(cluster.Children.Count)]} --wait=false");

    private Task Edit()
    {
        var all = _statics.Concat(_kamajis).ToList();
        var patch = new JsonObject { ["spec"] = new JsonObject { ["maxNodes"] = 10 + Next(90) } };
        return _site.Host.Resources<DPUCluster>().PatchAsync(ChaosSite.Namespace, all[Next(all.Count)], Patch.Merge(patch), new() { FieldManager = "chaos" }, default);
    }

    private async Task BriefStatic()
    {
        var name = NewBrief("brief-static");
        var (kubeconfig, time) = (Kubeconfig(), Milliseconds(0, 5000));
        await _site.PutSecretAsync(name, kubeconfig);
        await _site.CreateStaticAsync(name);
        await Task.Delay(time);
        await _site.DeleteAsync<DPUCluster>(name);
    }

    private async Task BriefKamaji()
    {
        var name = NewBrief("brief-kamaji");
        var time = Milliseconds(0, 8000);
        await _site.Kubectl.Run("apply -f -", KamajiCluster.Manifest(name, ChaosSite.Namespace, null));
        await Task.Delay(time);
        await _site.DeleteAsync<DPUCluster>(name);
    }

    private string NewBrief(string what)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{what}-{Interlocked.Increment(ref _names)}");
        _brief[name] = true;
        return name;
    }

    // Of any of the control planes; each start of one makes new credentials, and the old ones stay good.
    private byte[] Kubeconfig() => File.ReadAllBytes(_site.Tenants[Next(_site.Tenants.Count)].KubeconfigFile);

    private TimeSpan Milliseconds(int from, int to) => TimeSpan.FromMilliseconds(from + Next(to - from));

    private int Next(int below)
    {
        lock (_random)
        {
            return _random.Next(below);
        }
    }
}

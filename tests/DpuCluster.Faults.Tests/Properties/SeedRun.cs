using System.Globalization;
using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;

namespace DpuCluster.Faults.Tests.Properties;

/// <summary>
/// One seed's world: a server, two replicas of a controller behind a faulty proxy each, somebody who changes objects, and what breaks
/// meanwhile. The seed decides everything but what runs faster.
/// </summary>
internal sealed class SeedRun : IAsyncDisposable
{
    private const int Steps = 40;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly int _seed;
    private readonly Random _random;
    private readonly FaultyServer _server;
    private readonly List<Replica> _replicas = [];
    private int _timesBack;
    private int _value;

    private SeedRun(int seed, FaultyServer server) => (_seed, _random, _server) = (seed, new Random(seed), server);

    public int Faults => _replicas.Sum(replica => replica.Faults.Count);

    public int WritesUnderLease => _server.Logs.Sum(log => log.Writes);

    private string Name => $"seed {_seed}";

    private ResourceClient<ConfigMap> Maps => _server.Direct.Resources<ConfigMap>();

    /// <summary>Lives through a seed; throws where a property does not hold.</summary>
    public static async Task<(int Faults, int Writes)> RunAsync(int seed)
    {
        await using var run = new SeedRun(seed, await FaultyServer.StartAsync());
        await run.StartAsync();
        await run.TroubleAsync();
        await run.JudgeAsync();
        return (run.Faults, run.WritesUnderLease);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    private async Task StartAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            _replicas.Add(await Replica.StartAsync(_server, (_seed * 2) + i, () => Volatile.Read(ref _timesBack)));
        }
    }

    private async Task TroubleAsync()
    {
        // At most one of these, as each takes a while.
        var (goesBack, losesLease) = (_seed % 4 == 0, _seed % 8 == 1);
        ServerBackup? backup = null;
        for (var step = 0; step < Steps; step++)
        {
            if (step == Steps / 2 && losesLease)
            {
                await CutOffTheLeaderAsync();
            }
            else if (step == Steps / 2 && goesBack)
            {
                backup = _server.BackUp(("", "configmaps"), ("coordination.k8s.io", "leases"));
            }
            else if (step == Steps - 3 && backup is not null)
            {
                // Late, so that no fault makes up for what is not noticed.
                await GoBackAsync(backup);
            }

            if (_random.Next(5) == 0)
            {
                Break(_replicas[_random.Next(_replicas.Count)]);
            }
            else
            {
                await ChangeAsync();
            }

            // The pace of those who work with a cluster; nothing is waited for.
            await Task.Delay(_random.Next(40));
        }

        _replicas.ForEach(replica => replica.Heal());
    }

    private void Break(Replica replica)
    {
        switch (_random.Next(8))
        {
            case 0:
                _server.Compact();
                break;
            case 1:
                // A restart of the server: its connections break, its history is gone.
                _server.Compact();
                _replicas.ForEach(one => one.Proxy.CutAll());
                break;
            case 2:
                replica.Proxy.StallAll(HalfOpen.FromClient);
                break;
            case 3:
                replica.Proxy.StallAll(HalfOpen.ToClient);
                break;
            case 4:
                replica.Restart();
                break;
            case 5:
                replica.Proxy.Refuses = true;
                replica.Proxy.CutAll();
                break;
            case 6:
                _replicas.ForEach(one => one.Proxy.Refuses = false);
                break;
            default:
                replica.Proxy.CutAll();
                break;
        }
    }

    private async Task ChangeAsync()
    {
        var name = $"s{_random.Next(6)}";
        var value = Value();
        if (await Maps.FindAsync(Copier.Namespace, name, default) is null)
        {
            await Maps.CreateAsync(Copier.Map(name, value), null, default);
        }
        else if (_random.Next(4) == 0)
        {
            await Maps.DeleteAsync(Copier.Namespace, name, null, default);
        }
        else
        {
            await Maps.ReplaceAsync(Copier.Map(name, value), null, default);
        }
    }

    private Dictionary<string, string> Value() => new() { ["value"] = (++_value).ToString(CultureInfo.InvariantCulture) };

    /// <summary>Who leads cannot reach the server any more, for as long as it takes another to lead.</summary>
    private async Task CutOffTheLeaderAsync()
    {
        _replicas.ForEach(replica => replica.Proxy.Refuses = false);
        var leader = await Eventually.Get(() => Task.FromResult(_replicas.Find(one => one.IsLeader)), one => one is not null, $"{Name}: somebody leads", Patience);
        leader!.Proxy.Refuses = true;
        leader.Proxy.CutAll();
        await Eventually.Holds(() => _replicas.Exists(one => one != leader && one.IsLeader), $"{Name}: another leads", Patience);
        leader.Proxy.Refuses = false;
    }

    /// <summary>The server is restored from a backup.</summary>
    private async Task GoBackAsync(ServerBackup backup)
    {
        // A restored server is known by versions that are smaller than what was seen; so all see one that it does not reach while this runs.
        await _server.AgeAsync(2000);
        var seen = (await Maps.ApplyAsync(Copier.Map("s0", Value()), new() { FieldManager = "test", Force = true }, default)).Metadata.ResourceVersion!;
        _replicas.ForEach(replica => replica.Proxy.Refuses = false);
        await Eventually.Holds(() => _replicas.TrueForAll(replica => replica.Copier?.HasSeen(seen) is true), $"{Name}: all have seen {seen}", Patience);

        // Who has never seen a leader cannot know that there may be one which the backup does not speak of.
        await Eventually.Holds(
            () => _replicas.Select(replica => replica.Copier?.Leader).Distinct().ToList() is [{ Length: > 0 }], $"{Name}: all have seen who leads", Patience);
        _replicas.ForEach(replica => replica.Proxy.Refuses = true);
        Interlocked.Increment(ref _timesBack);
        await _server.RestoreAsync(backup);
        foreach (var replica in _replicas)
        {
            replica.Proxy.Switch(_server.Configuration);
            replica.Proxy.Refuses = false;
        }

        long.Parse(seen, CultureInfo.InvariantCulture).ShouldBeGreaterThan(_server.Version + 1000, $"{Name}: it went back");
    }

    private async Task JudgeAsync()
    {
        await Eventually.Holds(() => _replicas.Exists(replica => replica.IsLeader), $"{Name}: somebody leads", Patience);
        await Eventually.Get(CopiesAsync, copies => copies.Wanted == copies.There, $"{Name}: each final state is reconciled", Patience);
        var state = await Eventually.Get(StateAsync, state => _replicas.TrueForAll(replica => Agrees(replica, state)), $"{Name}: stores equal the server's state", Patience);
        await Eventually.Get(
            () => Task.FromResult(state.Where(entry => Copier.IsSource(entry.Key.Name) && !IsReconciled(entry.Key, entry.Value)).ToList()),
            left => left.Count == 0,
            $"{Name}: each object is reconciled in its final version",
            Patience);
        await Eventually.Holds(() => _replicas.TrueForAll(replica => replica.Proxy.OpenConnections <= 1), $"{Name}: one connection a process, as it began", Patience);
        foreach (var copier in _replicas.SelectMany(replica => replica.Copiers))
        {
            copier.Overlaps.ShouldBeEmpty($"{Name}: no key is with two workers");
            copier.MapsTold.Faults.Concat(copier.MetadataTold.Faults).ShouldBeEmpty($"{Name}: versions come in order, and once");
        }

        foreach (var replica in _replicas)
        {
            await replica.EndAsync(Name);
        }

        _server.Logs.SelectMany(log => log.Intrusions()).ShouldBeEmpty($"{Name}: nobody writes while another holds the lease");
    }

    private async Task<Comparison> CopiesAsync()
    {
        var all = (await Maps.ListAsync(Copier.Namespace, new() { LabelSelector = Copier.Scope.LabelSelector }, default)).Items;
        return new(
            string.Join(' ', all.Where(map => Copier.IsSource(map.Metadata.Name!)).Select(map => $"{Copier.CopyOf(map.Metadata.Name!)}={map.Data!["value"]}").Order(StringComparer.Ordinal)),
            string.Join(' ', all.Where(map => !Copier.IsSource(map.Metadata.Name!)).Select(map => $"{map.Metadata.Name}={map.Data!["value"]}").Order(StringComparer.Ordinal)),
            string.Join("; ", _replicas));
    }

    private async Task<Dictionary<NamespacedName, string>> StateAsync() =>
        (await Maps.ListAsync(Copier.Namespace, new() { LabelSelector = Copier.Scope.LabelSelector }, default)).Items
            .ToDictionary(map => map.Key, map => map.Metadata.ResourceVersion!);

    private bool IsReconciled(NamespacedName key, string version) =>
        _replicas.Exists(replica => replica.Copiers.Any(copier => copier.Reconciled.ContainsKey((key, version))));

    private static bool Agrees(Replica replica, Dictionary<NamespacedName, string> state) =>
        replica.Copier is { } copier && Equal(copier.Maps, copier.MapsTold, state) && Equal(copier.Metadata, copier.MetadataTold, state);

    private static bool Equal<T>(Informer<T> informer, HandlerRecord<T> told, Dictionary<NamespacedName, string> state)
        where T : class, IKubernetesObject<T> =>
        Same(informer.Store.All.ToDictionary(value => value.Key, value => value.Metadata.ResourceVersion!), state) && Same(told.State, state);

    private static bool Same(Dictionary<NamespacedName, string> one, Dictionary<NamespacedName, string> other) =>
        one.Count == other.Count && one.All(entry => other.GetValueOrDefault(entry.Key) == entry.Value);

    /// <summary>What copies there should be and which there are; and, for whoever reads of a failure, how the replicas are.</summary>
    private sealed record Comparison(string Wanted, string There, string Replicas);
}

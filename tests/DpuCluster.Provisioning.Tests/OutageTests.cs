using System.Collections.Concurrent;
using DpuCluster.Api;
using DpuCluster.Faults;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Provisioning.Tests;

/// <summary>The host cluster's API server is gone for a while; the control planes of the clusters are not.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private const int Clusters = 20;

    private ProvisioningSite _site = null!;
    private FaultProxy _proxy = null!;
    private ScriptedTenant _tenant = null!;

    public async Task InitializeAsync() => _tenant = await ScriptedTenant.StartAsync();

    private async Task StartAsync(bool elect)
    {
        _site = await ProvisioningSite.StartAsync(change: options => Through(options) with { LeaderElect = elect });
        await Task.WhenAll(Enumerable.Range(0, Clusters).Select(i => _site.CreateAsync($"cluster-{i}", _tenant.Kubeconfig($"token-{i}"))));
        await Task.WhenAll(Enumerable.Range(0, Clusters).Select(i => _site.Host.ReachesAsync($"cluster-{i}", ClusterPhase.Ready)));
    }

    public async Task DisposeAsync()
    {
        await _site.DisposeAsync();
        await _proxy.DisposeAsync();
        await _tenant.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_the_api_server_is_gone_health_is_checked_and_nothing_is_written_because_of_it_when_it_is_back(bool elect)
    {
        await StartAsync(elect);
        await using var changes = await ChangesAsync();
        await BeginOutageAsync(elect);
        var (attempts, requests) = (_proxy.AcceptedConnections, _proxy.Requests.Count);

        // Of every cluster, again and again.
        var checks = Enumerable.Range(0, Clusters).ToDictionary(i => $"token-{i}", Checks);
        await Eventually.Holds(() => checks.All(entry => Checks(entry.Key) >= entry.Value + 10), "the health of every cluster is checked");
        _proxy.Requests.Count.ShouldBe(requests, "nothing gets through");
        var made = checks.Sum(entry => Checks(entry.Key) - entry.Value);
        (_proxy.AcceptedConnections - attempts).ShouldBeLessThan(made, "tries are for the process, not for every cluster and check");

        _proxy.Refuses = false;
        await _site.Host.PatchAsync("cluster-0", new() { ["spec"] = new System.Text.Json.Nodes.JsonObject { ["maxNodes"] = 7 } });
        await _site.Host.BecomesAsync("cluster-0", cluster => cluster.Status!.ObservedGeneration == cluster.Metadata.Generation, "the controller is back");
        _site.Running.Host.IsLeader.ShouldBeTrue("in the process that it was");
        changes.Seen.Where(seen => seen.Name != "cluster-0" || seen.Phase != ClusterPhase.Ready).ShouldBeEmpty("no status is written for an outage of ours");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_changed_while_the_api_server_was_gone_is_written_when_it_is_back(bool elect)
    {
        await StartAsync(elect);
        await using var changes = await ChangesAsync();
        await BeginOutageAsync(elect);
        _tenant.Answer = path => path == "/readyz" ? (500, "etcd is down") : null;
        var failed = _tenant.Asked("/readyz");
        await Eventually.Holds(() => _tenant.Asked("/readyz") >= failed + (4 * Clusters), "failures are found");
        changes.Seen.ShouldBeEmpty();

        _proxy.Refuses = false;

        await Task.WhenAll(Enumerable.Range(0, Clusters).Select(i => _site.Host.ReachesAsync($"cluster-{i}", ClusterPhase.NotReady)));
        await Eventually.Holds(() => changes.Seen.DistinctBy(seen => seen.Name).Count() == Clusters, "all are told of");
        changes.Seen.ShouldAllBe(seen => seen.Phase == ClusterPhase.NotReady, "each once and for good");
    }

    /// <summary>The server is gone, for longer than a lease can be held without it.</summary>
    private async Task BeginOutageAsync(bool elect)
    {
        _proxy.Refuses = true;
        _proxy.CutAll();
        await Eventually.Holds(() => _proxy is { OpenConnections: 0, ActiveRequests: 0 }, "nothing is under way");
        await Eventually.Holds(() => _site.Running.Host.IsLeader != elect, elect ? "nobody leads any more" : "there is no lease to lose");
    }

    private int Checks(int cluster) => Checks($"token-{cluster}");

    private int Checks(string token) => _tenant.Requests.Count(request => request.Token == token && request.Path == "/readyz");

    private Controllers.Hosting.ControllerHostOptions Through(Controllers.Hosting.ControllerHostOptions options)
    {
        _proxy = FaultProxy.StartAsync(options.Client).GetAwaiter().GetResult();
        return options with { Client = _proxy.Client };
    }

    private async Task<Changes> ChangesAsync()
    {
        // What has not been told of yet when this begins is no change of the outage's.
        var last = "";
        await Eventually.Get(
            async () =>
            {
                var before = last;
                last = string.Join(' ', (await _site.Host.Clusters.ListAsync(HostCluster.Namespace, null, default)).Items.Select(one => one.Metadata.ResourceVersion));
                await Task.Delay(TimeSpan.FromSeconds(1));
                return before == last;
            },
            settled => settled,
            "nothing is written any more");
        return new Changes(_site.Host.Clusters, (await _site.Host.Clusters.ListAsync(HostCluster.Namespace, null, default)).ResourceVersion!);
    }

    /// <summary>Every state of a cluster from now on, by a watch that goes through no proxy.</summary>
    private sealed class Changes : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Changes(ResourceClient<DPUCluster> clusters, string from) => _running = Task.Run(async () =>
        {
            await foreach (var change in clusters.WatchAsync(HostCluster.Namespace, new() { ResourceVersion = from }, _stop.Token))
            {
                if (change.Type != WatchEventType.Bookmark)
                {
                    Seen.Enqueue((change.Object!.Metadata.Name!, change.Object.Status!.Phase));
                }
            }
        });

        public ConcurrentQueue<(string Name, string? Phase)> Seen { get; } = [];

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }
}

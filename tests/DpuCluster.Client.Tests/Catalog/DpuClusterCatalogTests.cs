using DpuCluster.Api;
using DpuCluster.Testing;

namespace DpuCluster.Client.Tests.Catalog;

public sealed class DpuClusterCatalogTests
{
    private static readonly DPUCluster Ready = World.WithStatus("Ready", ("Created", "True", "Created", ""), ("Ready", "True", "HealthCheckPassed", ""));

    [Fact]
    public async Task Lists_all_clusters_or_those_that_can_be_used()
    {
        await using var world = await World.StartAsync();
        world.PutCluster(Named("ready", Ready));
        world.PutCluster(Named("new", World.Cluster));
        world.PutCluster(Named("down", World.WithStatus("NotReady", ("Ready", "False", "HealthCheckFailed", "x"))));
        world.PutCluster(Named("going", Ready with { Metadata = Ready.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } }));
        var catalog = new DpuClusterCatalog(world.HostClient);

        (await Names(catalog.ListAsync("dpu", default))).ShouldBe(["ready", "new", "down", "going"], ignoreOrder: true);
        (await Names(catalog.ListReadyAsync("dpu", default))).ShouldBe(["ready"]);
    }

    [Fact]
    public async Task A_cluster_that_is_ready_is_there_at_once()
    {
        await using var world = await World.StartAsync();
        world.PutCluster(Ready);

        var cluster = await new DpuClusterCatalog(world.HostClient).WaitUntilReadyAsync("dpu", "c1", Eventually.Patience, default);

        cluster.Metadata.Name.ShouldBe("c1");
        world.Host.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_cluster_that_does_not_exist_yet_is_waited_for()
    {
        await using var world = await World.StartAsync();
        var waiting = new DpuClusterCatalog(world.HostClient).WaitUntilReadyAsync("dpu", "c1", Eventually.Patience, default);
        await Eventually.Holds(() => world.Host.OpenWatches == 1, "the cluster is watched");

        world.PutCluster(World.Cluster);
        world.PutCluster(World.WithStatus("Creating", ("Created", "False", "EmptyKubeconfig", "x")));
        waiting.IsCompleted.ShouldBeFalse();
        world.PutCluster(Ready);

        (await waiting).IsReady.ShouldBeTrue();
    }

    [Fact]
    public async Task Waiting_survives_a_host_cluster_that_is_away_for_a_while()
    {
        await using var world = await World.StartAsync();
        world.PutCluster(World.Cluster);
        var waiting = new DpuClusterCatalog(world.HostClient).WaitUntilReadyAsync("dpu", "c1", Eventually.Patience, default);
        await Eventually.Holds(() => world.Host.OpenWatches == 1, "the cluster is watched");

        world.Host.Refuse = _ => 500;
        world.Host.EndWatches();
        world.PutCluster(Ready);
        world.Host.Refuse = _ => null;

        (await waiting).IsReady.ShouldBeTrue();
    }

    [Fact]
    public async Task A_timeout_tells_the_condition_that_stands_in_the_way()
    {
        await using var world = await World.StartAsync();
        world.PutCluster(World.WithStatus(
            "NotReady", ("Created", "True", "Created", ""), ("Ready", "False", "HealthCheckFailed", "connection refused")));
        var clock = new ManualTimeProvider();
        var waiting = new DpuClusterCatalog(world.HostClient, new() { Client = new() { Clock = clock } }).WaitUntilReadyAsync("dpu", "c1", TimeSpan.FromSeconds(5), default);
        await Eventually.Holds(() => world.Host.OpenWatches == 1, "the cluster is watched");
        clock.Advance(TimeSpan.FromSeconds(5));

        var exception = await Should.ThrowAsync<TimeoutException>(() => waiting);

        exception.Message.ShouldBe(
            "DPUCluster dpu/c1 is not Ready after 00:00:05: phase NotReady, Ready is False (HealthCheckFailed): connection refused");
    }

    [Fact]
    public async Task Whoever_may_not_look_is_told_so_at_once()
    {
        await using var world = await World.StartAsync();
        world.Host.Refuse = _ => 403;

        var exception = await Should.ThrowAsync<Kubernetes.Meta.KubernetesException>(
            () => new DpuClusterCatalog(world.HostClient).WaitUntilReadyAsync("dpu", "c1", Eventually.Patience, default));

        exception.IsForbidden.ShouldBeTrue();
    }

    [Fact]
    public async Task Cancelling_is_not_a_timeout()
    {
        await using var world = await World.StartAsync();
        using var cancel = new CancellationTokenSource();
        var waiting = new DpuClusterCatalog(world.HostClient).WaitUntilReadyAsync("dpu", "c1", Eventually.Patience, cancel.Token);

        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task From_waiting_to_the_first_call_takes_a_few_lines()
    {
        await using var world = await World.StartAsync();
        world.PutSecret(world.SecretWith("t"));
        world.PutCluster(Ready);

        var clusters = new DpuClusterCatalog(world.HostClient);
        var cluster = await clusters.WaitUntilReadyAsync("dpu", "c1", Eventually.Patience, default);
        await using var connection = await clusters.OpenAsync(cluster, default);
        var answer = await connection.UseAsync(World.Call, default);

        answer.Metadata.Name.ShouldBe("default");
    }

    [Fact]
    public void The_explanation_names_what_stands_in_the_way()
    {
        World.Cluster.Explanation.ShouldBe(
            "phase Pending, and no condition says why: do the provisioning controller and the cluster manager of type static run?");
        World.WithStatus("Creating", ("Created", "False", "EmptyKubeconfig", "name it")).Explanation
            .ShouldBe("phase Creating, Created is False (EmptyKubeconfig): name it");
        World.WithStatus("Failed", ("Ready", "False", "NotReady", "x"), ("Stalled", "True", "InvalidClusterEndpoint", "no address")).Explanation
            .ShouldBe("phase Failed, Stalled is True (InvalidClusterEndpoint): no address");
    }

    private static DPUCluster Named(string name, DPUCluster cluster) => cluster with { Metadata = cluster.Metadata with { Name = name } };

    private static async Task<List<string?>> Names(IAsyncEnumerable<DPUCluster> clusters)
    {
        var names = new List<string?>();
        await foreach (var cluster in clusters)
        {
            names.Add(cluster.Metadata.Name);
        }

        return names;
    }
}

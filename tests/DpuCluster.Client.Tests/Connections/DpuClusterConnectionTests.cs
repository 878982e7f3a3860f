using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;

namespace DpuCluster.Client.Tests.Connections;

public sealed class DpuClusterConnectionTests
{
    [Fact]
    public async Task A_rotation_is_followed_at_once_without_a_restart()
    {
        await using var world = await World.StartAsync();
        world.PutSecret(world.SecretWith("old"));
        await using var connection = await DpuClusterConnection.OpenAsync(world.HostClient, World.Cluster, null, default);
        await connection.UseAsync(World.Call, default);
        await Eventually.Holds(() => world.Host.OpenWatches == 1, "the Secret is watched");
        using var lease = connection.Rent();

        world.PutSecret(world.SecretWith("new"));

        await Eventually.Holds(() => lease.Replaced.IsCancellationRequested, "the rotation is noticed");
        await connection.UseAsync(World.Call, default);
        world.Dpu.TokensSeen.ShouldBe(["old", "new"]);
    }

    [Fact]
    public async Task A_Secret_that_goes_takes_the_credentials_along_and_one_that_comes_back_is_used()
    {
        await using var world = await World.StartAsync();
        world.PutSecret(world.SecretWith("old"));
        await using var connection = await DpuClusterConnection.OpenAsync(world.HostClient, World.Cluster, null, default);
        await Eventually.Holds(() => world.Host.OpenWatches == 1, "the Secret is watched");

        world.DeleteSecret();
        await Eventually.Holds(() => connection.Refusal is not null, "the deletion is noticed");
        connection.Refusal!.ShouldStartWith("Secret dpu/c1-kubeconfig does not exist: ");
        await Should.ThrowAsync<DpuKubeconfigException>(() => connection.UseAsync(World.Call, default));
        world.PutSecret(world.SecretWith("new"));

        await Eventually.Holds(() => connection.Refusal is null, "the new Secret is noticed");
        await connection.UseAsync(World.Call, default);
        world.Dpu.TokensSeen.ShouldBe(["new"]);
    }

    [Fact]
    public async Task A_rotation_while_the_watch_was_down_is_not_missed()
    {
        await using var world = await World.StartAsync();
        world.PutSecret(world.SecretWith("old"));
        await using var connection = await DpuClusterConnection.OpenAsync(world.HostClient, World.Cluster, null, default);
        await Eventually.Holds(() => world.Host.OpenWatches == 1, "the Secret is watched");
        using var lease = connection.Rent();

        world.Host.Refuse = _ => 500;
        world.Host.EndWatches();
        await Eventually.Holds(() => world.Host.OpenWatches == 0, "the watch is down");
        world.PutSecret(world.SecretWith("new"));
        world.Host.Refuse = _ => null;

        await Eventually.Holds(() => lease.Replaced.IsCancellationRequested, "the rotation is noticed");
    }

    [Fact]
    public async Task Where_Secrets_may_not_be_watched_they_are_read_again_now_and_then()
    {
        await using var world = await World.StartAsync();
        world.PutSecret(world.SecretWith("old"));
        world.Host.Refuse = request => request.Query.ContainsKey("fieldSelector") ? 403 : null;
        var options = new DpuClusterOptions { RereadInterval = TimeSpan.FromMilliseconds(10) };
        await using var connection = await DpuClusterConnection.OpenAsync(world.HostClient, World.Cluster, options, default);
        using var lease = connection.Rent();

        world.PutSecret(world.SecretWith("new"));

        await Eventually.Holds(() => lease.Replaced.IsCancellationRequested, "the rotation is noticed");
        world.Host.Requests.ShouldNotContain(request => request.StartsWith("watch", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Credentials_that_are_refused_are_looked_up_again_and_the_call_is_made_with_the_new_ones()
    {
        await using var world = await World.StartAsync();
        world.PutSecret(world.SecretWith("old"));
        world.Host.Refuse = request => request.Query.ContainsKey("fieldSelector") ? 403 : null;
        await using var connection = await DpuClusterConnection.OpenAsync(
            world.HostClient, World.Cluster, new() { RereadInterval = TimeSpan.FromDays(1) }, default);
        await Eventually.Holds(() => world.Host.Requests.Count(request => request.EndsWith("/c1-kubeconfig", StringComparison.Ordinal)) == 2, "the follower has read");
        world.PutSecret(world.SecretWith("new"));
        world.Dpu.Refuse = request => request.Headers.Authorization == "Bearer new" ? null : 401;

        await connection.UseAsync(World.Call, default);

        world.Dpu.TokensSeen.ShouldBe(["old", "new"]);
    }

    [Fact]
    public async Task Credentials_that_are_refused_and_have_no_successor_are_an_error()
    {
        await using var world = await World.StartAsync();
        world.PutSecret(world.SecretWith("old"));
        await using var connection = await DpuClusterConnection.OpenAsync(world.HostClient, World.Cluster, null, default);
        world.Dpu.Refuse = _ => 401;

        (await Should.ThrowAsync<KubernetesException>(() => connection.UseAsync(World.Call, default))).Code.ShouldBe(System.Net.HttpStatusCode.Unauthorized);

        world.Dpu.TokensSeen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_cluster_that_names_no_Secret_or_a_missing_or_a_bad_one_is_not_opened()
    {
        await using var world = await World.StartAsync();

        (await Refusal(World.Cluster with { Spec = World.Cluster.Spec with { Kubeconfig = "" } })).ShouldStartWith("DPUCluster dpu/c1 names no Secret");
        (await Refusal(World.Cluster)).ShouldStartWith("Secret dpu/c1-kubeconfig does not exist");
        world.PutSecret(KubeconfigBuilder.With(k => k.User.Clear()).Secret());
        (await Refusal(World.Cluster)).ShouldContain("has no credentials");

        async Task<string> Refusal(Api.DPUCluster cluster) => (await Should.ThrowAsync<DpuKubeconfigException>(
            () => DpuClusterConnection.OpenAsync(world.HostClient, cluster, null, default))).Message;
    }

    [Fact]
    public async Task A_disposed_connection_follows_no_more()
    {
        await using var world = await World.StartAsync();
        world.PutSecret(world.SecretWith("old"));
        var connection = await DpuClusterConnection.OpenAsync(world.HostClient, World.Cluster, null, default);
        await Eventually.Holds(() => world.Host.OpenWatches == 1, "the Secret is watched");

        await connection.DisposeAsync();

        await Eventually.Holds(() => world.Host.OpenWatches == 0, "the watch is closed");
        Should.Throw<ObjectDisposedException>(connection.Rent);
    }
}

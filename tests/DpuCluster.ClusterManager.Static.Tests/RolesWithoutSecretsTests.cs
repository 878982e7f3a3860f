using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Testing.Servers;
using Microsoft.Extensions.Logging;

namespace DpuCluster.ClusterManager.Static.Tests;

/// <summary>Where the role may not read Secrets, as the reference implementation's may not.</summary>
public sealed class RolesWithoutSecretsTests
{
    [Fact]
    public async Task Without_the_right_to_read_Secrets_the_name_alone_counts_and_the_log_says_so_once()
    {
        var site = await StaticSite.StartAsync(Repository.Role("static-cluster-manager", "secrets"));
        try
        {
            await site.CreateAsync("one", "no-such-secret");
            await site.CreateAsync("two", "another");
            await site.CreateAsync("three", null);

            (await site.CreatedIsAsync("one", ClusterReason.Created)).IsTrue.ShouldBeTrue();
            (await site.CreatedIsAsync("two", ClusterReason.Created)).IsTrue.ShouldBeTrue();
            (await site.CreatedIsAsync("three", ClusterReason.EmptyKubeconfig)).IsTrue.ShouldBeFalse();
            site.Running.Logs.Lines.Count(line => line.Level == LogLevel.Warning && line.Text.Contains("judged by spec.kubeconfig alone", StringComparison.Ordinal))
                .ShouldBe(1, site.Running.Logs.Text);
            site.Running.Logs.Lines.ShouldNotContain(line => line.Level >= LogLevel.Error, site.Running.Logs.Text);
        }
        finally
        {
            await site.DisposeAsync();
        }
    }

    [Fact]
    public async Task With_the_right_to_read_but_not_to_watch_the_Secret_is_judged_and_looked_at_again_later()
    {
        var site = await StaticSite.StartAsync(Repository.Role("static-cluster-manager", "secrets", "get"));
        try
        {
            await site.CreateAsync("one", "the-secret");
            await site.CreatedIsAsync("one", ClusterReason.KubeconfigNotFound);

            await site.Host.PutSecretAsync("the-secret", site.Host.Server.AdminKubeconfig);
            // Something else that happens to the cluster is as good as the time that passes.
            await site.Host.PatchAsync("one", new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["a"] = "b" } } });

            await site.CreatedIsAsync("one", ClusterReason.Created);
        }
        finally
        {
            await site.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Manager_asks_to_be_called_again_exactly_where_nothing_tells_it_of_changes(bool watched)
    {
        await using var host = await HostCluster.StartAsync();
        var manager = new StaticClusterManager(host.Secrets, _ => null, () => watched, new(), new RecordedLogs());
        var cluster = new DPUCluster
        {
            Metadata = new() { Namespace = HostCluster.Namespace, Name = "one" },
            Spec = new() { Type = ClusterType.Static, Kubeconfig = "the-secret" },
        };

        var state = await manager.ReconcileAsync(cluster, default);

        (state == state.After(StaticClusterManager.UnwatchedInterval)).ShouldBe(!watched);
    }
}

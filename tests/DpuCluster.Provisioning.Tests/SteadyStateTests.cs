using System.Globalization;
using DpuCluster.Api;
using DpuCluster.ApiServer;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Provisioning.Tests;

/// <summary>What does not happen: writes without a change, two who act, a status that flaps.</summary>
public sealed class SteadyStateTests
{
    [Fact]
    public async Task In_steady_state_nothing_is_written()
    {
        var site = await ProvisioningSite.StartAsync();
        await using var host = site.Host;
        await WritesNothingAsync(site);
    }

    [ReferenceFact]
    public async Task On_the_CRD_of_24_10_clusters_become_Ready_and_nothing_is_written_in_steady_state()
    {
        var site = await ProvisioningSite.StartAsync(await File.ReadAllTextAsync(ReferenceFiles.Find("dpuclusters-crd-24.10.yaml")));
        await using var host = site.Host;
        await WritesNothingAsync(site);

        await host.PatchAsync("c1", ProvisioningSite.Finalizers(ClusterFinalizer.Provisioning));
        await host.DeleteAsync("c1");
        await host.IsGoneAsync("c1");
    }

    [Fact]
    public async Task Restart_of_the_controller_does_not_touch_the_status()
    {
        var site = await ProvisioningSite.StartAsync();
        await using var host = site.Host;
        await using var tenant = await ScriptedTenant.StartAsync();
        await using var down = await ScriptedTenant.StartAsync();
        await site.CreateAsync("up", tenant.Kubeconfig());
        await site.CreateAsync("down", down.Kubeconfig());
        await host.ReachesAsync("up", ClusterPhase.Ready);
        await host.ReachesAsync("down", ClusterPhase.Ready);
        down.Answer = _ => (500, "");
        await host.ReachesAsync("down", ClusterPhase.NotReady);
        await ProvisioningSite.ChecksGoOnAsync(tenant, 2);
        var before = (await host.GetAsync("up"), await host.GetAsync("down"));

        await site.Running.StopAsync();
        await Eventually.Holds(() => tenant.Watches == 0, "who has ended holds nothing open");
        var asked = tenant.Requests.Count;
        await site.RunAsync();
        await Eventually.Holds(() => tenant.Requests.Count > asked, "the new one checks");
        await ProvisioningSite.ChecksGoOnAsync(tenant);
        await ProvisioningSite.ChecksGoOnAsync(down, 3);

        (await host.GetAsync("up")).Metadata.ResourceVersion.ShouldBe(before.Item1.Metadata.ResourceVersion);
        (await host.GetAsync("down")).Metadata.ResourceVersion.ShouldBe(before.Item2.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Watch_ends_when_its_connection_takes_no_new_requests_any_more()
    {
        var site = await ProvisioningSite.StartAsync();
        await using var host = site.Host;
        await using var tenant = await ScriptedTenant.StartAsync();
        await site.CreateAsync("c1", tenant.Kubeconfig());
        await Eventually.Holds(() => tenant.Watches == 1, "there is a watch");

        // Sooner, and the next one would be opened on the same connection; much later, and that would stay open for it alone.
        var lifetime = new KubernetesClientOptions().ConnectionLifetime;
        TimeSpan.FromSeconds(int.Parse(tenant.WatchSeconds!, CultureInfo.InvariantCulture)).ShouldBeInRange((0.8 * lifetime) + TimeSpan.FromSeconds(1), (1.2 * lifetime) + TimeSpan.FromSeconds(1));

        // An end that was asked for is no sign of trouble: the next watch follows, and the cluster stays Ready.
        var ready = await host.ReachesAsync("c1", ClusterPhase.Ready);
        tenant.EndWatches();
        await Eventually.Holds(() => tenant.Asked("watch /api/v1/namespaces") == 2 && tenant.Watches == 1, "there is another watch");
        (await host.GetAsync("c1")).Metadata.ResourceVersion.ShouldBe(ready.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Of_two_controllers_only_one_acts_and_the_other_takes_over_at_once()
    {
        var site = await ProvisioningSite.StartAsync(change: options => options with { LeaderElect = true });
        await using var host = site.Host;
        await Eventually.Holds(() => site.Running.Host.IsLeader, "the first one leads");
        var second = await site.RunAsync(options => options with { LeaderElect = true });
        await using var tenant = await ScriptedTenant.StartAsync();
        await site.CreateAsync("c1", tenant.Kubeconfig());
        var ready = await host.ReachesAsync("c1", ClusterPhase.Ready);
        await ProvisioningSite.ChecksGoOnAsync(tenant);
        second.Host.IsLeader.ShouldBeFalse();
        second.Reconciliations.ShouldBe(0);
        await Eventually.Holds(() => tenant.Watches == 1, "the leader's watch is open, and no other");

        await site.Running.StopAsync();

        // Given back, and not run out.
        site.Running.Logs.Text.ShouldContain("Gave the lease");
        await Eventually.Holds(() => second.Host.IsLeader, "the second one takes over");
        await ProvisioningSite.ChecksGoOnAsync(tenant);
        await Eventually.Holds(() => tenant.Watches == 1, "the new leader's watch is open, and the old one's has ended");
        (await host.GetAsync("c1")).Metadata.ResourceVersion.ShouldBe(ready.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Certificate_that_ends_soon_is_warned_of_by_one_event()
    {
        // The certificates of the tenant are good for a year; by the controller's clock, less than a month of that is left.
        var site = await ProvisioningSite.StartAsync(change: options => options with { Clock = new ShiftedClock(TimeSpan.FromDays(340)) });
        await using var host = site.Host;
        await using var tenant = await EmbeddedApiServer.StartAsync();
        await site.CreateAsync("c1", tenant.AdminKubeconfig);

        var ready = await host.ReachesAsync("c1", ClusterPhase.Ready);
        ready.Status!.Ready().Message.ShouldContain("expires on");
        await Eventually.Get(() => host.EventsAsync("c1"), all => all.Any(IsWarning), "an event warns");

        await site.NudgeAsync("c1", 5);

        var warning = (await host.EventsAsync("c1")).Where(IsWarning).ShouldHaveSingleItem();
        warning.Series.ShouldBeNull();

        static bool IsWarning(Event one) => one is { Reason: "CertificateExpiring", Type: "Warning" };
    }

    [Fact]
    public async Task Without_the_right_to_watch_Secrets_clusters_become_Ready_all_the_same()
    {
        var site = await ProvisioningSite.StartAsync(role: Repository.Role("provisioning-controller", "secrets", "get"));
        await using var host = site.Host;
        await using var tenant = await ScriptedTenant.StartAsync();

        await site.CreateAsync("c1", tenant.Kubeconfig());

        await host.ReachesAsync("c1", ClusterPhase.Ready);
    }

    [Fact]
    public async Task Metrics_tell_of_every_cluster()
    {
        var site = await ProvisioningSite.StartAsync();
        await using var host = site.Host;
        await using var tenant = await EmbeddedApiServer.StartAsync();
        await site.CreateAsync("c1", tenant.AdminKubeconfig);
        await host.ReachesAsync("c1", ClusterPhase.Ready);

        await Eventually.Holds(() => IsTold("dpucluster_phase{", "phase=\"Ready\"", "} 1"), "the phase is in the metrics");
        IsTold("dpucluster_ready{", "type=\"static\"", "} 1").ShouldBeTrue();
        IsTold("dpucluster_nodes{", "namespace=\"dpf-operator-system\"", "} 0").ShouldBeTrue();
        IsTold("dpucluster_client_certificate_expiration_timestamp_seconds{", "namespace=\"dpf-operator-system\"", "").ShouldBeTrue();

        bool IsTold(string start, string label, string end) => site.Running.Host.Context.Metrics.Render().Split('\n').Any(line =>
            line.StartsWith(start, StringComparison.Ordinal)
            && line.Contains("name=\"c1\"", StringComparison.Ordinal)
            && line.Contains(label, StringComparison.Ordinal)
            && line.EndsWith(end, StringComparison.Ordinal));
    }

    private static async Task WritesNothingAsync(ProvisioningSite site)
    {
        await using var tenant = await ScriptedTenant.StartAsync();
        await site.CreateAsync("c1", tenant.Kubeconfig());
        await site.Host.ReachesAsync("c1", ClusterPhase.Ready);
        await site.NudgeAsync("c1", 1);
        await ProvisioningSite.ChecksGoOnAsync(tenant, 2);
        var before = await site.Host.WritesAsync();

        await ProvisioningSite.ChecksGoOnAsync(tenant, 10);
        await site.NudgeAsync("c1", 3);

        await site.Host.HasWrittenAsync(before, 3, "the test itself has written three times");
    }

    private sealed class ShiftedClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}

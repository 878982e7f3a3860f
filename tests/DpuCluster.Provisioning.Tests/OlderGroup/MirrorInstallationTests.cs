using DpuCluster.Api;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Provisioning.Tests.OlderGroup;

/// <summary>Host clusters that have the older kind, that do not, or that have another definition of today's.</summary>
public sealed class MirrorInstallationTests
{
    [Fact]
    public async Task Without_the_older_kind_all_goes_on_and_when_it_appears_it_is_mirrored()
    {
        var plain = await ProvisioningSite.StartAsync();
        await using var host = plain.Host;
        await host.CreateAsync("today");
        await host.ReachesAsync("today", ClusterPhase.Creating);
        await Eventually.Holds(() => plain.Running.Logs.Text.Contains("olderdpuclusters", StringComparison.Ordinal), "it is said once");

        // The kind is asked for again and again; that it is not there is no news.
        await Eventually.Get(() => Refused(host), count => count >= 3, "asked for three times");
        plain.Running.Logs.Lines.Count(line => line.Level >= LogLevel.Warning && line.Text.Contains("olderdpuclusters", StringComparison.Ordinal))
            .ShouldBe(1, plain.Running.Logs.Text);
        plain.Running.Logs.Lines.ShouldNotContain(line => line.Level >= LogLevel.Error);

        await host.DefineAsync<OlderDPUCluster>(OlderSite.Crd);
        await host.Admin.Resources<OlderDPUCluster>().CreateAsync(
            new() { Metadata = new() { Namespace = HostCluster.Namespace, Name = "late" }, Spec = new() { Type = ClusterType.Static } }, null, default);

        await host.ReachesAsync("late", ClusterPhase.Creating);
    }

    [Fact]
    public async Task Switched_off_it_leaves_older_objects_alone()
    {
        await using var host = await HostCluster.StartAsync();
        await host.DefineAsync<OlderDPUCluster>(OlderSite.Crd);
        await host.RunAsync("provisioning-controller", builder => builder.AddProvisioning(ProvisioningSite.InAHurry with { MirrorOlderGroup = false }));
        var older = await host.Admin.Resources<OlderDPUCluster>().CreateAsync(
            new() { Metadata = new() { Namespace = HostCluster.Namespace, Name = "alone" }, Spec = new() { Type = ClusterType.Static } }, null, default);

        // By when this one has been seen to, the other would have been too.
        await host.CreateAsync("today");
        await host.ReachesAsync("today", ClusterPhase.Creating);

        (await host.Clusters.FindAsync(HostCluster.Namespace, "alone", default)).ShouldBeNull();
        (await host.Admin.Resources<OlderDPUCluster>().GetAsync(HostCluster.Namespace, "alone", default))
            .Metadata.ResourceVersion.ShouldBe(older.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Role_without_the_older_group_leaves_the_rest_of_the_work_as_it_is()
    {
        var plain = await ProvisioningSite.StartAsync(role: Repository.Role("provisioning-controller", "olderdpuclusters"));
        await using var host = plain.Host;
        await host.DefineAsync<OlderDPUCluster>(OlderSite.Crd);
        await host.CreateAsync("today");

        await host.ReachesAsync("today", ClusterPhase.Creating);

        plain.Running.Logs.Lines.ShouldNotContain(line => line.Level >= LogLevel.Error);
    }

    [ReferenceFact]
    public async Task What_the_definition_of_24_10_refuses_makes_the_object_Failed_until_it_is_changed()
    {
        var site = await OlderSite.StartAsync(await File.ReadAllTextAsync(ReferenceFiles.Find("dpuclusters-crd-24.10.yaml")));
        await using var host = site.Host;
        await site.CreateAsync("large", new() { Type = ClusterType.Static, MaxNodes = 2000, Version = "v1.30.2", Kubeconfig = "k" });

        var refused = await site.BecomesAsync("large", MirrorReason.MirrorRefused);

        refused.Message.ShouldContain("spec.maxNodes");
        (await site.GetAsync("large")).Status!.Phase.ShouldBe(ClusterPhase.Failed);

        await site.PatchAsync("large", OlderSite.Spec("maxNodes", 500));
        await site.BecomesAsync("large", MirrorReason.Mirrored);
        await site.BecomesAsync("large", one => one.Status!.Phase == ClusterPhase.Creating, "goes on");
    }

    private static async Task<int> Refused(HostCluster host)
    {
        var metrics = (await SettledMetrics.NowAsync(host.Admin)).Body;
        return metrics.Split('\n').Where(line => line.StartsWith("apiserver_request_total{", StringComparison.Ordinal) && line.Contains("code=\"404\"", StringComparison.Ordinal))
            .Sum(line => int.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }
}

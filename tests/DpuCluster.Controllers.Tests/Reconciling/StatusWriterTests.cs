using DpuCluster.Api;
using DpuCluster.Controllers.Leases;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Controllers.Tests.Reconciling;

/// <summary>Writing of a status on a real API server, with this project's CRD and with an older one.</summary>
public sealed class StatusWriterTests
{
    [Fact]
    public async Task Status_that_is_as_it_should_be_is_not_written()
    {
        await using var host = await HostCluster.StartAsync();
        var cluster = await host.CreateAsync("c1");
        var writer = Writer(host);
        var before = await host.WritesAsync();

        var same = await writer.WriteAsync(cluster, cluster with { }, default);

        same.ShouldBeSameAs(cluster);
        await host.HasWrittenAsync(before, 0, "there was nothing to write");
    }

    [Fact]
    public async Task Only_what_differs_is_written_and_owned()
    {
        await using var host = await HostCluster.StartAsync();
        var cluster = await host.CreateAsync("c1");

        var written = await Writer(host).WriteAsync(cluster, With(cluster, new() { Phase = ClusterPhase.Pending, Version = "v1.30.2" }), default);

        written.Status!.Version.ShouldBe("v1.30.2");
        written.Status.Phase.ShouldBe(ClusterPhase.Pending);
        var owned = written.Metadata.ManagedFields!.Value.EnumerateArray().Single(entry => entry.GetProperty("manager").GetString() == "writer")
            .GetProperty("fieldsV1").GetRawText();
        owned.ShouldContain("f:version");
        owned.ShouldNotContain("f:phase");
    }

    [Fact]
    public async Task Field_that_should_no_longer_be_there_goes()
    {
        await using var host = await HostCluster.StartAsync();
        var cluster = await host.CreateAsync("c1");
        var writer = Writer(host);
        cluster = await writer.WriteAsync(cluster, With(cluster, new() { Phase = ClusterPhase.Pending, Version = "v1.30.2" }), default);

        cluster = await writer.WriteAsync(cluster, With(cluster, new() { Phase = ClusterPhase.Pending }), default);

        cluster.Status!.Version.ShouldBeNull();
    }

    [Fact]
    public async Task Object_that_has_changed_since_it_was_read_is_a_conflict_and_stays_as_it_is()
    {
        await using var host = await HostCluster.StartAsync();
        var read = await host.CreateAsync("c1");
        await host.PatchStatusAsync("c1", new() { ["nodesCount"] = 7 });

        var conflict = await Should.ThrowAsync<KubernetesException>(
            () => Writer(host).WriteAsync(read, With(read, new() { Phase = ClusterPhase.Pending, NodesCount = 1 }), default));

        conflict.IsConflict.ShouldBeTrue();
        (await host.GetAsync("c1")).Status!.NodesCount.ShouldBe(7);
    }

    [ReferenceFact]
    public async Task Field_that_the_server_drops_leads_to_one_write_and_no_more()
    {
        await using var host = await HostCluster.StartAsync(await File.ReadAllTextAsync(ReferenceFiles.Find("dpuclusters-crd-24.10.yaml")));
        var cluster = await host.CreateAsync("c1", version: "v1.30.2");
        var writer = Writer(host);
        var before = await host.WritesAsync();

        for (var turn = 0; turn < 5; turn++)
        {
            cluster = await writer.WriteAsync(cluster, With(cluster, new() { Phase = ClusterPhase.Creating, NodesCount = 7 }), default);
        }

        await host.HasWrittenAsync(before, 1, "the first write has shown that the field is dropped");
        cluster.Status!.Phase.ShouldBe(ClusterPhase.Creating);

        // What else changes is written all the same.
        cluster = await writer.WriteAsync(cluster, With(cluster, new() { Phase = ClusterPhase.Ready, NodesCount = 8 }), default);
        cluster.Status!.Phase.ShouldBe(ClusterPhase.Ready);
        await host.HasWrittenAsync(before, 2, "the phase has changed");
    }

    private static DPUCluster With(DPUCluster cluster, DPUClusterStatus status) => cluster with { Status = status };

    private static StatusWriter<DPUCluster> Writer(HostCluster host) =>
        new(new ObjectWriter<DPUCluster>(host.Clusters, new WriteTracker(), AlwaysLeader.Instance), "writer");
}

using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;

namespace DpuCluster.ClusterManager.Tests;

/// <summary>Where the CRD of release 24.10 is installed: conditions are one atomic list there, and newer status fields are dropped.</summary>
public sealed class ReferenceCrdTests
{
    [ReferenceFact]
    public async Task Manager_works_on_the_CRD_of_24_10_and_writes_nothing_in_steady_state()
    {
        var site = await ManagerSite.StartAsync(await File.ReadAllTextAsync(ReferenceFiles.Find("dpuclusters-crd-24.10.yaml")));
        try
        {
            site.Manager.Says("c1", ClusterState.Created("the-kubeconfig").With("Own", false, "Own", "own"));
            await site.CreateAsync("c1");
            await site.Host.SetConditionAsync("c1", ClusterConditionType.Ready, ConditionStatus.False, "Creating");
            await site.Host.BecomesAsync("c1", ClusterConditionType.Created, ClusterReason.Created);
            await site.NudgeAsync("c1", 1);
            var before = await site.Host.WritesAsync();

            await site.NudgeAsync("c1", 3);

            await site.Host.HasWrittenAsync(before, 3, "the test itself has written three times");
            var cluster = await site.Host.GetAsync("c1");
            cluster.Spec.Kubeconfig.ShouldBe("the-kubeconfig");
            cluster.Status!.Conditions!.Select(condition => condition.Type).ShouldBe(["Ready", "Created", "Own"], ignoreOrder: true);

            await site.Host.DeleteAsync("c1");
            await site.Host.IsGoneAsync("c1");
        }
        finally
        {
            await site.DisposeAsync();
        }
    }
}

using DpuCluster.Api;
using DpuCluster.ClusterManager.Kamaji.Children;
using DpuCluster.Controllers.Applying;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

/// <summary>What is made is valid by Kamaji's own definition, with all of its rules, and not only by ours.</summary>
public sealed class ReferenceSchemaTests
{
    private const string Reference = "tenantcontrolplanes-crd-2026-08.yaml";

    [ReferenceFact]
    public async Task Control_planes_are_valid_by_Kamajis_own_definition()
    {
        await using var world = await World.StartAsync(tenantDefinition: await File.ReadAllTextAsync(ReferenceFiles.Find(Reference)));
        world.Kamaji.Works = false;
        foreach (var endpoint in new[] { Clusters.Settings(), Clusters.Settings("2001:db8::1"), null })
        {
            var cluster = Clusters.Kamaji($"c{endpoint?.Vip.GetAddressBytes().Length}").Stored();
            var desired = AppliedConfiguration.Sign(KamajiTenant.Desired(cluster, "v1.30.2", endpoint, 30001));

            var made = await world.Client.Resources<TenantControlPlane>().ApplyAsync(desired, new() { FieldManager = "test", Force = true, FieldValidation = "Strict" }, default);

            FieldDrift.Find(made, desired).ShouldBeNull();
            var upgraded = AppliedConfiguration.Sign(KamajiTenant.Desired(cluster, "v1.31.0", endpoint, 30001));
            (await world.Client.Resources<TenantControlPlane>().ApplyAsync(upgraded, new() { FieldManager = "test", Force = true, FieldValidation = "Strict" }, default))
                .Spec!.Kubernetes!.Version.ShouldBe("v1.31.0");
        }
    }

    [ReferenceFact]
    public async Task A_control_plane_that_breaks_a_rule_of_that_definition_is_refused()
    {
        await using var world = await World.StartAsync(tenantDefinition: await File.ReadAllTextAsync(ReferenceFiles.Find(Reference)));
        var desired = KamajiTenant.Desired(Clusters.Kamaji("c").Stored(), "v1.30.2", null, 30001);
        var broken = desired with { Spec = desired.Spec! with { Kubernetes = desired.Spec.Kubernetes! with { Kubelet = new() { Cgroupfs = "none" } } } };

        (await Should.ThrowAsync<KubernetesException>(() => world.Client.Resources<TenantControlPlane>().ApplyAsync(broken, new() { FieldManager = "test" }, default)))
            .Message.ShouldContain("cgroupfs");
    }

    [ReferenceFact]
    public async Task With_Kamajis_own_definition_a_cluster_becomes_Ready_and_then_nothing_is_written()
    {
        await using var world = await World.StartAsync(tenantDefinition: await File.ReadAllTextAsync(ReferenceFiles.Find(Reference)));
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint()));

        await world.UntilReady("dpu-cluster-1");
    }
}

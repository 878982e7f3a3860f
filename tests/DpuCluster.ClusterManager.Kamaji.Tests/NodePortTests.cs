using DpuCluster.Api;
using DpuCluster.ClusterManager.Kamaji.Children;
using DpuCluster.Controllers.Applying;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

/// <summary>The node port of a control plane is known to many, and stays whatever somebody makes of Service and control plane.</summary>
public sealed class NodePortTests
{
    private const int Port = 31000;
    private static readonly DPUCluster Cluster = Clusters.Kamaji().Stored();

    [Fact]
    public void A_control_plane_as_it_was_made_has_the_port_that_it_was_told() => KamajiTenant.ToldNodePort(Tenant(Port), Tenant).ShouldBe(Port);

    [Fact]
    public void A_port_that_somebody_has_changed_is_not_the_one_that_was_told() =>
        KamajiTenant.ToldNodePort(Edited(Tenant(Port), 31999), Tenant).ShouldBe(Port);

    [Fact]
    public void A_port_that_somebody_has_taken_away_is_still_known() =>
        KamajiTenant.ToldNodePort(Tenant(Port) with { Spec = Tenant(Port).Spec! with { NetworkProfile = null } }, Tenant).ShouldBe(Port);

    [Theory]
    [InlineData("31999")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public void A_note_that_somebody_has_changed_moves_nothing(string? note)
    {
        var tenant = Tenant(Port);
        var annotations = new Dictionary<string, string>(tenant.Metadata.Annotations!);
        annotations.Remove(KamajiTenant.NodePortAnnotation);
        if (note is not null)
        {
            annotations[KamajiTenant.NodePortAnnotation] = note;
        }

        KamajiTenant.ToldNodePort(tenant.WithMetadata(tenant.Metadata with { Annotations = annotations }), Tenant).ShouldBe(Port);
    }

    [Fact]
    public void A_number_that_is_no_node_port_was_never_told() => KamajiTenant.ToldNodePort(new() { Spec = new() { NetworkProfile = new() { Port = 6443 } } }, Tenant).ShouldBeNull();

    [Fact]
    public void A_Service_that_Kamaji_has_left_keeps_the_port_that_Kamaji_made()
    {
        var live = new Service
        {
            Metadata = ChildObjects.Owned(Cluster, "dpu-cluster-1") with { ResourceVersion = "7" },
            Spec = new() { Type = "NodePort", Ports = [new() { Name = "kube-apiserver", Port = Port, Protocol = "TCP", NodePort = Port }] },
        };

        var port = KamajiService.Desired(Cluster, live, promised: null).Spec!.Ports.ShouldHaveSingleItem();

        (port.Port, port.NodePort).ShouldBe((Port, Port));
    }

    [Fact]
    public void A_Service_with_another_node_port_gets_the_promised_one_back_and_only_as_it_was_looked_at()
    {
        var live = new Service
        {
            Metadata = ChildObjects.Owned(Cluster, "dpu-cluster-1") with { ResourceVersion = "7" },
            Spec = new() { Type = "NodePort", Ports = [new() { Name = "kube-apiserver", Port = 31999, Protocol = "TCP", NodePort = 31999 }] },
        };

        var desired = KamajiService.Desired(Cluster, live, Port);

        desired.Spec!.Ports.ShouldHaveSingleItem().NodePort.ShouldBe(Port);
        desired.Metadata.ResourceVersion.ShouldBe("7");
    }

    private static TenantControlPlane Tenant(int port) => AppliedConfiguration.Sign(KamajiTenant.Desired(Cluster, "v1.30.2", Clusters.Settings(), port));

    private static TenantControlPlane Edited(TenantControlPlane tenant, int port) =>
        tenant with { Spec = tenant.Spec! with { NetworkProfile = tenant.Spec.NetworkProfile! with { Port = port } } };
}

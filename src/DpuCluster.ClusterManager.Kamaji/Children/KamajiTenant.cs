using System.Globalization;
using DpuCluster.Api;
using DpuCluster.ClusterManager.Kamaji.Keepalived;
using DpuCluster.Controllers.Applying;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.ClusterManager.Kamaji.Children;

/// <summary>The TenantControlPlane that Kamaji makes a cluster's control plane from; pure.</summary>
internal static class KamajiTenant
{
    // What a server lets node ports be, unless told otherwise; 6443, Kamaji's default, is none.
    private const int LeastNodePort = 30000;

    /// <summary>The annotation with the node port that the control plane was told.</summary>
    public const string NodePortAnnotation = "dpu.nvidia.com/node-port";

    /// <summary>
    /// The node port that a control plane was told; <see langword="null"/> where none. Where somebody changes it, Kamaji may be quicker than
    /// we are, and give the new number to the Service: then only the annotation still has the right one. The fingerprint tells which of
    /// the two was not touched.
    /// </summary>
    /// <param name="tenant">The control plane as it is.</param>
    /// <param name="desired">What the control plane should be with a node port, signed.</param>
    public static int? ToldNodePort(TenantControlPlane tenant, Func<int, TenantControlPlane> desired)
    {
        var told = tenant.Spec?.NetworkProfile?.Port;
        return NotedNodePort(tenant) is { } noted && noted != told && AppliedConfiguration.Of(desired(noted)) == AppliedConfiguration.Of(tenant)
            ? noted
            : told is >= LeastNodePort ? told : null;
    }

    /// <summary>The node port that an annotation of an object has; <see langword="null"/> where none.</summary>
    public static int? NotedNodePort(IKubernetesObject value) =>
        int.TryParse(value.Metadata.Annotations?.GetValueOrDefault(NodePortAnnotation), NumberStyles.None, CultureInfo.InvariantCulture, out var noted) ? noted : null;

    /// <summary>What the TenantControlPlane should be.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="version">Version to run, such as <c>v1.30.2</c>.</param>
    /// <param name="endpoint">The virtual IP; <see langword="null"/> where the cluster has none.</param>
    /// <param name="nodePort">Port of the Service on every node.</param>
    public static TenantControlPlane Desired(DPUCluster cluster, string version, KeepalivedSettings? endpoint, int nodePort)
    {
        var name = cluster.Metadata.Name!;
        var metadata = ChildObjects.Controlled(cluster, name);
        return new()
        {
            Metadata = metadata with
            {
                Labels = new Dictionary<string, string>(metadata.Labels!) { ["tenant.clastix.io"] = name },
                Annotations = new Dictionary<string, string> { [NodePortAnnotation] = nodePort.ToString(CultureInfo.InvariantCulture) },
            },
            Spec = new()
            {
                DataStore = "default",
                ControlPlane = new()
                {
                    Deployment = new()
                    {
                        Replicas = 3,
                        Affinity = ControlPlaneNodes.Affinity,
                        Tolerations = ControlPlaneNodes.Tolerations,
                        Resources = new()
                        {
                            ApiServer = Requests("250m", "512Mi"),
                            ControllerManager = Requests("125m", "256Mi"),
                            Scheduler = Requests("125m", "256Mi"),
                        },
                    },
                    Service = new() { ServiceType = "NodePort" },
                },
                Kubernetes = new()
                {
                    Version = version,
                    Kubelet = new() { Cgroupfs = "systemd" },
                    AdmissionControllers = ["ResourceQuota", "LimitRanger"],
                },
                // There in any case: rules of Kamaji's definition look into it without asking whether it is. The port is what Kamaji
                // gives the Service as its node port, too; its default, 6443, could not be one.
                NetworkProfile = new() { Address = endpoint?.VipText, Port = nodePort },
                Addons = new() { CoreDns = new(), KubeProxy = new() },
            },
        };
    }

    private static ResourceRequirements Requests(string cpu, string memory) =>
        new() { Requests = new Dictionary<string, IntOrString> { ["cpu"] = cpu, ["memory"] = memory } };
}

using System.Globalization;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Standalone.Scheduling;
using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.Nodes;

/// <summary>
/// The nodes of a standalone environment. Both are control-plane nodes; they are labelled as two distributions label them, since both
/// ways are in use in what is written about DPU clusters.
/// </summary>
internal static class SimulatedNode
{
    private const string ControlPlaneLabel = "node-role.kubernetes.io/control-plane";
    private const string MasterLabel = "node-role.kubernetes.io/master";

    /// <summary>Says, where a real node names the version of its kubelet, that there is none.</summary>
    private const string KubeletVersion = "v1.34.0+dpucluster-simulated";

    /// <summary>A node as kubeadm sets it up: label with an empty value, and a taint that keeps ordinary pods away.</summary>
    public static ClusterNode Kubeadm { get; } = Make(
        "control-plane-1",
        number: 1,
        new() { [ControlPlaneLabel] = "", ["node.kubernetes.io/exclude-from-external-load-balancers"] = "" },
        [new() { Key = ControlPlaneLabel, Effect = Taint.NoSchedule }]);

    /// <summary>A node as k3s sets it up: labels with the value <c>true</c>, no taint.</summary>
    public static ClusterNode K3s { get; } = Make(
        "control-plane-2",
        number: 2,
        new() { [ControlPlaneLabel] = "true", [MasterLabel] = "true" },
        []);

    /// <summary>The status that a simulated node has: ready, with room for everything.</summary>
    /// <param name="node">The node, with the status it has now.</param>
    /// <param name="now">The present time.</param>
    public static ClusterNodeStatus Status(ClusterNode node, DateTimeOffset now)
    {
        var status = node.Status ?? new();
        IReadOnlyList<WorkloadCondition>? conditions = status.Conditions;
        foreach (var (type, reason, message) in new[]
        {
            ("MemoryPressure", "Simulated", "A simulated node uses no memory."),
            ("DiskPressure", "Simulated", "A simulated node uses no disk."),
            ("PIDPressure", "Simulated", "A simulated node has no processes."),
            ("Ready", "Simulated", "This node is simulated: pods on it are shown as running, and none runs."),
        })
        {
            conditions = conditions.With(new()
            {
                Type = type,
                Status = type == "Ready" ? ConditionStatus.True : ConditionStatus.False,
                Reason = reason,
                Message = message,
                LastHeartbeatTime = now,
                LastTransitionTime = now,
            });
        }

        return status with
        {
            Conditions = conditions,
            Addresses = status.Addresses ?? Named(node),
            Capacity = status.Capacity ?? Room,
            Allocatable = status.Allocatable ?? Room,
            NodeInfo = NodeInfo(node),
        };
    }

    private static readonly Dictionary<string, string> Room = new()
    {
        ["cpu"] = "64",
        ["memory"] = "256Gi",
        ["ephemeral-storage"] = "1Ti",
        ["pods"] = "10000",
    };

    private static IReadOnlyList<NodeAddress> Named(ClusterNode node) => [new() { Type = "Hostname", Address = node.Metadata.Name }];

    private static Dictionary<string, string> NodeInfo(ClusterNode node) => new()
    {
        ["machineID"] = node.Metadata.Name!,
        ["systemUUID"] = node.Metadata.Name!,
        ["bootID"] = node.Metadata.Uid ?? "",
        ["kernelVersion"] = "simulated",
        ["osImage"] = "none (simulated by dpucluster)",
        ["containerRuntimeVersion"] = "simulated://1",
        ["kubeletVersion"] = KubeletVersion,
        ["kubeProxyVersion"] = "",
        ["operatingSystem"] = "linux",
        ["architecture"] = "amd64",
    };

    // Addresses are from ranges that are set aside for documentation and for tests (RFC 5737, RFC 2544): nothing ever answers there.
    private static ClusterNode Make(string name, int number, Dictionary<string, string> labels, IReadOnlyList<Taint> taints)
    {
        labels["kubernetes.io/hostname"] = name;
        labels["kubernetes.io/os"] = "linux";
        labels["kubernetes.io/arch"] = "amd64";
        var network = string.Create(CultureInfo.InvariantCulture, $"198.{17 + number}.0.0/16");
        var node = new ClusterNode
        {
            Metadata = new() { Name = name, Labels = labels, Annotations = new Dictionary<string, string> { [Simulation.Annotation] = "true" } },
            Spec = new() { Taints = taints.Count == 0 ? null : taints, PodCIDR = network, PodCIDRs = [network] },
        };
        return node with { Status = new() { Addresses = [new() { Type = "InternalIP", Address = $"192.0.2.{10 + number}" }, .. Named(node)] } };
    }
}

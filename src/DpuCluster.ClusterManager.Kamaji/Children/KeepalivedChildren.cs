using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DpuCluster.Api;
using DpuCluster.ClusterManager.Kamaji.Keepalived;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.ClusterManager.Kamaji.Children;

/// <summary>The objects that hold a cluster's virtual IP: a ConfigMap and a DaemonSet; pure.</summary>
internal static class KeepalivedChildren
{
    /// <summary>On the pods, so that a new configuration makes new pods.</summary>
    public const string ConfigurationAnnotation = "dpu.nvidia.com/keepalived-configuration";

    private const string AppLabel = "app.kubernetes.io/name";
    private const int MaxLabelValue = 63;
    private const string Configuration = "configuration";
    private const string Run = "run";
    private const string ConfigurationDirectory = "/etc/dpucluster/keepalived";

    // Nobody's own: the user that images without a user of their own customarily run as.
    private const long Nobody = 65532;

    /// <summary>What the ConfigMap should be.</summary>
    public static ConfigMap ConfigMap(DPUCluster cluster, KeepalivedSettings settings) => new()
    {
        Metadata = ChildObjects.Controlled(cluster, ChildObjects.KeepalivedName(cluster)),
        Data = new Dictionary<string, string> { [KeepalivedConfig.FileName] = KeepalivedConfig.Render(settings) },
    };

    /// <summary>
    /// What the DaemonSet should be. A change of the configuration replaces its pods one after the other, each when the one before has run for
    /// a while: so the address is never lost on all nodes at once.
    /// </summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="settings">The virtual IP.</param>
    /// <param name="nodePort">Port of the API server on every node.</param>
    /// <param name="options">Images.</param>
    /// <param name="live">The DaemonSet as it is, where there is one: its selector, which cannot be changed, stays.</param>
    public static DaemonSet DaemonSet(DPUCluster cluster, KeepalivedSettings settings, int nodePort, KamajiOptions options, DaemonSet? live = null)
    {
        var name = ChildObjects.KeepalivedName(cluster);
        var selector = live?.IsOwnedBy(cluster) is true && live.Spec?.Selector is { } existing ? existing : Selector(cluster, name);
        var labels = new Dictionary<string, string> { [ChildObjects.ClusterLabel] = cluster.Metadata.Name! };
        foreach (var (label, value) in selector.MatchLabels ?? labels)
        {
            labels[label] = value;
        }

        return new()
        {
            // The port is on it for whoever finds the other objects gone that have it.
            Metadata = ChildObjects.Controlled(cluster, name) with
            {
                Annotations = new Dictionary<string, string> { [KamajiTenant.NodePortAnnotation] = nodePort.ToString(CultureInfo.InvariantCulture) },
            },
            Spec = new()
            {
                Selector = selector,
                MinReadySeconds = 5,
                UpdateStrategy = new() { Type = "RollingUpdate", RollingUpdate = new() { MaxUnavailable = 1 } },
                Template = new()
                {
                    Metadata = new() { Labels = labels, Annotations = new Dictionary<string, string> { [ConfigurationAnnotation] = Fingerprint(settings) } },
                    Spec = new()
                    {
                        HostNetwork = true,
                        ImagePullSecrets = options.ImagePullSecrets.Count > 0
                            ? [.. options.ImagePullSecrets.Select(secret => new LocalObjectReference { Name = secret })]
                            : null,
                        AutomountServiceAccountToken = false,
                        EnableServiceLinks = false,
                        TerminationGracePeriodSeconds = 10,
                        NodeSelector = settings.NodeSelector.Count > 0 ? settings.NodeSelector : null,
                        Affinity = ControlPlaneNodes.Affinity,
                        Tolerations = ControlPlaneNodes.Tolerations,
                        Containers = [Keepalived(options), Check(nodePort, options)],
                        Volumes =
                        [
                            new() { Name = Configuration, ConfigMap = new() { Name = name } },
                            new() { Name = Run, EmptyDir = new() { Medium = "Memory", SizeLimit = "1Mi" } },
                        ],
                    },
                },
            },
        };
    }

    // The reference implementation's, wherever that is possible: a site can go over to this manager and back, and no DaemonSet has to be
    // deleted, which would take the address away from all nodes at once.
    private static LabelSelector Selector(DPUCluster cluster, string name) => new()
    {
        MatchLabels = name.Length <= MaxLabelValue
            ? new Dictionary<string, string> { [AppLabel] = name }
            : new Dictionary<string, string> { [AppLabel] = "keepalived", [ChildObjects.ClusterLabel] = cluster.Metadata.Name! },
    };

    /// <summary>Root, since it makes raw sockets and sets addresses; but with these three capabilities only, and without privileged mode.</summary>
    private static Container Keepalived(KamajiOptions options) => new()
    {
        Name = "keepalived",
        Image = options.KeepalivedImage ?? options.Image,
        Command = ["keepalived"],
        Args = [.. Arguments(ConfigurationDirectory, KeepalivedConfig.RunDirectory)],
        Resources = Requests("10m", "16Mi"),
        VolumeMounts =
        [
            new() { Name = Configuration, MountPath = ConfigurationDirectory, ReadOnly = true },
            new() { Name = Run, MountPath = KeepalivedConfig.RunDirectory },
        ],
        SecurityContext = new()
        {
            Privileged = false,
            AllowPrivilegeEscalation = false,
            ReadOnlyRootFilesystem = true,
            RunAsNonRoot = false,
            RunAsUser = 0,
            Capabilities = new() { Add = [.. Capabilities], Drop = ["ALL"] },
            SeccompProfile = new() { Type = "RuntimeDefault" },
        },
    };

    /// <summary>What VRRP needs: to set addresses, to make raw sockets, to send to groups.</summary>
    public static IReadOnlyList<string> Capabilities { get; } = ["NET_ADMIN", "NET_BROADCAST", "NET_RAW"];

    /// <summary>Arguments of keepalived: in the foreground, VRRP only, log to the standard output, nothing written outside of its directory.</summary>
    public static IReadOnlyList<string> Arguments(string configurationDirectory, string runDirectory) =>
    [
        "--dont-fork",
        "--vrrp",
        "--log-console",
        "--no-syslog",
        $"--use-file={configurationDirectory}/{KeepalivedConfig.FileName}",
        $"--pid={runDirectory}/keepalived.pid",
        $"--vrrp_pid={runDirectory}/vrrp.pid",
    ];

    private static Container Check(int nodePort, KamajiOptions options) => new()
    {
        Name = "check",
        Image = options.Image,
        Command = ["dpucluster"],
        Args =
        [
            "keepalived-check", "--address", "$(NODE_IP)", "--port", nodePort.ToString(CultureInfo.InvariantCulture), "--directory", KeepalivedConfig.RunDirectory,
        ],
        Env = [new() { Name = "NODE_IP", ValueFrom = new() { FieldRef = new() { FieldPath = "status.hostIP" } } }],
        Resources = Requests("10m", "32Mi"),
        VolumeMounts = [new() { Name = Run, MountPath = KeepalivedConfig.RunDirectory }],
        SecurityContext = new()
        {
            Privileged = false,
            AllowPrivilegeEscalation = false,
            ReadOnlyRootFilesystem = true,
            RunAsNonRoot = true,
            RunAsUser = Nobody,
            RunAsGroup = Nobody,
            Capabilities = new() { Drop = ["ALL"] },
            SeccompProfile = new() { Type = "RuntimeDefault" },
        },
    };

    private static string Fingerprint(KeepalivedSettings settings) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(KeepalivedConfig.Render(settings))))[..16];

    private static ResourceRequirements Requests(string cpu, string memory) =>
        new() { Requests = new Dictionary<string, IntOrString> { ["cpu"] = cpu, ["memory"] = memory } };
}

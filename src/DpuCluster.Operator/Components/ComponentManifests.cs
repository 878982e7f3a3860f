using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Operator.Components;

/// <summary>Everything that one installed process consists of; pure.</summary>
/// <param name="ServiceAccount">Who it is.</param>
/// <param name="ClusterRole">What it may do in the whole cluster.</param>
/// <param name="ClusterRoleBinding">That it may.</param>
/// <param name="Role">What it may do in its namespace.</param>
/// <param name="RoleBinding">That it may.</param>
/// <param name="Deployment">Its pods.</param>
internal sealed record ComponentManifests(
    ServiceAccount ServiceAccount,
    ClusterRole ClusterRole,
    ClusterRoleBinding ClusterRoleBinding,
    Role Role,
    RoleBinding RoleBinding,
    Deployment Deployment)
{
    /// <summary>Who made it, as the label <c>app.kubernetes.io/managed-by</c> says.</summary>
    public const string ManagedBy = "dpucluster-operator";

    public const string ManagedByLabel = "app.kubernetes.io/managed-by";

    private const string NameLabel = "app.kubernetes.io/name";
    private const string ComponentLabel = "app.kubernetes.io/component";
    private const string Temporary = "tmp";
    private const int MetricsPort = 8080;
    private const int ProbePort = 8081;

    // Nobody's own: the user that images without a user of their own customarily run as.
    private const long Nobody = 65532;

    private static readonly string[] ControlPlaneTaints = ["node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane"];

    /// <summary>The objects of a component.</summary>
    /// <param name="component">The component.</param>
    /// <param name="ns">Namespace that it is installed in.</param>
    /// <param name="image">Image that it runs from.</param>
    /// <param name="pullSecrets">Secrets that images are pulled with.</param>
    /// <param name="options">Images and replicas.</param>
    public static ComponentManifests Of(SystemComponent component, string ns, string image, IReadOnlyList<string> pullSecrets, OperatorOptions options)
    {
        var role = component.Role;
        var account = role.Account(ns);
        return new(
            new() { Metadata = new() { Namespace = ns, Name = role.Name, Labels = Labels(component) }, ImagePullSecrets = References(pullSecrets) },
            Labelled(component, role.ClusterRole()),
            Labelled(component, role.ClusterRoleBinding(account)),
            Labelled(component, role.Role(ns)),
            Labelled(component, role.RoleBinding(ns, account)),
            new()
            {
                Metadata = new() { Namespace = ns, Name = role.Name, Labels = Labels(component) },
                Spec = new()
                {
                    Replicas = options.Replicas,
                    Selector = new() { MatchLabels = Selected(component) },
                    Template = new()
                    {
                        Metadata = new() { Labels = Labels(component) },
                        Spec = Pod(component, image, pullSecrets, options),
                    },
                },
            });
    }

    private static PodSpec Pod(SystemComponent component, string image, IReadOnlyList<string> pullSecrets, OperatorOptions options) => new()
    {
        ServiceAccountName = component.Role.Name,
        ImagePullSecrets = References(pullSecrets),
        EnableServiceLinks = false,

        // Longer than a process takes to finish what runs and to give its lease back.
        TerminationGracePeriodSeconds = 45,
        Tolerations = [.. ControlPlaneTaints.Select(taint => new Toleration { Key = taint, Operator = "Exists", Effect = "NoSchedule" })],
        TopologySpreadConstraints =
        [
            new()
            {
                MaxSkew = 1,
                TopologyKey = "kubernetes.io/hostname",
                WhenUnsatisfiable = "ScheduleAnyway",
                LabelSelector = new() { MatchLabels = Selected(component) },
            },
        ],
        Containers =
        [
            new()
            {
                Name = "manager",
                Image = image,
                Command = [component.EntryPoint],

                // Only flags that the reference implementation's programs have too: an image override may be one of those.
                Args = ["--leader-elect", $"--metrics-bind-address=:{MetricsPort}", $"--health-probe-bind-address=:{ProbePort}"],
                Env = component.MakesPods ? Environment(image, pullSecrets, options) : null,
                Ports =
                [
                    new() { Name = "metrics", Number = MetricsPort, Protocol = "TCP" },
                    new() { Name = "probes", Number = ProbePort, Protocol = "TCP" },
                ],
                LivenessProbe = new() { HttpGet = new() { Path = "/healthz", Port = ProbePort }, InitialDelaySeconds = 15, PeriodSeconds = 20 },
                ReadinessProbe = new() { HttpGet = new() { Path = "/readyz", Port = ProbePort }, PeriodSeconds = 5 },
                Resources = new()
                {
                    Requests = new Dictionary<string, IntOrString> { ["cpu"] = "10m", ["memory"] = "128Mi" },
                    Limits = new Dictionary<string, IntOrString> { ["memory"] = "512Mi" },
                },
                VolumeMounts = [new() { Name = Temporary, MountPath = "/tmp" }],
                SecurityContext = new()
                {
                    AllowPrivilegeEscalation = false,
                    ReadOnlyRootFilesystem = true,
                    RunAsNonRoot = true,
                    RunAsUser = Nobody,
                    RunAsGroup = Nobody,
                    Capabilities = new() { Drop = ["ALL"] },
                    SeccompProfile = new() { Type = "RuntimeDefault" },
                },
            },
        ],
        Volumes = [new() { Name = Temporary, EmptyDir = new() { SizeLimit = "64Mi" } }],
    };

    private static List<EnvironmentVariable> Environment(string image, IReadOnlyList<string> pullSecrets, OperatorOptions options)
    {
        List<EnvironmentVariable> all = [new() { Name = ComponentImages.OwnVariable, Value = image }];
        if (options.KeepalivedImage is { } keepalived)
        {
            all.Add(new() { Name = ComponentImages.KeepalivedVariable, Value = keepalived });
        }

        if (pullSecrets.Count > 0)
        {
            all.Add(new() { Name = ComponentImages.PullSecretsVariable, Value = string.Join(',', pullSecrets) });
        }

        return all;
    }

    private static IReadOnlyList<LocalObjectReference>? References(IReadOnlyList<string> names) =>
        names.Count == 0 ? null : [.. names.Select(name => new LocalObjectReference { Name = name })];

    private static T Labelled<T>(SystemComponent component, T value)
        where T : class, IKubernetesObject<T> => value.WithMetadata(value.Metadata with { Labels = Labels(component) });

    /// <summary>What a Deployment finds its pods by; can never be changed.</summary>
    private static Dictionary<string, string> Selected(SystemComponent component) =>
        new() { [NameLabel] = "dpucluster", [ComponentLabel] = component.Role.Controller };

    private static Dictionary<string, string> Labels(SystemComponent component) => new(Selected(component)) { [ManagedByLabel] = ManagedBy };
}

using DpuCluster.Api;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Operator.Applying;
using DpuCluster.Operator.Components;

namespace DpuCluster.Operator;

/// <summary>Composes the operator into a process.</summary>
public static class OperatorHost
{
    /// <summary>Name of the lease that the one acting operator holds.</summary>
    public const string LeaseName = "dpucluster-operator.dpu.nvidia.com";

    /// <summary>The one DPFOperatorConfig that is read: the reference implementation's name and namespace.</summary>
    public static NamespacedName Config { get; } = new("dpf-operator-system", "dpfoperatorconfig");

    /// <summary>
    /// What the process may do: its own part, and all that it gives to components, since nobody can give what he does not hold.
    /// </summary>
    /// <param name="components">The components that it can install.</param>
    public static ControllerRole Role(IReadOnlyList<SystemComponent> components)
    {
        ArgumentNullException.ThrowIfNull(components);
        string[] names = [.. components.Select(component => component.Role.Name)];
        return new(
            "operator",
            PermissionList.Merge(
            [
                new("Its finalizer, and the labels of the apply set, go to the object.",
                    DPFOperatorConfig.Resource.Group, ["dpfoperatorconfigs"], ["list", "watch", "patch"]),
                new("Its conditions go to the status.", DPFOperatorConfig.Resource.Group, ["dpfoperatorconfigs/status"], ["patch"]),
                .. Members("Roles of the components.", "rbac.authorization.k8s.io", ["clusterroles", "clusterrolebindings"], names),
                new("Whether the image pull secrets exist.", "", ["secrets"], ["list", "watch"]),
                Permission.Events,
                .. components.SelectMany(component => component.Role.Everywhere.Select(one => Granted(component, one))),
            ]),
            PermissionList.Merge(
            [
                .. Members("Accounts of the components.", "", ["serviceaccounts"], names),
                .. Members("Roles of the components.", "rbac.authorization.k8s.io", ["roles", "rolebindings"], names),
                .. Members("Pods of the components.", "apps", ["deployments"], names),
                .. Permission.Lease(LeaseName),
                .. components.SelectMany(component => component.Role.AtHome.Select(one => Granted(component, one))),
            ]));
    }

    /// <summary>Adds the controller that installs what the DPFOperatorConfig asks for.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="options">Components, images, replicas.</param>
    public static ControllerHostBuilder AddOperator(this ControllerHostBuilder builder, OperatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        return builder.AddController(context => Create(context, options));
    }

    private static Controller Create(ControllerContext context, OperatorOptions options)
    {
        var configs = context.Informers.For<DPFOperatorConfig>();
        var secrets = context.Informers.Metadata(Secret.Resource, new() { Namespace = Config.Namespace });
        var id = ApplySet.Id(Config, DPFOperatorConfig.Resource);
        var logger = context.LoggerFactory.CreateLogger("DpuCluster.Operator");
        var writer = context.Writer<DPFOperatorConfig>();
        var controller = context.Controller("dpfoperatorconfig").For(configs).Workers(1)
            .Watches(secrets, _ => [Config], Named);
        var members = new SystemMembers(
            id, Set<ServiceAccount>(), Set<ClusterRole>(), Set<ClusterRoleBinding>(), Set<Role>(), Set<RoleBinding>(), Set<Deployment>("Foreground"));
        return controller.Build(new OperatorReconciler(
            configs.Store.Find,
            key => secrets.Store.Find(key) is not null,
            members,
            writer,
            new StatusWriter<DPFOperatorConfig>(writer, OperatorReconciler.FieldManager),
            context.Events,
            options,
            context.Clock));

        // Secrets come and go for many reasons; only those that the config names matter.
        bool Named(Change<PartialObjectMetadata> change) =>
            configs.Store.Find(Config)?.Spec?.ImagePullSecrets?.Contains(change.Object.Metadata.Name) is true;

        MemberSet<T> Set<T>(string propagation = "Background")
            where T : class, IKubernetesObject<T>
        {
            var informer = context.Informers.For<T>(new()
            {
                Namespace = T.Resource.Namespaced ? Config.Namespace : null,
                LabelSelector = $"{ApplySet.PartOfLabel}={id}",
            });
            controller.Watches(informer, _ => [Config]);
            return new(id, propagation, informer, context.Client.Resources<T>(), context.Writer<T>(), logger);
        }
    }

    /// <summary>What is done to members of the set. What is not there yet, and a list by label, cannot be narrowed to names.</summary>
    private static IEnumerable<Permission> Members(string why, string group, IReadOnlyList<string> resources, IReadOnlyList<string> names) =>
    [
        new(why, group, resources, ["list", "watch", "create"]),
        new(why, group, resources, ["get", "patch", "delete"]) { Names = names },
    ];

    private static Permission Granted(SystemComponent component, Permission one) => one with { Why = $"Given to the {component.Role.Controller}." };
}

using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Operator.Components;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Operator.Tests;

/// <summary>A host cluster in which the operator runs with the role that is computed for it. What makes pods of Deployments, the test plays.</summary>
internal sealed class OperatorSite : IAsyncDisposable
{
    public const string Ns = HostCluster.Namespace;
    public const string Provisioning = "dpucluster-provisioner";
    public const string Kamaji = "dpucluster-kamaji";
    public const string Static = "dpucluster-static";

    private const string User = "the-operator";
    private static readonly WriteOptions AsTest = new() { FieldManager = "test" };

    /// <summary>Components like the real ones, with small roles of their own.</summary>
    public static IReadOnlyList<SystemComponent> Components { get; } =
    [
        SystemComponents.Provisioning(Role("provisioner", "secrets")),
        SystemComponents.KamajiClusterManager(Role("kamaji", "configmaps")),
        SystemComponents.StaticClusterManager(Role("static", "nodes")),
    ];

    private OperatorSite(HostCluster host) => Host = host;

    public HostCluster Host { get; }

    public RunningHost Running { get; private set; } = null!;

    public ResourceClient<DPFOperatorConfig> Configs => Host.Admin.Resources<DPFOperatorConfig>();

    public ResourceClient<Deployment> Deployments => Host.Admin.Resources<Deployment>();

    public static async Task<OperatorSite> StartAsync(ControllerRole? role = null)
    {
        var site = new OperatorSite(await HostCluster.StartAsync());
        await site.Host.DefineAsync<DPFOperatorConfig>(ApiCrds.All["dpfoperatorconfigs.operator.dpu.nvidia.com"]);
        await site.Host.GrantAsync(User, role ?? OperatorHost.Role(Components));
        site.Running = await site.Host.RunAsync(
            "operator",
            builder => builder.Lease(OperatorHost.LeaseName).AddOperator(new() { Components = Components, Image = "ours:1", KeepalivedImage = "kept:2" }),
            options => options with { Client = site.Host.Connect(User), LeaderElect = true });
        return site;
    }

    public async ValueTask DisposeAsync() => await Host.DisposeAsync();

    /// <summary>Creates or changes a config, as <c>kubectl apply</c> does.</summary>
    public Task<DPFOperatorConfig> ApplyAsync(string spec, string? name = null) => Configs.ApplyAsync(
        new()
        {
            Metadata = new() { Namespace = Ns, Name = name ?? OperatorHost.Config.Name },
            Spec = System.Text.Json.JsonSerializer.Deserialize(spec, ApiJsonContext.Default.DPFOperatorConfigSpec),
        },
        AsTest,
        default);

    /// <summary>Waits until a condition has a reason.</summary>
    public async Task<Condition> IsAsync(string type, string reason, string? name = null)
    {
        var seen = await Eventually.Get(
            async () => (await Configs.GetAsync(Ns, name ?? OperatorHost.Config.Name, default)).Status?.Conditions.Find(type),
            condition => condition?.Reason == reason,
            $"{type} has reason {reason}; the log: {Running.Logs.Text}");
        return seen!;
    }

    /// <summary>Waits until there are these Deployments and no others.</summary>
    public Task HasDeploymentsAsync(params string[] names) => Eventually.Get(
        async () => string.Join(' ', (await Deployments.ListAsync(Ns, null, default)).Items.Select(one => one.Metadata.Name).Order(StringComparer.Ordinal)),
        found => found == string.Join(' ', names.Order(StringComparer.Ordinal)),
        $"Deployments {string.Join(' ', names)}; the log: {Running.Logs.Text}");

    /// <summary>The Deployment, once it is there.</summary>
    public async Task<Deployment> DeploymentAsync(string name, Func<Deployment, bool>? satisfies = null) => (await Eventually.Get(
        () => Deployments.FindAsync(Ns, name, default), one => one is not null && satisfies?.Invoke(one) is not false, $"Deployment {name}; the log: {Running.Logs.Text}"))!;

    /// <summary>Gives a Deployment pods that run.</summary>
    public async Task MakeReadyAsync(string name)
    {
        var deployment = await DeploymentAsync(name);
        var replicas = deployment.Spec!.Replicas!.Value;
        await Deployments.PatchStatusAsync(
            Ns,
            name,
            Patch.Merge(new JsonObject
            {
                ["status"] = new JsonObject
                {
                    ["observedGeneration"] = deployment.Metadata.Generation,
                    ["replicas"] = replicas,
                    ["updatedReplicas"] = replicas,
                    ["readyReplicas"] = replicas,
                    ["availableReplicas"] = replicas,
                },
            }),
            AsTest,
            default);
    }

    /// <summary>Everything that carries the label of the operator: kind and name.</summary>
    public async Task<IReadOnlyList<string>> MembersAsync()
    {
        List<string> found = [];
        await Add<ServiceAccount>();
        await Add<ClusterRole>();
        await Add<ClusterRoleBinding>();
        await Add<Role>();
        await Add<RoleBinding>();
        await Add<Deployment>();
        return found;

        async Task Add<T>()
            where T : class, IKubernetesObject<T>
        {
            var selected = await Host.Admin.Resources<T>().ListAsync(null, new() { LabelSelector = "applyset.kubernetes.io/part-of" }, default);
            found.AddRange(selected.Items.Select(one => $"{T.Resource.Kind} {one.Metadata.Name}"));
        }
    }

    private static ControllerRole Role(string name, string resource) => new(
        name,
        [new("What the test grants.", "", [resource], ["list"])],
        Permission.Lease($"{name}.example.test"));
}

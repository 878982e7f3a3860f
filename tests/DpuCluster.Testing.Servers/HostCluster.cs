using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DpuCluster.Api;
using DpuCluster.ApiServer;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Testing.Servers;

/// <summary>A host cluster in this process, reached over HTTPS, with the DPUCluster CRD; and the controllers that run against it.</summary>
public sealed partial class HostCluster : IAsyncDisposable
{
    /// <summary>Where everything is.</summary>
    public const string Namespace = "dpf-operator-system";

    private const string DPUClusterCrd = "dpuclusters.provisioning.dpu.nvidia.com";

    private static readonly ResourceType Crds =
        new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", Namespaced: false);

    private static readonly ResourceType ClusterRoles = new("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", Namespaced: false);

    private static readonly ResourceType ClusterRoleBindings =
        new("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", Namespaced: false);

    private static readonly WriteOptions AsTest = new() { FieldManager = "test" };

    private readonly List<RunningHost> _hosts = [];

    private HostCluster(EmbeddedApiServer server)
    {
        Server = server;
        Admin = new KubernetesClient(ConfigurationOf(server.AdminKubeconfig));
    }

    public EmbeddedApiServer Server { get; }

    /// <summary>Client of one who may do everything.</summary>
    public KubernetesClient Admin { get; }

    public ResourceClient<DPUCluster> Clusters => Admin.Resources<DPUCluster>();

    public ResourceClient<Secret> Secrets => Admin.Resources<Secret>();

    /// <summary>Starts it.</summary>
    /// <param name="crd">Manifest of the CRD to install; null for this project's own.</param>
    public static async Task<HostCluster> StartAsync(string? crd = null)
    {
        var host = new HostCluster(await EmbeddedApiServer.StartAsync(new() { Name = "host" }));
        await host.CreateAsync(Crds, Yaml.ToJsonDocuments(crd ?? ApiCrds.All[DPUClusterCrd]).Last(document => document is not null)!);
        await Eventually.Get(() => host.Clusters.ListAsync(null, null, default), _ => true, "the kind DPUCluster is served");
        await host.Admin.Resources<Kubernetes.Resources.Namespace>().CreateAsync(new() { Metadata = new() { Name = Namespace } }, AsTest, default);
        return host;
    }

    /// <summary>What a client of a kubeconfig needs.</summary>
    public static ClientConfiguration ConfigurationOf(string kubeconfig) =>
        KubeconfigDocument.Parse(Encoding.UTF8.GetBytes(kubeconfig), "test").ToConfiguration(null, KubeconfigPolicy.Untrusted);

    /// <summary>The connection of a user who is known by a client certificate.</summary>
    public ClientConfiguration Connect(string user, params string[] groups) =>
        Server.Kubeconfig(user, groups).ToConfiguration(null, KubeconfigPolicy.Untrusted);

    /// <summary>Installs a CRD, and waits until its kind is served.</summary>
    public async Task DefineAsync<T>(string manifest)
        where T : class, IKubernetesObject<T>
    {
        await CreateAsync(Crds, Yaml.ToJson(manifest)!);
        await Eventually.Get(() => Admin.Resources<T>().ListAsync(null, null, default), _ => true, $"the kind {T.Resource.Kind} is served");
    }

    /// <summary>Gives a user the rules of a ClusterRole.</summary>
    public async Task GrantAsync(string user, JsonObject role)
    {
        var name = role["metadata"]!["name"]!.GetValue<string>();
        await CreateAsync(ClusterRoles, role);
        await CreateAsync(ClusterRoleBindings, new JsonObject
        {
            ["apiVersion"] = ClusterRoleBindings.ApiVersion,
            ["kind"] = ClusterRoleBindings.Kind,
            ["metadata"] = new JsonObject { ["name"] = name },
            ["roleRef"] = new JsonObject { ["apiGroup"] = ClusterRoles.Group, ["kind"] = ClusterRoles.Kind, ["name"] = name },
            ["subjects"] = new JsonArray(new JsonObject { ["apiGroup"] = ClusterRoles.Group, ["kind"] = "User", ["name"] = user }),
        });
    }

    /// <summary>Gives a user a role as it is declared, with what it allows in <see cref="Namespace"/> only.</summary>
    public async Task GrantAsync(string user, ControllerRole role)
    {
        var subject = ControllerRole.User(user);
        await Admin.Resources<ClusterRole>().CreateAsync(role.ClusterRole(), AsTest, default);
        await Admin.Resources<ClusterRoleBinding>().CreateAsync(role.ClusterRoleBinding(subject), AsTest, default);
        await Admin.Resources<Role>().CreateAsync(role.Role(Namespace), AsTest, default);
        await Admin.Resources<RoleBinding>().CreateAsync(role.RoleBinding(Namespace, subject), AsTest, default);
    }

    /// <summary>Runs controllers until they are stopped, or this is disposed. By default they may do everything, and need no lease.</summary>
    public async Task<RunningHost> RunAsync(
        string name,
        Func<ControllerHostBuilder, ControllerHostBuilder> compose,
        Func<ControllerHostOptions, ControllerHostOptions>? change = null)
    {
        var logs = new RecordedLogs();
        var options = new ControllerHostOptions
        {
            Name = name,
            Client = Connect($"test:{name}", "system:masters"),
            MetricsBindAddress = "0",
            HealthProbeBindAddress = "0",
            LeaseNamespace = Namespace,
            LoggerFactory = logs,
        };
        var host = new RunningHost(compose(ControllerHost.CreateBuilder(change?.Invoke(options) ?? options)).Build(), logs);
        _hosts.Add(host);
        await host.Host.Started;
        return host;
    }

    /// <summary>Creates a DPUCluster.</summary>
    public Task<DPUCluster> CreateAsync(string name, string type = ClusterType.Static, string? kubeconfig = null, string? version = null) =>
        Clusters.CreateAsync(
            new()
            {
                Metadata = new() { Namespace = Namespace, Name = name },
                Spec = new() { Type = type, Kubeconfig = kubeconfig, Version = version },
            },
            AsTest,
            default);

    /// <summary>Merges something into a DPUCluster.</summary>
    public Task<DPUCluster> PatchAsync(string name, JsonObject patch) =>
        Clusters.PatchAsync(Namespace, name, Patch.Merge(patch), AsTest, default);

    /// <summary>Merges something into the status of a DPUCluster, as somebody else who has a say in it does.</summary>
    public Task<DPUCluster> PatchStatusAsync(string name, JsonObject status) =>
        Clusters.PatchStatusAsync(Namespace, name, Patch.Merge(new JsonObject { ["status"] = status }), AsTest, default);

    /// <summary>Sets one condition of a DPUCluster, and leaves the others as they are.</summary>
    public async Task SetConditionAsync(string name, string type, string status, string reason, string message = "")
    {
        var cluster = await GetAsync(name);
        var conditions = cluster.Status?.Conditions.With(type, status, reason, message, cluster.Metadata.Generation, DateTimeOffset.UtcNow) ?? [];
        var list = new JsonArray([.. conditions.Select(condition => (JsonNode)new JsonObject
        {
            ["type"] = condition.Type,
            ["status"] = condition.Status,
            ["reason"] = condition.Reason,
            ["message"] = condition.Message,
            ["lastTransitionTime"] = condition.LastTransitionTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["observedGeneration"] = condition.ObservedGeneration,
        })]);
        await PatchStatusAsync(name, new() { ["conditions"] = list });
    }

    public Task<DPUCluster> GetAsync(string name) => Clusters.GetAsync(Namespace, name, default);

    public Task DeleteAsync(string name) => Clusters.DeleteAsync(Namespace, name, null, default);

    /// <summary>Waits until a DPUCluster is as it should be.</summary>
    public async Task<DPUCluster> BecomesAsync(string name, Func<DPUCluster, bool> condition, string what)
    {
        var seen = await Eventually.Get(async () => new Glimpse(await GetAsync(name)), glimpse => condition(glimpse.Cluster), $"DPUCluster {name}: {what}");
        return seen.Cluster;
    }

    /// <summary>Waits until a condition of a DPUCluster has a reason.</summary>
    public async Task<Condition> BecomesAsync(string name, string conditionType, string reason)
    {
        var cluster = await BecomesAsync(name, one => one.Status?.Conditions.Find(conditionType)?.Reason == reason, $"{conditionType} gets reason {reason}");
        return cluster.Status!.Conditions.Find(conditionType)!;
    }

    /// <summary>Waits until a DPUCluster is in a phase.</summary>
    public Task<DPUCluster> ReachesAsync(string name, string phase) => BecomesAsync(name, one => one.Status?.Phase == phase, $"phase {phase}");

    /// <summary>Waits until a DPUCluster is gone.</summary>
    public Task IsGoneAsync(string name) =>
        Eventually.Get(() => Clusters.FindAsync(Namespace, name, default), one => one is null, $"DPUCluster {name} is gone");

    /// <summary>Creates a Secret, or puts other data into it.</summary>
    public async Task PutSecretAsync(string name, string kubeconfig, string key = "admin.conf")
    {
        var secret = new Secret
        {
            Metadata = new() { Namespace = Namespace, Name = name },
            Data = new Dictionary<string, byte[]> { [key] = Encoding.UTF8.GetBytes(kubeconfig) },
        };
        await Secrets.ApplyAsync(secret, new() { FieldManager = "test", Force = true }, default);
    }

    /// <summary>The events about a DPUCluster so far.</summary>
    public async Task<IReadOnlyList<Event>> EventsAsync(string name) =>
        [.. (await Admin.Resources<Event>().ListAsync(Namespace, null, default)).Items.Where(one => one.Regarding?.Name == name)];

    /// <summary>How many requests have written DPUClusters so far, whoever sent them.</summary>
    public async Task<int> WritesAsync()
    {
        var metrics = await SettledMetrics.OfAsync(Admin);
        return WritesOfClusters().Matches(metrics).Sum(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
    }

    /// <summary>Fails unless exactly so many requests have written DPUClusters since there were as many as <paramref name="before"/>.</summary>
    public async Task HasWrittenAsync(int before, int expected, string why)
    {
        var writes = await WritesAsync();
        (writes - before).ShouldBe(expected, why);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        Admin.Dispose();
        await Server.DisposeAsync();
    }

    private Task<Unstructured> CreateAsync(ResourceType resource, JsonNode manifest) =>
        Admin.Unstructured(resource).CreateAsync(manifest.Deserialize(Unstructured.JsonType)!, AsTest, default);

    [GeneratedRegex("""^apiserver_request_total\{[^}]*resource="dpuclusters"[^}]*verb="(?:POST|PUT|PATCH|DELETE)"[^}]*\} (\d+)$""", RegexOptions.Multiline)]
    private static partial Regex WritesOfClusters();

    /// <summary>A cluster that, where a test has waited for something else, is told in a few words.</summary>
    private sealed record Glimpse(DPUCluster Cluster)
    {
        public override string ToString() => string.Join(
            "; ",
            (Cluster.Status?.Conditions ?? []).Select(one => $"{one.Type} {one.Status} {one.Reason}: {one.Message}").Prepend($"phase {Cluster.Status?.Phase}"));
    }
}

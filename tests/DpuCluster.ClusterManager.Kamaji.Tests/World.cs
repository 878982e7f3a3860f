using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.ApiServer;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Kubernetes.Serialization;
using DpuCluster.Provisioning;
using DpuCluster.Testing;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

/// <summary>A host cluster on the embedded API server, with the Kamaji manager, the provisioning controller, and what a test plays itself.</summary>
internal sealed class World : IAsyncDisposable
{
    private static readonly ResourceType Crds = new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", Namespaced: false);

    private readonly EmbeddedApiServer _server;
    private readonly ClientConfiguration _configuration;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];

    private World(EmbeddedApiServer server)
    {
        _server = server;
        _configuration = KubeconfigDocument.Parse(Encoding.UTF8.GetBytes(server.AdminKubeconfig), "test").ToConfiguration(null, KubeconfigPolicy.Untrusted);
        Client = new KubernetesClient(_configuration);
        Kamaji = new FakeKamaji(Client, server.AdminKubeconfig);
        Nodes = new FakeNodes(Client);
    }

    public KubernetesClient Client { get; }

    public FakeKamaji Kamaji { get; }

    public FakeNodes Nodes { get; }

    /// <summary>Starts everything; Kamaji's kind is there unless a test says otherwise.</summary>
    public static async Task<World> StartAsync(bool kamajiInstalled = true, string? tenantDefinition = null, bool provisioning = true, TimeProvider? clock = null)
    {
        var world = new World(await EmbeddedApiServer.StartAsync());
        foreach (var (_, definition) in ApiCrds.All)
        {
            await world.InstallAsync(definition);
        }

        if (kamajiInstalled)
        {
            await world.InstallAsync(tenantDefinition ?? ApiCrds.StandIns.Values.Single());
        }

        await world.Client.Resources<Namespace>().CreateAsync(new() { Metadata = new() { Name = Clusters.Namespace } }, null, default);
        await world.Client.Resources<Node>().CreateAsync(
            new() { Metadata = new() { Name = "control-1", Labels = new Dictionary<string, string> { ["node-role.kubernetes.io/control-plane"] = "" } } }, null, default);
        if (provisioning)
        {
            world.Run("provisioning-controller", builder => builder.AddProvisioning(), clock);
        }

        world.Run("kamaji-cluster-manager", builder => builder.AddKamajiClusterManager(), clock);
        world._running.Add(world.Kamaji.RunAsync(world._stop.Token));
        world._running.Add(world.Nodes.RunAsync(world._stop.Token));
        return world;
    }

    public async Task InstallAsync(string definition)
    {
        var crd = Yaml.ToJson(definition)!;
        (crd["spec"] as JsonObject)!.Remove("conversion");
        await Client.Unstructured(Crds).CreateAsync(crd.Deserialize(Unstructured.JsonType)!, null, default);
        var path = $"/apis/{crd["spec"]!["group"]}/v1alpha1";
        await Eventually.Get(async () => (int)(await Client.GetRawAsync(path, default)).Code, code => code == 200, $"{path} is served");
    }

    public Task<DPUCluster> CreateAsync(DPUCluster cluster) => Client.Resources<DPUCluster>().CreateAsync(cluster, null, default);

    /// <summary>Creates a cluster where no provisioning controller runs, and does what that does first.</summary>
    public async Task BeginAsync(DPUCluster cluster) => await Client.Resources<DPUCluster>().ReplaceStatusAsync(
        await CreateAsync(cluster) with { Status = new() { Phase = ClusterPhase.Creating } }, null, default);

    public Task<T> GetAsync<T>(string name)
        where T : class, IKubernetesObject<T> => Client.Resources<T>().GetAsync(Clusters.Namespace, name, default);

    public Task<T?> FindAsync<T>(string name)
        where T : class, IKubernetesObject<T> => Client.Resources<T>().FindAsync(Clusters.Namespace, name, default);

    /// <summary>Changes an object as a person would.</summary>
    public Task<T> PatchAsync<T>(string name, string mergePatch)
        where T : class, IKubernetesObject<T> =>
        Client.Resources<T>().PatchAsync(Clusters.Namespace, name, Patch.Merge(JsonNode.Parse(mergePatch)!), new() { FieldManager = "a-person" }, default);

    public Task DeleteAsync<T>(string name)
        where T : class, IKubernetesObject<T> => Client.Resources<T>().DeleteAsync(Clusters.Namespace, name, null, default);

    public Task<T> Until<T>(string name, Func<T, bool> holds, string what, TimeSpan? patience = null)
        where T : class, IKubernetesObject<T> => Eventually.Get(() => GetAsync<T>(name), holds, $"{T.Resource.Kind} {name}: {what}", patience);

    public Task UntilGone<T>(string name)
        where T : class, IKubernetesObject<T> => Eventually.Get(() => FindAsync<T>(name), found => found is null, $"{T.Resource.Kind} {name} is gone");

    public Task<DPUCluster> UntilReady(string name) => Until<DPUCluster>(name, cluster => cluster.Status?.Phase == ClusterPhase.Ready, "is Ready");

    /// <summary>Waits for a condition with a reason; its message.</summary>
    public async Task<string> UntilSays(string name, string type, string status, string reason) =>
        (await Until<DPUCluster>(
            name,
            cluster => cluster.Status?.Conditions.Find(type) is { } condition && condition.Status == status && condition.Reason == reason,
            $"{type} is {status}, {reason}")).Status!.Conditions.Find(type)!.Message;

    /// <summary>Writes of controllers so far: patches of the kinds concerned. What tests and fakes write are other verbs.</summary>
    public async Task<int> ControllerWritesAsync() => (await ControllerWriteLinesAsync())
        .Sum(line => int.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The same, request by request, for messages.</summary>
    public async Task<IReadOnlyList<string>> ControllerWriteLinesAsync()
    {
        var resources = new[] { "dpuclusters", "services", "tenantcontrolplanes", "configmaps", "daemonsets" };
        var metrics = (await Client.GetRawAsync("/metrics", 64 * 1024 * 1024, default)).Body;
        return [.. metrics.Split('\n')
            .Where(line => line.StartsWith("apiserver_request_total{", StringComparison.Ordinal)
                && (line.Contains("verb=\"PATCH\"", StringComparison.Ordinal) || line.Contains("verb=\"APPLY\"", StringComparison.Ordinal))
                && resources.Any(resource => line.Contains($"resource=\"{resource}\"", StringComparison.Ordinal)))];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Client.Dispose();
        await _server.DisposeAsync();
        _stop.Dispose();
    }

    private void Run(string name, Func<ControllerHostBuilder, ControllerHostBuilder> compose, TimeProvider? clock)
    {
        var host = compose(ControllerHost.CreateBuilder(new()
        {
            Name = name,
            Client = _configuration,
            MetricsBindAddress = "0",
            HealthProbeBindAddress = "0",
            Clock = clock ?? TimeProvider.System,
        })).Build();
        _running.Add(RunAsync());

        async Task RunAsync()
        {
            await using (host)
            {
                await host.RunAsync(_stop.Token);
            }
        }
    }
}

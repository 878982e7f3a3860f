using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Kubernetes.Serialization;
using DpuCluster.Testing;

namespace DpuCluster.Standalone.Tests;

/// <summary>A standalone environment in this process, and its administrator.</summary>
internal sealed class World : IAsyncDisposable
{
    public const string Ns = "default";

    private readonly DirectoryInfo _state;
    private readonly StandaloneEnvironment _environment;

    private World(DirectoryInfo state, StandaloneEnvironment environment, KubernetesClient admin) =>
        (_state, _environment, Admin) = (state, environment, admin);

    public KubernetesClient Admin { get; }

    public static async Task<World> StartAsync()
    {
        var state = Directory.CreateTempSubdirectory("dpucluster-standalone-");
        var environment = await StandaloneEnvironment.StartAsync(new() { Name = "test", StateRoot = state.FullName }, default);
        return new(state, environment, new(Connection(await File.ReadAllTextAsync(environment.KubeconfigFile))));
    }

    /// <summary>The connection that a kubeconfig describes.</summary>
    public static ClientConfiguration Connection(string kubeconfig) =>
        KubeconfigDocument.Parse(Encoding.UTF8.GetBytes(kubeconfig), "the test").ToConfiguration(null, KubeconfigPolicy.Untrusted);

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await _environment.DisposeAsync();
        _state.Delete(recursive: true);
    }

    /// <summary>Applies a manifest in YAML.</summary>
    public Task<Unstructured> Apply(ResourceType resource, string manifest) => Admin.Unstructured(resource).ApplyAsync(
        Yaml.ToJson(manifest)!.Deserialize(KubernetesJsonContext.Default.Unstructured)!, new() { FieldManager = "test", Force = true }, default);

    public Task Patch(ResourceType resource, string name, string merge) => Admin.Unstructured(resource).PatchAsync(
        resource.Namespaced ? Ns : null, name, Kubernetes.Client.Patch.Merge(JsonNode.Parse(merge)!), null, default);

    /// <summary>Waits until an object is as expected.</summary>
    public Task<JsonNode> Becomes(ResourceType resource, string name, Func<JsonNode, bool> expected, string what) => Eventually.Get(
        async () => await Read(resource, name) ?? throw new InvalidOperationException($"no {resource.Kind} {name}"), expected, what);

    public async Task<JsonNode?> Read(ResourceType resource, string name) =>
        await Admin.Unstructured(resource).FindAsync(resource.Namespaced ? Ns : null, name, default) is { } found ? Json(found) : null;

    public async Task<IReadOnlyList<JsonNode>> List(ResourceType resource, string? selector = null) =>
        [.. (await Admin.Unstructured(resource).ListAsync(resource.Namespaced ? Ns : null, new() { LabelSelector = selector }, default)).Items.Select(Json)];

    private static JsonNode Json(Unstructured value) => JsonSerializer.SerializeToNode(value, KubernetesJsonContext.Default.Unstructured)!;
}

using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Standalone;

/// <summary>Puts into a host cluster what the controllers need: CRDs, the namespace, roles and whom they belong to.</summary>
internal sealed class Installation(KubernetesClient client)
{
    private static readonly ResourceType Crds =
        new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", Namespaced: false);

    private static readonly ResourceType ClusterRoles =
        new("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", Namespaced: false);

    private static readonly ResourceType ClusterRoleBindings =
        new("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", Namespaced: false);

    private static readonly WriteOptions Apply = new() { FieldManager = "dpucluster-standalone", Force = true };

    /// <summary>The user that a controller is known as to the API server.</summary>
    public static string UserOf(string controller) => $"dpucluster:{controller}";

    public async Task InstallAsync(string systemNamespace, IEnumerable<string> controllers, CancellationToken cancellation)
    {
        await Task.WhenAll(ApiCrds.All.Concat(ApiCrds.StandIns).Select(crd => DefineAsync(crd.Key, crd.Value, cancellation))).ConfigureAwait(false);

        await client.Resources<Namespace>()
            .ApplyAsync(new() { Metadata = new() { Name = systemNamespace } }, Apply, cancellation).ConfigureAwait(false);
        await Task.WhenAll(controllers.Select(controller => AllowAsync(controller, cancellation))).ConfigureAwait(false);
    }

    private async Task DefineAsync(string name, string manifest, CancellationToken cancellation)
    {
        await ApplyAsync(Crds, Yaml.ToJson(manifest)!, cancellation).ConfigureAwait(false);
        await EstablishedAsync(name, cancellation).ConfigureAwait(false);
    }

    private async Task AllowAsync(string controller, CancellationToken cancellation)
    {
        await ApplyAsync(ClusterRoles, Yaml.ToJson(RoleManifest(controller))!, cancellation).ConfigureAwait(false);
        await ApplyAsync(ClusterRoleBindings, Binding(controller), cancellation).ConfigureAwait(false);
    }

    private Task<Unstructured> ApplyAsync(ResourceType resource, JsonNode manifest, CancellationToken cancellation) =>
        client.Unstructured(resource).ApplyAsync(manifest.Deserialize(Unstructured.JsonType)!, Apply, cancellation);

    /// <summary>Waits until the kind that a definition defines is served.</summary>
    private async Task EstablishedAsync(string name, CancellationToken cancellation)
    {
        var options = new WatchOptions { FieldSelector = $"metadata.name={name}" };
        await foreach (var change in client.Unstructured(Crds).WatchAsync(null, options, cancellation).ConfigureAwait(false))
        {
            var isEstablished = change.Object?.Fields?.TryGetValue("status", out var status) is true
                && status.TryGetProperty("conditions", out var conditions)
                && conditions.EnumerateArray().Any(condition =>
                    condition.GetProperty("type").ValueEquals("Established") && condition.GetProperty("status").ValueEquals("True"));
            if (isEstablished)
            {
                return;
            }
        }
    }

    private static JsonObject Binding(string controller) => new()
    {
        ["apiVersion"] = ClusterRoleBindings.ApiVersion,
        ["kind"] = ClusterRoleBindings.Kind,
        ["metadata"] = new JsonObject { ["name"] = $"dpucluster-{controller}" },
        ["roleRef"] = new JsonObject
        {
            ["apiGroup"] = ClusterRoles.Group,
            ["kind"] = ClusterRoles.Kind,
            ["name"] = $"dpucluster-{controller}",
        },
        ["subjects"] = new JsonArray(new JsonObject
        {
            ["apiGroup"] = ClusterRoles.Group,
            ["kind"] = "User",
            ["name"] = UserOf(controller),
        }),
    };

    private static string RoleManifest(string controller)
    {
        using var reader = new StreamReader(typeof(Installation).Assembly.GetManifestResourceStream($"rbac/{controller}.yaml")!);
        return reader.ReadToEnd();
    }
}

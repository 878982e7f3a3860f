using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Background;

/// <summary>Makes what every cluster has from the start: namespaces, roles, the service of the API itself; and what every namespace has.</summary>
internal sealed class Bootstrap(ResourceRegistry registry, ObjectStore store, ResourceWriter writer, string authorityPem)
{
    private static readonly string[] Namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    public async Task RunAsync(string address, int port, CancellationToken cancellation)
    {
        foreach (var role in BootstrapRoles.ClusterRoles()) await EnsureAsync("rbac.authorization.k8s.io", "clusterroles", "", role).ConfigureAwait(false);
        foreach (var binding in BootstrapRoles.ClusterRoleBindings()) await EnsureAsync("rbac.authorization.k8s.io", "clusterrolebindings", "", binding).ConfigureAwait(false);
        foreach (var name in Namespaces)
        {
            cancellation.ThrowIfCancellationRequested();
            await EnsureAsync("", "namespaces", "", Object("v1", "Namespace", name)).ConfigureAwait(false);
        }

        var service = Object("v1", "Service", "kubernetes");
        service["metadata"]!["labels"] = new JsonObject { ["component"] = "apiserver", ["provider"] = "kubernetes" };
        service["spec"] = new JsonObject
        {
            ["clusterIP"] = address,
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = 443, ["targetPort"] = port, ["protocol"] = "TCP" }),
        };
        await EnsureAsync("", "services", "default", service).ConfigureAwait(false);

        // Of an earlier server, which may have been killed at any time, and may have had another port.
        foreach (var ns in store.Collection(("", "namespaces")).Head)
        {
            if (!ns.Header.IsDeleting) await ObserveNamespaceAsync(null, ns).ConfigureAwait(false);
        }

        await writer.RewriteAsync(registry.Find("", "v1", "services")!, "default", "kubernetes", obj => PointTo(port, obj)).ConfigureAwait(false);
    }

    private static bool PointTo(int port, JsonObject service)
    {
        if (service["spec"]?["ports"] is not (JsonArray and [JsonObject first, ..]) || first["targetPort"]?.ToString() == port.ToString(CultureInfo.InvariantCulture)) return false;
        first["targetPort"] = port;
        return true;
    }

    /// <summary>Gives a new namespace its default service account and the certificate of the authority.</summary>
    public async Task ObserveNamespaceAsync(StoredObject? old, StoredObject? current)
    {
        if (current is null || old is not null) return;
        await EnsureAsync("", "serviceaccounts", current.Name, Object("v1", "ServiceAccount", "default")).ConfigureAwait(false);
        var bundle = Object("v1", "ConfigMap", "kube-root-ca.crt");
        bundle["metadata"]!["annotations"] = new JsonObject
        {
            ["kubernetes.io/description"] = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.",
        };
        bundle["data"] = new JsonObject { ["ca.crt"] = authorityPem };
        await EnsureAsync("", "configmaps", current.Name, bundle).ConfigureAwait(false);
    }

    private async Task EnsureAsync(string group, string plural, string ns, JsonObject obj)
    {
        if (registry.Find(group, "v1", plural) is not { } resource) return;
        if (ObjectStore.Newest(store.Collection(resource.StorageKey), ns, ObjectMetadata.Name(obj)) is not null) return;
        try
        {
            await writer.CreateAsync(resource, ns, obj, WriteOptions.Internal).ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 409)
        {
            // Somebody made it meanwhile, which is as good.
        }
    }

    private static JsonObject Object(string apiVersion, string kind, string name) => new()
    {
        ["kind"] = kind,
        ["apiVersion"] = apiVersion,
        ["metadata"] = new JsonObject { ["name"] = name },
    };
}

using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Kubernetes.Serialization;
using DpuCluster.Operator;

namespace DpuCluster.Standalone;

/// <summary>Puts into a host cluster what the controllers need: CRDs, the namespace, roles and whom they belong to.</summary>
internal sealed class Installation(KubernetesClient client)
{
    private static readonly ResourceType Crds =
        new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", Namespaced: false);

    private static readonly WriteOptions Apply = new() { FieldManager = "dpucluster-standalone", Force = true };

    /// <summary>The user that a controller is known as to the API server.</summary>
    public static string UserOf(string controller) => $"dpucluster:{controller}";

    /// <summary>Puts it there.</summary>
    /// <param name="systemNamespace">The namespace that DPF lives in.</param>
    /// <param name="roles">Of whom nobody else installs.</param>
    /// <param name="installed">The roles of whom the operator installs.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task InstallAsync(
        string systemNamespace, IEnumerable<ControllerRole> roles, IEnumerable<ControllerRole> installed, CancellationToken cancellation)
    {
        await Task.WhenAll(ApiCrds.All.Concat(ApiCrds.StandIns).Select(crd => DefineAsync(crd.Key, crd.Value, cancellation))).ConfigureAwait(false);

        await client.Resources<Namespace>()
            .ApplyAsync(new() { Metadata = new() { Name = systemNamespace } }, Apply, cancellation).ConfigureAwait(false);
        await ConfigureAsync(cancellation).ConfigureAwait(false);
        await Task.WhenAll([
            .. roles.Select(role => AllowAsync(role, systemNamespace, cancellation)),
            .. installed.Select(role => MakeWayAsync(role, systemNamespace, cancellation)),
        ]).ConfigureAwait(false);
    }

    /// <summary>Asks for everything that there is, unless somebody has asked for something already.</summary>
    private async Task ConfigureAsync(CancellationToken cancellation)
    {
        var config = new DPFOperatorConfig
        {
            Metadata = new() { Namespace = OperatorHost.Config.Namespace, Name = OperatorHost.Config.Name },
            Spec = new() { ProvisioningController = new() { BfbPersistentVolumeClaim = "bfb-pvc" }, StaticClusterManager = new() },
        };
        try
        {
            await client.Resources<DPFOperatorConfig>().CreateAsync(config, new() { FieldManager = Apply.FieldManager }, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsAlreadyExists)
        {
            // From an earlier time, with whatever people have made of it.
        }
    }

    private async Task DefineAsync(string name, string manifest, CancellationToken cancellation)
    {
        await ApplyAsync(Crds, Yaml.ToJson(manifest)!, cancellation).ConfigureAwait(false);
        await EstablishedAsync(name, cancellation).ConfigureAwait(false);
    }

    private async Task AllowAsync(ControllerRole role, string systemNamespace, CancellationToken cancellation)
    {
        var user = ControllerRole.User(UserOf(role.Controller));
        await client.Resources<ClusterRole>().ApplyAsync(role.ClusterRole(), Apply, cancellation).ConfigureAwait(false);
        await client.Resources<ClusterRoleBinding>().ApplyAsync(role.ClusterRoleBinding(user), Apply, cancellation).ConfigureAwait(false);
        if (role.AtHome.Count > 0)
        {
            await client.Resources<Role>().ApplyAsync(role.Role(systemNamespace), Apply, cancellation).ConfigureAwait(false);
            await client.Resources<RoleBinding>().ApplyAsync(role.RoleBinding(systemNamespace, user), Apply, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Removes what an environment of a version that ran without the operator has put into the same data directory: the operator makes these
    /// objects now, and touches none that is not its own.
    /// </summary>
    private async Task MakeWayAsync(ControllerRole role, string systemNamespace, CancellationToken cancellation)
    {
        await RemoveOwnAsync<ClusterRoleBinding>(null, role.Name, cancellation).ConfigureAwait(false);
        await RemoveOwnAsync<ClusterRole>(null, role.Name, cancellation).ConfigureAwait(false);
        await RemoveOwnAsync<RoleBinding>(systemNamespace, role.Name, cancellation).ConfigureAwait(false);
        await RemoveOwnAsync<Role>(systemNamespace, role.Name, cancellation).ConfigureAwait(false);
    }

    private async Task RemoveOwnAsync<T>(string? ns, string name, CancellationToken cancellation)
        where T : class, IKubernetesObject<T>
    {
        if (await client.Resources<T>().FindAsync(ns, name, cancellation).ConfigureAwait(false) is { Metadata: { ManagedFields: { } fields, Uid: var uid } }
            && fields.EnumerateArray().Any(entry => entry.TryGetProperty("manager", out var manager) && manager.ValueEquals(Apply.FieldManager)))
        {
            await client.Resources<T>().DeleteAsync(ns, name, new() { PreconditionUid = uid }, cancellation).ConfigureAwait(false);
        }
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
}

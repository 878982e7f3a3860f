using System.Collections.Concurrent;
using DpuCluster.Api;
using DpuCluster.ClusterManager.Kamaji.Children;
using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.ClusterManager.Kamaji.Observing;

/// <summary>Finds out whether Kamaji has put the admin kubeconfig of a cluster where consumers look for it.</summary>
/// <param name="secrets">Where the Secret is read from.</param>
/// <param name="known">Which Secrets there are, in which versions; nothing of their contents.</param>
internal sealed class AdminKubeconfig(ResourceClient<Secret> secrets, Informer<PartialObjectMetadata> known)
{
    /// <summary>Key in the Secret.</summary>
    public const string Key = "admin.conf";

    /// <summary>What was found in a Secret when it was last looked into, so that it is not read again and again.</summary>
    private readonly ConcurrentDictionary<NamespacedName, (string Version, bool HasKey)> _looked = new();

    /// <summary>
    /// Whether the status says that the kubeconfig was there once. The name in the spec does not say it: that is written beforehand.
    /// </summary>
    public static bool WasSeen(DPUCluster cluster) =>
        cluster.Status?.Phase is ClusterPhase.Ready or ClusterPhase.NotReady
        || cluster.Status?.Conditions.Find(ClusterConditionType.Created)?.IsTrue is true;

    /// <summary>What is missing, for people; <see langword="null"/> where the kubeconfig is there.</summary>
    public async Task<string?> MissingAsync(DPUCluster cluster, TenantControlPlane tenant, CancellationToken cancellation)
    {
        // What becomes of it afterwards is the provisioning controller's to say.
        var name = ChildObjects.AdminKubeconfigName(cluster);
        if (WasSeen(cluster) && cluster.Spec.Kubeconfig == name)
        {
            return null;
        }

        var key = new NamespacedName(cluster.Metadata.Namespace!, name);
        var version = known.Store.Find(key)?.Metadata.ResourceVersion;
        if (version is null && known.HasSynced)
        {
            return $"Kamaji has not written Secret {name} yet";
        }

        if (version is not null && _looked.TryGetValue(key, out var looked) && looked.Version == version)
        {
            return looked.HasKey ? null : WithoutKey(name);
        }

        try
        {
            var secret = await secrets.FindAsync(key.Namespace, key.Name, cancellation).ConfigureAwait(false);
            var hasKey = secret?.Data?.GetValueOrDefault(Key) is { Length: > 0 };
            _looked[key] = (secret?.Metadata.ResourceVersion ?? "", hasKey);
            return hasKey ? null : secret is null ? $"Kamaji has not written Secret {name} yet" : WithoutKey(name);
        }
        catch (KubernetesException exception) when (exception.IsForbidden)
        {
            // The reference implementation's role: Kamaji's own word has to do.
            return tenant.Status?.Kubeconfig?.Admin?.SecretName is { Length: > 0 } ? null : $"Kamaji does not name the Secret {name} in its status yet";
        }
    }

    /// <summary>Whether the Secret is still there and Kamaji's, so that it is about to go with the control plane.</summary>
    public bool IsLeft(DPUCluster cluster) =>
        known.HasSynced
        && known.Store.Find(cluster.Metadata.Namespace!, ChildObjects.AdminKubeconfigName(cluster))?.Metadata.OwnerReferences?
            .Any(owner => owner.Kind == TenantControlPlane.Resource.Kind && owner.Name == cluster.Metadata.Name) is true;

    /// <summary>Forgets a cluster.</summary>
    public void Forget(DPUCluster cluster) => _looked.TryRemove(new(cluster.Metadata.Namespace!, ChildObjects.AdminKubeconfigName(cluster)), out _);

    private static string WithoutKey(string name) => $"Secret {name} does not have the key {Key} yet";
}

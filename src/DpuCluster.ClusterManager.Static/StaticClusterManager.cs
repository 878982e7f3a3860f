using System.Collections.Concurrent;
using DpuCluster.Api;
using DpuCluster.Client;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging;

namespace DpuCluster.ClusterManager.Static;

/// <summary>
/// Adopts control planes that exist already: a cluster is created as soon as the Secret that <c>spec.kubeconfig</c> names holds a
/// kubeconfig that keeps the rules. Creates nothing and deletes nothing.
/// </summary>
/// <param name="secrets">Where Secrets are read from.</param>
/// <param name="versionOf">The version of a Secret that the informer knows; null where it knows none.</param>
/// <param name="isWatched">Whether changes of Secrets lead to calls; where they do not, only time does.</param>
/// <param name="options">What kubeconfigs may say beyond the rules.</param>
/// <param name="logger">Told once when Secrets cannot be read.</param>
internal sealed class StaticClusterManager(
    ResourceClient<Secret> secrets,
    Func<NamespacedName, string?> versionOf,
    Func<bool> isWatched,
    DpuKubeconfigOptions options,
    ILogger logger) : IClusterManager
{
    /// <summary>How often Secrets are looked at again where this process may read but not watch them.</summary>
    public static readonly TimeSpan UnwatchedInterval = TimeSpan.FromMinutes(1);

    /// <summary>What was found in each Secret, by the version that it was found in: never the credentials themselves.</summary>
    private readonly ConcurrentDictionary<NamespacedName, (string Version, ClusterState State)> _judged = new();
    private int _saidForbidden;

    /// <inheritdoc/>
    public string Type => ClusterType.Static;

    /// <inheritdoc/>
    public async Task<ClusterState> ReconcileAsync(DPUCluster cluster, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(cluster.Spec.Kubeconfig))
        {
            return ClusterState.Creating(ClusterReason.EmptyKubeconfig,
                "spec.kubeconfig is empty: set it to the name of the Secret, in this namespace, that holds the admin kubeconfig of the control plane to adopt");
        }

        var key = new NamespacedName(cluster.Metadata.Namespace!, cluster.Spec.Kubeconfig);
        var version = versionOf(key);
        if (version is not null && _judged.TryGetValue(key, out var judged) && judged.Version == version)
        {
            return judged.State;
        }

        try
        {
            var secret = await secrets.FindAsync(key.Namespace, key.Name, cancellation).ConfigureAwait(false);
            var state = Judge(key, secret);
            if (!isWatched())
            {
                return state.After(UnwatchedInterval);
            }

            if (secret?.Metadata.ResourceVersion is { } read)
            {
                _judged[key] = (read, state);
            }

            return state;
        }
        catch (KubernetesException exception) when (exception.IsForbidden)
        {
            if (Interlocked.Exchange(ref _saidForbidden, 1) == 0)
            {
                StaticManagerLog.MayNotReadSecrets(logger, exception.Message);
            }

            return ClusterState.Created(message: $"spec.kubeconfig names Secret {key.Name}");
        }
    }

    /// <inheritdoc/>
    public Task<CleanUp> CleanUpAsync(DPUCluster cluster, CancellationToken cancellation)
    {
        _judged.TryRemove(new(cluster.Metadata.Namespace!, cluster.Spec.Kubeconfig ?? ""), out _);
        return Task.FromResult(CleanUp.Done);
    }

    private ClusterState Judge(NamespacedName key, Secret? secret)
    {
        if (secret is null)
        {
            return ClusterState.Creating(ClusterReason.KubeconfigNotFound,
                $"Secret {key} does not exist: create it with the admin kubeconfig under the key {DpuKubeconfig.SecretKeys[0]}");
        }

        if (!DpuKubeconfig.TryRead(secret, options, out var kubeconfig, out var refusal))
        {
            return ClusterState.Creating(ClusterReason.KubeconfigInvalid, refusal);
        }

        kubeconfig.Dispose();
        return ClusterState.Created(message: $"Secret {key.Name} holds the admin kubeconfig of the adopted control plane");
    }
}

internal static partial class StaticManagerLog
{
    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Secrets may not be read ({Cause}): clusters are judged by spec.kubeconfig alone, as long as that is so")]
    public static partial void MayNotReadSecrets(ILogger logger, string cause);
}

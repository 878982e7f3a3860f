using System.Collections.Concurrent;
using DpuCluster.Api;
using DpuCluster.Client;
using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Provisioning.Assessment;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Provisioning.Health;

/// <summary>
/// The control planes whose health is watched, one monitor each, always with the credentials that the Secret holds now.
/// Calls about one cluster never overlap (the work queue sees to that); calls about different clusters may.
/// </summary>
internal sealed class ControlPlanes : IAsyncDisposable
{
    /// <summary>How often Secrets are read again where this process may not watch them.</summary>
    private static readonly TimeSpan UnwatchedInterval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<NamespacedName, Watched> _watched = new();
    private readonly ResourceClient<Secret> _secrets;
    private readonly Informer<PartialObjectMetadata> _secretVersions;
    private readonly Func<DpuKubeconfig, IControlPlane> _connect;
    private readonly ProvisioningOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Action<NamespacedName> _changed;
    private volatile bool _disposed;

    /// <param name="secrets">Where Secrets are read from.</param>
    /// <param name="secretVersions">Tells that a Secret has another version.</param>
    /// <param name="connect">Makes the connection to a control plane.</param>
    /// <param name="options">How often, how patiently, what is allowed.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Where causes are told.</param>
    /// <param name="changed">Called, on any thread, when the health of a cluster is another.</param>
    public ControlPlanes(
        ResourceClient<Secret> secrets,
        Informer<PartialObjectMetadata> secretVersions,
        Func<DpuKubeconfig, IControlPlane> connect,
        ProvisioningOptions options,
        TimeProvider clock,
        ILogger logger,
        Action<NamespacedName> changed)
    {
        (_secrets, _secretVersions, _connect, _options) = (secrets, secretVersions, connect, options);
        (_clock, _logger, _changed) = (clock, logger, changed);
    }

    /// <summary>When to look at every cluster again because this process may not watch Secrets; null where it may.</summary>
    public TimeSpan? LookAgainIn => SecretsAreWatched ? null : UnwatchedInterval;

    /// <summary>Every cluster whose client certificate is known, with the time at which that ends; for the metrics.</summary>
    public IEnumerable<(NamespacedName Cluster, DateTimeOffset Expiry)> CertificateExpiries =>
        _watched.Where(entry => entry.Value.Kubeconfig is KubeconfigObservation.Accepted { CertificateExpiry: not null })
            .Select(entry => (entry.Key, ((KubeconfigObservation.Accepted)entry.Value.Kubeconfig).CertificateExpiry!.Value));

    private bool SecretsAreWatched => !_secretVersions.Health.Unavailable;

    /// <summary>Sees to it that the cluster's health is watched with today's credentials, and tells what is known.</summary>
    public async Task<ClusterObservation> ObserveAsync(DPUCluster cluster, CancellationToken cancellation)
    {
        var key = cluster.Key;
        if (string.IsNullOrEmpty(cluster.Spec.Kubeconfig))
        {
            await ForgetAsync(key).ConfigureAwait(false);
            return new(new KubeconfigObservation.NotNamed(), HealthReport.None);
        }

        var secretKey = new NamespacedName(key.Namespace, cluster.Spec.Kubeconfig);
        if (!_watched.TryGetValue(key, out var watched) || IsOutdated(watched, secretKey))
        {
            watched = await OpenAsync(cluster, secretKey, watched, cancellation).ConfigureAwait(false);
            _watched[key] = watched;
            if (_disposed)
            {
                // The lease is gone meanwhile, or the process about to go: whoever was opened last must not stay.
                await ForgetAsync(key).ConfigureAwait(false);
            }
        }

        return new(watched.Kubeconfig, watched.Monitor?.Report ?? HealthReport.None);
    }

    /// <summary>Stops watching a cluster and forgets its credentials.</summary>
    public async ValueTask ForgetAsync(NamespacedName cluster)
    {
        if (_watched.TryRemove(cluster, out var watched) && watched.Monitor is { } monitor)
        {
            await monitor.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        foreach (var cluster in _watched.Keys)
        {
            await ForgetAsync(cluster).ConfigureAwait(false);
        }
    }

    private bool IsOutdated(Watched watched, NamespacedName secret) =>
        SecretsAreWatched
            ? watched.Secret != secret || _secretVersions.Store.Find(secret)?.Metadata.ResourceVersion is var version && version != watched.SeenVersion
            : watched.Secret != secret || _clock.GetElapsedTime(watched.ReadAt) >= UnwatchedInterval;

    /// <summary>Reads the Secret past the informer, which may lag behind: what is written about it must be true.</summary>
    private async Task<Watched> OpenAsync(DPUCluster cluster, NamespacedName secretKey, Watched? before, CancellationToken cancellation)
    {
        var seenVersion = _secretVersions.Store.Find(secretKey)?.Metadata.ResourceVersion;
        var readAt = _clock.GetTimestamp();
        var secret = await _secrets.FindAsync(secretKey.Namespace, secretKey.Name, cancellation).ConfigureAwait(false);
        if (secret is null)
        {
            return await RefuseAsync(new(ClusterReason.KubeconfigNotFound,
                $"Secret {secretKey} does not exist: create it with the admin kubeconfig under the key {DpuKubeconfig.SecretKeys[0]}"))
                .ConfigureAwait(false);
        }

        // A Secret that was relabelled, or written again as it was, is no rotation: the connection stays.
        var fingerprint = SecretFingerprint.Of(secret);
        if (before?.Monitor is not null && before.Secret == secretKey && before.Fingerprint == fingerprint)
        {
            return before with { SeenVersion = seenVersion, ReadAt = readAt };
        }

        if (!DpuKubeconfig.TryRead(secret, _options.Kubeconfig, out var kubeconfig, out var refusal))
        {
            return await RefuseAsync(new(ClusterReason.KubeconfigInvalid, refusal)).ConfigureAwait(false);
        }

        if (before?.Monitor is { } outdated)
        {
            // First the end of the old credentials, then the beginning of the new ones.
            await outdated.DisposeAsync().ConfigureAwait(false);
            ProvisioningLog.Rotated(_logger, cluster.Key, secretKey);
        }

        var key = cluster.Key;
        var monitor = new HealthMonitor(
            key.ToString(), _connect(kubeconfig), before?.Monitor?.Report ?? HealthReport.None, FirstCheckIn(cluster, before),
            _options.Health, _clock, _logger, _ => _changed(key));
        return new(secretKey, seenVersion, readAt, fingerprint, new KubeconfigObservation.Accepted(kubeconfig.ClientCertificateNotAfter), monitor);

        async Task<Watched> RefuseAsync(KubeconfigObservation.Refused refused)
        {
            if (before?.Monitor is { } refusedNow)
            {
                await refusedNow.DisposeAsync().ConfigureAwait(false);
            }

            return new(secretKey, seenVersion, readAt, "", refused, null);
        }
    }

    /// <summary>
    /// At once, but for clusters that were Ready when this process started: a thousand TLS handshakes in one instant would make
    /// healthy control planes look slow.
    /// </summary>
    private TimeSpan FirstCheckIn(DPUCluster cluster, Watched? before) =>
        before is null && cluster.Status?.Phase == ClusterPhase.Ready ? _options.Health.Interval * Random.Shared.NextDouble() / 2 : TimeSpan.Zero;

    private sealed record Watched(
        NamespacedName Secret, string? SeenVersion, long ReadAt, string Fingerprint, KubeconfigObservation Kubeconfig, HealthMonitor? Monitor);
}

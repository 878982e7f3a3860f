using System.Security.Cryptography;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Client;

/// <summary>
/// The client of one DPU cluster whose credentials change over time. Whoever watches the Secret passes on each of its
/// states with <see cref="Update"/>: from then on every call uses the new credentials, and calls that are under way finish
/// with those that they began with. Safe for use by many threads.
/// </summary>
/// <remarks>
/// A Secret that is refused, or gone, takes the old credentials along: they may be the ones that somebody wanted out of use.
/// </remarks>
public sealed class RotatingClient : IDisposable
{
    private readonly Lock _lock = new();
    private readonly DpuKubeconfigOptions _rules;
    private readonly KubernetesClientOptions _clientOptions;
    private ClientGeneration? _current;
    private string? _fingerprint;
    private string? _refusal = "no kubeconfig has been read yet";
    private bool _disposed;

    /// <summary>Makes a client that has no credentials yet.</summary>
    /// <param name="options">What kubeconfigs may do, and how clients behave.</param>
    public RotatingClient(DpuClusterOptions? options = null)
    {
        options ??= new();
        _rules = options.Kubeconfig;
        _clientOptions = options.Client;
    }

    /// <summary>Why there is no client now, as a sentence; <see langword="null"/> where there is one.</summary>
    public string? Refusal
    {
        get
        {
            lock (_lock)
            {
                return _refusal;
            }
        }
    }

    /// <summary>Takes over the Secret's present state.</summary>
    /// <param name="secret">The Secret. States must come in their order.</param>
    /// <returns>
    /// Whether that changed anything: other credentials, or <see cref="Refusal"/> is another. A Secret of which only labels
    /// or unused keys changed keeps the client, with its connections.
    /// </returns>
    public bool Update(Secret secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        ClientGeneration? replaced;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var fingerprint = Fingerprint(secret);
            if (fingerprint is not null && fingerprint == _fingerprint)
            {
                return false;
            }

            if (!DpuKubeconfig.TryRead(secret, _rules, out var kubeconfig, out var refusal) && _current is null && refusal == _refusal)
            {
                return false;
            }

            replaced = _current;
            _current = kubeconfig is null ? null : new(kubeconfig, _clientOptions);
            _refusal = refusal;
            _fingerprint = fingerprint;
        }

        replaced?.Retire();
        return true;
    }

    /// <summary>Drops the credentials: the Secret is gone, or the cluster is.</summary>
    /// <param name="why">What <see cref="Rent"/> says from now on: a sentence, with the remedy.</param>
    public void Forget(string why)
    {
        ArgumentException.ThrowIfNullOrEmpty(why);
        ClientGeneration? replaced;
        lock (_lock)
        {
            replaced = _current;
            _current = null;
            _fingerprint = null;
            _refusal = why;
        }

        replaced?.Retire();
    }

    /// <summary>The client with today's credentials, for as long as the lease is not disposed. Keep it short, or heed <see cref="ClientLease.Replaced"/>.</summary>
    /// <exception cref="DpuKubeconfigException">There are no credentials; the message is <see cref="Refusal"/>.</exception>
    public ClientLease Rent()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _current is { } current ? current.Rent() : throw new DpuKubeconfigException(_refusal!);
        }
    }

    /// <summary>Makes one call with today's credentials.</summary>
    /// <param name="call">The call; it must not keep the client.</param>
    /// <param name="cancellation">Passed on to the call.</param>
    /// <exception cref="DpuKubeconfigException">There are no credentials; the message is <see cref="Refusal"/>.</exception>
    public async Task<T> UseAsync<T>(Func<KubernetesClient, CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        using var lease = Rent();
        return await call(lease.Client, cancellation).ConfigureAwait(false);
    }

    /// <summary>Gives up the credentials; connections close when the calls that are under way are done.</summary>
    public void Dispose()
    {
        ClientGeneration? last;
        lock (_lock)
        {
            _disposed = true;
            last = _current;
            _current = null;
        }

        last?.Retire();
    }

    /// <summary>What tells one content from another without keeping it; null where there is none to tell.</summary>
    private static string? Fingerprint(Secret secret)
    {
        try
        {
            var (key, content) = SecretContent.Find(secret);
            return $"{secret.Key} {key} {Convert.ToHexString(SHA256.HashData(content))}";
        }
        catch (DpuKubeconfigException)
        {
            return null;
        }
    }
}

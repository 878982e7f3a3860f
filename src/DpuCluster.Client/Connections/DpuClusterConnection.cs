using System.Net;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Client;

/// <summary>
/// An open DPU cluster. It follows the Secret with the kubeconfig: when that is rotated, calls use the new credentials from
/// then on, without a restart and never again the old ones. Safe for use by many threads.
/// </summary>
/// <remarks>
/// In the host cluster this needs to <c>get</c> the Secret; with <c>list</c> and <c>watch</c> of it a rotation is noticed at
/// once, otherwise every <see cref="DpuClusterOptions.RereadInterval"/> and whenever the DPU cluster refuses the credentials.
/// </remarks>
public sealed class DpuClusterConnection : IAsyncDisposable
{
    private readonly RotatingClient _client;
    private readonly SecretFollower _follower;

    private DpuClusterConnection(RotatingClient client, SecretFollower follower)
    {
        _client = client;
        _follower = follower;
    }

    /// <summary>Why the DPU cluster cannot be used now, as a sentence; <see langword="null"/> where it can.</summary>
    public string? Refusal => _client.Refusal;

    /// <summary>Opens a DPU cluster.</summary>
    /// <param name="host">Client of the host cluster; it must outlive the connection.</param>
    /// <param name="cluster">The DPU cluster, with <c>spec.kubeconfig</c> set.</param>
    /// <param name="options">How; the defaults where it is absent.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DpuKubeconfigException">There is no kubeconfig yet, or it is refused; the message says what to do.</exception>
    /// <exception cref="KubernetesException">The host cluster refuses to show the Secret.</exception>
    public static async Task<DpuClusterConnection> OpenAsync(
        KubernetesClient host, DPUCluster cluster, DpuClusterOptions? options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(cluster);
        if (string.IsNullOrEmpty(cluster.Spec.Kubeconfig))
        {
            throw new DpuKubeconfigException($"DPUCluster {cluster.Key} names no Secret in spec.kubeconfig yet: wait until it is Ready");
        }

        options ??= new();
        var client = new RotatingClient(options);
        var follower = new SecretFollower(host, new(cluster.Key.Namespace, cluster.Spec.Kubeconfig), client, options);
        try
        {
            await follower.RereadAsync(cancellation).ConfigureAwait(false);
            if (client.Refusal is { } refusal)
            {
                throw new DpuKubeconfigException(refusal);
            }
        }
        catch
        {
            client.Dispose();
            await follower.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        follower.Start();
        return new(client, follower);
    }

    /// <summary>Makes one call. Where the DPU cluster refuses the credentials and the Secret has newer ones, the call is made again with those.</summary>
    /// <param name="call">The call; it must not keep the client.</param>
    /// <param name="cancellation">Passed on to the call.</param>
    /// <exception cref="DpuKubeconfigException">There are no credentials that could be used; the message is <see cref="Refusal"/>.</exception>
    public async Task<T> UseAsync<T>(Func<KubernetesClient, CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        using (var lease = Rent())
        {
            try
            {
                return await call(lease.Client, cancellation).ConfigureAwait(false);
            }
            catch (KubernetesException exception) when (exception.Code == HttpStatusCode.Unauthorized)
            {
                await _follower.RereadAsync(cancellation).ConfigureAwait(false);
                if (!lease.Replaced.IsCancellationRequested)
                {
                    throw;
                }
            }
        }

        return await _client.UseAsync(call, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc cref="RotatingClient.Rent"/>
    public ClientLease Rent() => _client.Rent();

    /// <summary>Stops following; connections close when the calls that are under way are done.</summary>
    public async ValueTask DisposeAsync()
    {
        await _follower.DisposeAsync().ConfigureAwait(false);
        _client.Dispose();
    }
}

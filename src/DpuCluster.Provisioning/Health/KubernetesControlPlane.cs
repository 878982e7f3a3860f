using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Provisioning.Health;

/// <summary>A control plane that is reached through its admin kubeconfig.</summary>
/// <param name="client">Client of the control plane, disposed with this.</param>
/// <param name="kubeconfig">Where the client's credentials are from, disposed with this.</param>
/// <param name="watchFor">How long a watch lasts that nothing ends before.</param>
internal sealed class KubernetesControlPlane(KubernetesClient client, IDisposable kubeconfig, TimeSpan watchFor) : IControlPlane
{
    // Whatever a control plane says must fit into a status that the host cluster accepts: else it could keep us from writing that it is ill.
    private const int MaxCheck = 256;
    private const int MaxVersion = 64;

    // Whoever reads what is wrong wants to know where, and the kubeconfig is in a Secret.
    private readonly string _name = $"the control plane at {ForeignText.Printable(client.Configuration.Server.Authority, MaxCheck)}";

    /// <inheritdoc/>
    public async Task<string?> CheckAsync(CancellationToken cancellation)
    {
        try
        {
            var ready = await client.GetRawAsync("/readyz", cancellation).ConfigureAwait(false);
            if (ready.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
            {
                var version = await client.GetRawAsync("/version", cancellation).ConfigureAwait(false);
                return version.Code == HttpStatusCode.OK ? null : Cause("/version", version);
            }

            return ready.Code == HttpStatusCode.OK ? null : Cause("/readyz", ready);
        }
        catch (Exception exception) when (IsAboutTheConnection(exception))
        {
            return Cause(exception);
        }
    }

    /// <inheritdoc/>
    public async Task<Inventory> TakeInventoryAsync(CancellationToken cancellation)
    {
        var version = OrNullAsync(async () =>
            (await client.GetVersionAsync(cancellation).ConfigureAwait(false)).GitVersion is { } text ? ForeignText.Printable(text, MaxVersion) : null);
        var nodes = OrNullAsync<int?>(async () =>
        {
            var page = await client.Metadata(Node.Resource).ListAsync(null, new() { Limit = 1 }, cancellation).ConfigureAwait(false);
            var count = page.Items.Count + (page.RemainingItemCount ?? 0);
            return count is >= 0 and <= int.MaxValue ? (int)count : null;
        });
        return new(await version.ConfigureAwait(false), await nodes.ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task WatchAsync(CancellationToken cancellation)
    {
        // One object that every cluster has and that hardly ever changes: the watch is there for its end, not for its events.
        var options = new WatchOptions { FieldSelector = "metadata.name=kube-system", Timeout = watchFor };
        try
        {
            await foreach (var _ in client.Metadata(Namespace.Resource).WatchAsync(null, options, cancellation).ConfigureAwait(false))
            {
            }
        }
        catch (Exception exception) when (IsAboutTheConnection(exception) || exception is KubernetesException)
        {
            // However the watch ended, the check that follows finds out what it means.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        client.Dispose();
        kubeconfig.Dispose();
    }

    /// <summary>What cannot be learned stays unknown: it is the health check that judges the control plane, not its inventory.</summary>
    private static async Task<T?> OrNullAsync<T>(Func<Task<T?>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsAboutTheConnection(exception) || exception is KubernetesException)
        {
            return default;
        }
    }

    private static bool IsAboutTheConnection(Exception exception) =>
        exception is HttpRequestException or IOException or SocketException or AuthenticationException or TimeoutException;

    private string Cause(string path, RawAnswer answer) => answer.Code switch
    {
        HttpStatusCode.Unauthorized => $"{_name} refuses the credentials of the kubeconfig (401): put a new kubeconfig into the Secret",
        HttpStatusCode.Forbidden => "the kubeconfig's user may ask for neither /readyz nor /version (403): give it an admin's rights",
        _ when FirstFailedCheck(answer.Start) is { } check => $"{path} answered {(int)answer.Code}: {check}",
        _ => $"{path} answered {(int)answer.Code}",
    };

    /// <summary>The first line of kube-apiserver's list of checks that does not say ok: <c>[-]etcd failed: …</c>.</summary>
    private static string? FirstFailedCheck(string body) =>
        body.Split('\n').FirstOrDefault(line => line.StartsWith("[-]", StringComparison.Ordinal)) is { } line ? ForeignText.Printable(line.AsSpan(3), MaxCheck) : null;

    /// <summary>The kind of failure, without our own port, times and counts: the same cause must give the same words.</summary>
    private string Cause(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return $"connection refused by {_name}: start it, or put a kubeconfig with its present address into the Secret";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return $"the host name of {_name} cannot be resolved: correct it in the kubeconfig, or the name service of the controller's pod";
                case SocketException { SocketErrorCode: SocketError.HostUnreachable or SocketError.NetworkUnreachable }:
                    return $"there is no route to {_name}";
                case SocketException { SocketErrorCode: SocketError.TimedOut } or TimeoutException:
                    return $"the connection to {_name} timed out";
                case SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted }:
                    return $"{_name} broke the connection";
                case AuthenticationException authentication:
                    return $"the TLS connection to {_name} failed: {ForeignText.Printable(authentication.Message, MaxCheck)}";
                default:
                    break;
            }
        }

        return exception is IOException or HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
            ? $"{_name} broke the connection"
            : $"{_name} cannot be reached: {ForeignText.Printable(exception.Message, MaxCheck)}";
    }
}

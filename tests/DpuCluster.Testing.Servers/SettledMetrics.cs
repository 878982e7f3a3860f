using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Testing.Servers;

/// <summary>
/// The embedded API server's metrics at a moment when it has nothing to write: every write that was answered before is counted in them. (A request
/// is counted a moment after it has been answered.)
/// </summary>
public static class SettledMetrics
{
    private const string NothingToWrite = "apiserver_current_inflight_requests{request_kind=\"mutating\"} 0\n";

    // The histograms alone are 200 KiB where there are some kinds and verbs.
    private const int Limit = 64 * 1024 * 1024;

    /// <summary>Reads metrics as they are at any moment.</summary>
    public static Task<RawAnswer> NowAsync(KubernetesClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.GetRawAsync("/metrics", Limit, default);
    }

    /// <summary>Reads them.</summary>
    /// <param name="client">A client that may.</param>
    public static async Task<string> OfAsync(KubernetesClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        var answer = await Eventually.Get(
            () => NowAsync(client), metrics => metrics.Body.Contains(NothingToWrite, StringComparison.Ordinal), "no write is under way");
        return answer.Body;
    }
}

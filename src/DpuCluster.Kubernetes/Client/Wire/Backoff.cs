using System.Net;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Kubernetes.Client;

/// <summary>Whether and when a failed request is sent again.</summary>
internal static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The wait before the next try; <see langword="null"/> where there must not be one. 429 means that the server did
    /// nothing, so that any request can be repeated. 503 may come from a proxy after the server has acted: only what is idempotent
    /// is repeated, and only where the answer asks for it.
    /// </summary>
    public static TimeSpan? Delay(ApiRequest request, KubernetesException failure, int retries, TimeSpan longest)
    {
        var asked = failure.RetryAfter;
        var again = failure.Code switch
        {
            HttpStatusCode.TooManyRequests => true,
            HttpStatusCode.ServiceUnavailable => request.Idempotent && failure.Status.Details?.RetryAfterSeconds is not null,
            _ => false,
        };
        if (!again || asked > longest)
        {
            return null;
        }

        var wait = asked ?? First * Math.Pow(2, Math.Min(retries, 10));
#pragma warning disable CA5394 // Jitter spreads clients over time; it need not be unpredictable.
        wait *= 1 + (Random.Shared.NextDouble() * 0.25);
#pragma warning restore CA5394
        return wait < longest ? wait : longest;
    }
}

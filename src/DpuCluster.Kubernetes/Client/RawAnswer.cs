using System.Net;

namespace DpuCluster.Kubernetes.Client;

/// <summary>An answer as it came.</summary>
/// <param name="Code">HTTP status code.</param>
/// <param name="Body">The body as text; of a long one the first 64 KiB.</param>
public sealed record RawAnswer(HttpStatusCode Code, string Body)
{
    /// <summary>Whether the code says success.</summary>
    public bool IsSuccess => (int)Code is >= 200 and < 300;
}

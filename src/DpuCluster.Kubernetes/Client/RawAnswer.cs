using System.Net;

namespace DpuCluster.Kubernetes.Client;

/// <summary>An answer as it came.</summary>
/// <param name="Code">HTTP status code.</param>
/// <param name="Start">The body as text, as far as it was read: enough to show it to people.</param>
/// <param name="IsCut">Whether the body is longer than that.</param>
public sealed record RawAnswer(HttpStatusCode Code, string Start, bool IsCut = false)
{
    /// <summary>Whether the code says success.</summary>
    public bool IsSuccess => (int)Code is >= 200 and < 300;

    /// <summary>The body as text, all of it: for those who read it rather than show it.</summary>
    /// <exception cref="IOException">It is longer than what was read.</exception>
    public string Body => IsCut
        ? throw new IOException($"the answer ({(int)Code}) is longer than the {Start.Length} characters that were read of it; ask for less, or give a higher limit")
        : Start;
}

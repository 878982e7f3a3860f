namespace DpuCluster.Faults;

/// <summary>A request that has reached the proxy.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path, without the query.</param>
/// <param name="Query">Query, with its question mark; empty for none.</param>
/// <param name="Protocol">Such as <c>HTTP/2</c>.</param>
public sealed record ProxiedRequest(string Method, string Path, string Query, string Protocol)
{
    public bool IsWatch { get; } = Query.Contains("watch=true", StringComparison.Ordinal);

    public bool IsRead => Method is "GET" or "HEAD";
}

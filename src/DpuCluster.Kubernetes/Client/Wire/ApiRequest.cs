namespace DpuCluster.Kubernetes.Client;

/// <summary>One request, in a form that can be sent more than once.</summary>
internal sealed record ApiRequest(string Verb, HttpMethod Method, string PathAndQuery)
{
    public ReadOnlyMemory<byte> Body { get; init; }

    public string? ContentType { get; init; }

    public string Accept { get; init; } = MediaTypes.Json;

    /// <summary>Path without the query: how errors name the request.</summary>
    public string Path => PathAndQuery.Split('?', 2)[0];

    /// <summary>Whether sending it twice does what sending it once does.</summary>
    public bool Idempotent { get; init; }

    /// <summary>Whether the answer is read after the request is over: by whom it is also disposed of.</summary>
    public bool Streams { get; init; }

    /// <summary>Throws where the request may not be sent (any more): asked before each try, and again when there is a connection to send it on.</summary>
    public Action? Guard { get; init; }

    /// <summary>Whether every code is an answer, and none an error.</summary>
    public bool AnyCode { get; init; }
}

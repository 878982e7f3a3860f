namespace DpuCluster.Faults;

/// <summary>What becomes of one request.</summary>
public abstract record Fault;

/// <summary>The proxy answers in the server's place; the server never hears of the request.</summary>
public sealed record AnswerFault(int Code, string Body) : Fault
{
    public string ContentType { get; init; } = "application/json";

    /// <summary>Value of the header <c>Retry-After</c>, in seconds.</summary>
    public int? RetryAfter { get; init; }
}

/// <summary>The request reaches the server later, unless its sender gives up before.</summary>
public sealed record DelayFault(TimeSpan Delay) : Fault;

/// <summary>The request never reaches the server, and no answer comes; the connection itself lives.</summary>
public sealed record StallFault : Fault;

/// <summary>The server acts, and its answer is damaged on the way back.</summary>
public sealed record StreamFault : Fault
{
    /// <summary>How many bytes of the answer's body get through; <see langword="null"/> for all.</summary>
    public long? EndAfter { get; init; }

    public StreamEnd End { get; init; }

    /// <summary>Of a watch: each so-manieth event comes again, and the one before it too; 0 for none.</summary>
    public int RepeatEvery { get; init; }

    public BookmarkFault Bookmarks { get; init; }

    /// <summary>Of a watch: after so many lines comes <see cref="Error"/>, and nothing any more.</summary>
    public int? ErrorAfter { get; init; }

    /// <summary>The <c>Status</c> of the <c>ERROR</c> event.</summary>
    public string Error { get; init; } = KubernetesFaults.Expired.Body;
}

/// <summary>What happens where a damaged answer ends.</summary>
public enum StreamEnd
{
    /// <summary>The connection breaks (HTTP/2: the stream is reset).</summary>
    Cut,

    /// <summary>The answer ends as if that were all of it.</summary>
    Truncated,

    /// <summary>Nothing comes any more.</summary>
    Stalled,
}

/// <summary>What becomes of bookmarks. The one that ends a streaming list is left alone.</summary>
public enum BookmarkFault
{
    None,
    Missing,
    Repeated,
}

/// <summary>What becomes of one connection, below HTTP and TLS.</summary>
public sealed record ConnectionFault
{
    /// <summary>How many bytes the client gets before the connection breaks, those of the TLS handshake included.</summary>
    public long? CutAfter { get; init; }
}

/// <summary>In which direction bytes vanish on a connection whose ends both believe in it.</summary>
public enum HalfOpen
{
    /// <summary>What the client sends gets nowhere.</summary>
    FromClient,

    /// <summary>What the server sends gets nowhere.</summary>
    ToClient,
}

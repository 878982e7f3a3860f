using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Faults;

/// <summary>Answers that API servers, and what stands in front of them, give when something is wrong.</summary>
public static class KubernetesFaults
{
    public static AnswerFault Unauthorized { get; } = Status(401, StatusReason.Unauthorized, "Unauthorized");

    public static AnswerFault Forbidden { get; } = Status(403, StatusReason.Forbidden, "forbidden for now");

    public static AnswerFault NotFound { get; } = Status(404, StatusReason.NotFound, "the server could not find the requested resource");

    public static AnswerFault Conflict { get; } = Status(409, StatusReason.Conflict, "the object has been modified");

    /// <summary>410: the history that a watch or a page of a list needs is compacted away.</summary>
    public static AnswerFault Expired { get; } = Status(410, StatusReason.Expired, "too old resource version: 1 (2)");

    public static AnswerFault InternalError { get; } = Status(500, StatusReason.InternalError, "etcdserver: leader changed");

    public static AnswerFault Unavailable { get; } = Status(503, StatusReason.ServiceUnavailable, "the server is shutting down");

    /// <summary>504 as a server answers that does not have a version yet which the client has seen.</summary>
    public static AnswerFault TooLarge { get; } = Status(504, StatusReason.Timeout, "Timeout: Too large resource version: 9, current: 8", new JsonObject
    {
        ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
        ["retryAfterSeconds"] = 1,
    });

    /// <summary>200 with the page of a load balancer.</summary>
    public static AnswerFault WrongContentType { get; } = new(200, "<html><body>It works!</body></html>\n") { ContentType = "text/html" };

    /// <summary>429.</summary>
    /// <param name="retryAfter">Seconds that it asks to wait; <see langword="null"/> where it does not say.</param>
    public static AnswerFault TooManyRequests(int? retryAfter = null) =>
        Status(429, StatusReason.TooManyRequests, "too many requests") with { RetryAfter = retryAfter };

    private static AnswerFault Status(int code, string reason, string message, JsonObject? details = null) => new(code, new JsonObject
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = message,
        ["reason"] = reason,
        ["details"] = details ?? [],
        ["code"] = code,
    }.ToJsonString());
}

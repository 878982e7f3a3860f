using System.Text.Json;
using System.Text.Json.Serialization;

namespace DpuCluster.Kubernetes.Meta;

/// <summary>Kubernetes' <c>metav1.Status</c>: how a server says that something failed, or that a deletion was done.</summary>
public sealed record Status
{
    /// <summary><c>v1</c>.</summary>
    public string? ApiVersion { get; init; }

    /// <summary><c>Status</c>.</summary>
    public string? Kind { get; init; }

    /// <summary><c>Success</c> or <c>Failure</c>.</summary>
    [JsonPropertyName("status")]
    public string? Outcome { get; init; }

    /// <summary>What happened, for people.</summary>
    public string? Message { get; init; }

    /// <summary>What happened, for programs: one of <see cref="StatusReason"/> or a newer one.</summary>
    public string? Reason { get; init; }

    /// <summary>What it happened to, and the causes one by one.</summary>
    public StatusDetails? Details { get; init; }

    /// <summary>HTTP status code.</summary>
    public int? Code { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>What a <see cref="Status"/> is about.</summary>
public sealed record StatusDetails
{
    /// <summary>Name of the object.</summary>
    public string? Name { get; init; }

    /// <summary>API group.</summary>
    public string? Group { get; init; }

    /// <summary>Kind or, in many answers, the plural resource.</summary>
    public string? Kind { get; init; }

    /// <summary>Identity of the object.</summary>
    public string? Uid { get; init; }

    /// <summary>Each single thing that was wrong.</summary>
    public IReadOnlyList<StatusCause>? Causes { get; init; }

    /// <summary>How long a client should wait before it tries again, in seconds.</summary>
    public int? RetryAfterSeconds { get; init; }
}

/// <summary>One thing that was wrong.</summary>
public sealed record StatusCause
{
    /// <summary>For programs, such as <c>FieldValueInvalid</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>For people.</summary>
    public string? Message { get; init; }

    /// <summary>Path of the field, such as <c>spec.containers[0].name</c>.</summary>
    public string? Field { get; init; }
}

/// <summary>The reasons of <see cref="Status.Reason"/> that this project reads or gives.</summary>
public static class StatusReason
{
#pragma warning disable CS1591 // Each constant is its own documentation: the words are Kubernetes'.
    public const string Unauthorized = "Unauthorized";
    public const string Forbidden = "Forbidden";
    public const string NotFound = "NotFound";
    public const string AlreadyExists = "AlreadyExists";
    public const string Conflict = "Conflict";
    public const string Gone = "Gone";
    public const string Expired = "Expired";
    public const string Invalid = "Invalid";
    public const string BadRequest = "BadRequest";
    public const string MethodNotAllowed = "MethodNotAllowed";
    public const string NotAcceptable = "NotAcceptable";
    public const string UnsupportedMediaType = "UnsupportedMediaType";
    public const string RequestEntityTooLarge = "RequestEntityTooLarge";
    public const string TooManyRequests = "TooManyRequests";
    public const string ServerTimeout = "ServerTimeout";
    public const string Timeout = "Timeout";
    public const string InternalError = "InternalError";
    public const string ServiceUnavailable = "ServiceUnavailable";
#pragma warning restore CS1591
}

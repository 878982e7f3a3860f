using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Client;

/// <summary>Makes exceptions of answers that are no success.</summary>
internal static class ServerErrors
{
    private const int MaxBody = 1024 * 1024;
    private const int MaxText = 512;

    public static async Task<KubernetesException> ReadAsync(
        ApiRequest request, HttpResponseMessage response, DateTimeOffset now, CancellationToken cancellation)
    {
        using var body = await PooledBody.ReadAsync(response.Content, MaxBody, cancellation).ConfigureAwait(false);
        var status = Parse(body.Span) ?? MakeUp(request, response.StatusCode, body.Span);
        status = status with { Code = status.Code is null or < 300 ? (int)response.StatusCode : status.Code };
        if (status.Details?.RetryAfterSeconds is null && RetryAfter(response, now) is { } wait)
        {
            status = status with { Details = (status.Details ?? new()) with { RetryAfterSeconds = (int)Math.Ceiling(wait.TotalSeconds) } };
        }

        return new KubernetesException(status);
    }

    /// <summary>A <c>Status</c>; <see langword="null"/> where the bytes are none.</summary>
    public static Status? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var status = JsonSerializer.Deserialize(json, KubernetesJsonContext.Default.Status);
            return status is { Kind: "Status", Outcome: not "Success" } ? status : null;
        }
        catch (JsonException)
        {
            // Proxies and load balancers answer with pages of their own; the caller makes a status of the code then.
            return null;
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > now ? date - now : TimeSpan.Zero,
        _ => null,
    };

    private static Status MakeUp(ApiRequest request, HttpStatusCode code, ReadOnlySpan<byte> body)
    {
        var text = ForeignText.Printable(Encoding.UTF8.GetString(body[..Math.Min(body.Length, 4 * MaxText)]), MaxText);
        var number = ((int)code).ToString(CultureInfo.InvariantCulture);
        var message = $"{request.Method} {request.Path}: the server answered {number} {code}";
        return new Status
        {
            ApiVersion = "v1",
            Kind = "Status",
            Outcome = "Failure",
            Code = (int)code,
            Reason = Reason(code),
            Message = text.Length == 0 ? message : $"{message}: {text}",
        };
    }

    private static string? Reason(HttpStatusCode code) => code switch
    {
        HttpStatusCode.BadRequest => StatusReason.BadRequest,
        HttpStatusCode.Unauthorized => StatusReason.Unauthorized,
        HttpStatusCode.Forbidden => StatusReason.Forbidden,
        HttpStatusCode.NotFound => StatusReason.NotFound,
        HttpStatusCode.MethodNotAllowed => StatusReason.MethodNotAllowed,
        HttpStatusCode.NotAcceptable => StatusReason.NotAcceptable,
        HttpStatusCode.Conflict => StatusReason.Conflict,
        HttpStatusCode.Gone => StatusReason.Gone,
        HttpStatusCode.RequestEntityTooLarge => StatusReason.RequestEntityTooLarge,
        HttpStatusCode.UnsupportedMediaType => StatusReason.UnsupportedMediaType,
        HttpStatusCode.UnprocessableEntity => StatusReason.Invalid,
        HttpStatusCode.TooManyRequests => StatusReason.TooManyRequests,
        HttpStatusCode.InternalServerError => StatusReason.InternalError,
        HttpStatusCode.ServiceUnavailable => StatusReason.ServiceUnavailable,
        HttpStatusCode.GatewayTimeout => StatusReason.Timeout,
        _ => null,
    };
}

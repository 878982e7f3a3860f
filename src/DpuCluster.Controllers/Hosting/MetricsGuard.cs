using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Kubernetes.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace DpuCluster.Controllers.Hosting;

/// <summary>
/// Lets only those read the metrics whom the API server knows by their bearer token (TokenReview) and allows <c>get</c> on
/// <c>/metrics</c> (SubjectAccessReview). Answers are remembered for a minute.
/// </summary>
internal sealed class MetricsGuard(KubernetesClient client, TimeProvider clock)
{
    private static readonly ResourceType TokenReviews = new("authentication.k8s.io", "v1", "TokenReview", "tokenreviews", Namespaced: false);
    private static readonly ResourceType AccessReviews = new("authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", Namespaced: false);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);
    private const int MaxRemembered = 256;

    private readonly ConcurrentDictionary<string, (int Verdict, long At)> _verdicts = [];

    /// <returns>HTTP status code: 200, 401, 403, or 500 where the API server could not be asked.</returns>
    public async Task<int> JudgeAsync(StringValues authorization, CancellationToken cancellation)
    {
        const string scheme = "Bearer ";
        if (authorization.ToString() is not { } header || !header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            return StatusCodes.Status401Unauthorized;
        }

        // The token itself is not kept.
        var token = header[scheme.Length..].Trim();
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (_verdicts.TryGetValue(key, out var known) && clock.GetElapsedTime(known.At) < Memory)
        {
            return known.Verdict;
        }

        try
        {
            var verdict = await AskAsync(token, cancellation).ConfigureAwait(false);
            if (_verdicts.Count >= MaxRemembered)
            {
                _verdicts.Clear();
            }

            _verdicts[key] = (verdict, clock.GetTimestamp());
            return verdict;
        }
        catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException or TimeoutException)
        {
            // Who cannot be judged is not let in. The reason is in the client's own log and metrics.
            return StatusCodes.Status500InternalServerError;
        }
    }

    private async Task<int> AskAsync(string token, CancellationToken cancellation)
    {
        var review = await ReviewAsync(TokenReviews, new JsonObject { ["token"] = token }, cancellation).ConfigureAwait(false);
        if (review?["authenticated"] is not JsonValue authenticated || !authenticated.GetValue<bool>() || review["user"] is not JsonObject user)
        {
            return StatusCodes.Status401Unauthorized;
        }

        var spec = new JsonObject
        {
            ["nonResourceAttributes"] = new JsonObject { ["path"] = "/metrics", ["verb"] = "get" },
            ["user"] = user["username"]?.DeepClone(),
            ["uid"] = user["uid"]?.DeepClone(),
            ["groups"] = user["groups"]?.DeepClone(),
            ["extra"] = user["extra"]?.DeepClone(),
        };
        var access = await ReviewAsync(AccessReviews, spec, cancellation).ConfigureAwait(false);
        return access?["allowed"] is JsonValue allowed && allowed.GetValue<bool>() ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden;
    }

    private async Task<JsonObject?> ReviewAsync(ResourceType kind, JsonObject spec, CancellationToken cancellation)
    {
        using var document = JsonDocument.Parse(spec.ToJsonString(KubernetesJsonContext.Default.Options));
        var review = new Unstructured
        {
            ApiVersion = kind.ApiVersion,
            Kind = kind.Kind,
            Fields = new Dictionary<string, JsonElement> { ["spec"] = document.RootElement.Clone() },
        };
        var answer = await client.Unstructured(kind).CreateAsync(review, null, cancellation).ConfigureAwait(false);
        return answer.Fields?.TryGetValue("status", out var status) is true ? JsonObject.Create(status) : null;
    }
}

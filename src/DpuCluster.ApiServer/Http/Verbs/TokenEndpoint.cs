using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Authentication;
using DpuCluster.ApiServer.Catalog.Types;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Issues tokens of service accounts (<c>serviceaccounts/token</c>).</summary>
internal sealed class TokenEndpoint(ObjectStore store, ServiceAccountTokens tokens, AdmissionControl admission, TimeProvider clock)
{
    private const long Default = 3600;
    private const long Least = 600;
    private const long Most = 1L << 32;

    public async Task CreateAsync(ApiRequest request)
    {
        var info = request.Info;
        var read = await SubresourceBody.ReadAsync(request, TypeLibrary.Find("authentication", "TokenRequest"), "authentication.k8s.io/v1").ConfigureAwait(false);
        var account = ObjectStore.Get(store.Collection(("", "serviceaccounts")), info.Namespace, info.Name) ?? throw ApiErrors.NotFound(request.Resource, info.Name);
        var options = RequestOptions.Read(request, "CreateOptions");
        read = await admission.AdmitAsync(request, options, new ReviewedKind("authentication.k8s.io", "v1", "TokenRequest"), read).ConfigureAwait(false);
        var spec = read["spec"] as JsonObject ?? [];
        var seconds = spec["expirationSeconds"] is JsonValue value && value.TryGetValue(out long given) ? given : Default;
        var errors = new List<FieldError>();
        if (seconds < Least) errors.Add(FieldError.Invalid("spec.expirationSeconds", JsonValue.Create(seconds), "may not specify a duration less than 10 minutes"));
        if (seconds > Most) errors.Add(FieldError.Invalid("spec.expirationSeconds", JsonValue.Create(seconds), "may not specify a duration larger than 2^32 seconds"));
        if (errors.Count > 0) throw ApiErrors.Invalid("authentication.k8s.io", "TokenRequest", "", errors);

        var bound = Bound(spec, info.Namespace);
        var audiences = (spec["audiences"] as JsonArray ?? []).Select(a => a?.ToString() ?? "").Where(a => a.Length > 0).ToList();
        if (audiences.Count == 0) audiences.Add(ServiceAccountTokens.Issuer);
        var now = clock.GetUtcNow();
        var expires = now.AddSeconds(seconds);
        var token = tokens.Issue(account, audiences, now, expires, bound);
        var list = new JsonArray();
        foreach (var audience in audiences) list.Add((JsonNode)audience);
        await ResponseWriter.WriteAsync(request.Http, 201, request.Accept, new JsonObject
        {
            ["kind"] = "TokenRequest",
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = account.Name,
                ["namespace"] = account.Namespace,
                ["uid"] = account.Uid,
                ["creationTimestamp"] = ObjectMetadata.Time(now),
            },
            ["spec"] = new JsonObject { ["audiences"] = list, ["expirationSeconds"] = seconds, ["boundObjectRef"] = spec["boundObjectRef"]?.DeepClone() },
            ["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = ObjectMetadata.Time(expires) },
        }).ConfigureAwait(false);
    }

    private static string GroupVersion(JsonObject reference)
    {
        var apiVersion = reference["apiVersion"]?.ToString() ?? "";
        return apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion : "/" + apiVersion;
    }

    private (string, string, string)? Bound(JsonObject spec, string ns)
    {
        if (spec["boundObjectRef"] is not JsonObject reference) return null;
        var kind = reference["kind"]?.ToString() ?? "";
        var name = reference["name"]?.ToString() ?? "";
        var plural = kind switch
        {
            "Pod" => "pods",
            "Secret" => "secrets",
            "Node" => "nodes",
            _ => throw ApiErrors.BadRequest($"cannot bind token to object of type {GroupVersion(reference)}, Kind={kind}"),
        };
        var found = ObjectStore.Get(store.Collection(("", plural)), kind == "Node" ? "" : ns, name) ?? throw ApiErrors.NotFound("", plural, name);
        var uid = reference["uid"]?.ToString() ?? "";
        if (uid.Length > 0 && uid != found.Uid)
        {
            throw ApiErrors.Conflict("", plural, name, $"the UID in the bound object reference ({uid}) does not match the UID in record. The object might have been deleted and then recreated");
        }

        return (kind, name, found.Uid);
    }
}

using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Admission;

/// <summary>Writes the reviews that webhooks are sent, and reads what they answer.</summary>
internal static class AdmissionReviews
{
    private const string Group = "admission.k8s.io";

    /// <summary>The request of a review, without the objects.</summary>
    /// <param name="attributes">What is reviewed.</param>
    /// <param name="served">The version in which the webhook sees it.</param>
    /// <param name="uid">What the answer must repeat.</param>
    public static JsonObject Request(AdmissionAttributes attributes, ResourceDefinition served, string uid)
    {
        var kind = attributes.OtherKind ?? new ReviewedKind(served.Group, served.Version, served.Kind);
        var request = new JsonObject { ["uid"] = uid, ["kind"] = Kind(kind), ["resource"] = Resource(served) };
        if (attributes.Subresource.Length > 0) request["subResource"] = attributes.Subresource;
        request["requestKind"] = Kind(attributes.Kind);
        request["requestResource"] = Resource(attributes.Resource);
        if (attributes.Subresource.Length > 0) request["requestSubResource"] = attributes.Subresource;
        if (attributes.Name.Length > 0) request["name"] = attributes.Name;
        if (attributes.Namespace.Length > 0) request["namespace"] = attributes.Namespace;
        request["operation"] = attributes.Operation;
        request["userInfo"] = attributes.Origin.User.ToJson();
        request["dryRun"] = attributes.DryRun;
        request["options"] = attributes.Options.DeepClone();
        return request;
    }

    /// <summary>A review that is ready to be sent.</summary>
    public static JsonObject Review(string version, JsonObject request, JsonObject? obj, JsonObject? old)
    {
        request["object"] = obj?.DeepClone();
        request["oldObject"] = old?.DeepClone();
        return new JsonObject { ["kind"] = "AdmissionReview", ["apiVersion"] = $"{Group}/{version}", ["request"] = request };
    }

    /// <summary>The version of the review to send to a webhook.</summary>
    /// <exception cref="WebhookFailure">It takes none that is known here.</exception>
    public static string Version(Webhook hook) =>
        hook.ReviewVersions.FirstOrDefault(version => version is "v1" or "v1beta1")
        ?? throw new WebhookFailure("could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)");

    /// <summary>Reads an answer.</summary>
    /// <param name="answer">The review that came back.</param>
    /// <param name="version">The version that was sent.</param>
    /// <param name="uid">What the answer must repeat.</param>
    /// <param name="mutating">Whether the webhook may change the object.</param>
    /// <exception cref="WebhookFailure">It is not an answer to the review.</exception>
    public static AdmissionVerdict Read(JsonObject answer, string version, string uid, bool mutating)
    {
        if (answer["response"] is not JsonObject response) throw Invalid("webhook response was absent");
        var given = response.Text("uid");
        // The first version did not ask for it.
        if (given != uid && (version == "v1" || given.Length > 0)) throw Invalid($"expected response.uid={GoText.Quote(uid)}, got {GoText.Quote(given)}");
        var (apiVersion, kind) = (answer.Text("apiVersion"), answer.Text("kind"));
        if (apiVersion != $"{Group}/{version}" || kind != "AdmissionReview")
        {
            if (version == "v1" || apiVersion.Length > 0 || kind.Length > 0)
                throw Invalid($"expected webhook response of {Group}/{version}, Kind=AdmissionReview, got {(apiVersion.Contains('/', StringComparison.Ordinal) ? "" : "/")}{apiVersion}, Kind={kind}");
        }

        var patch = Patch(response["patch"]);
        var type = response["patchType"].AsText();
        if (mutating) CheckPatch(patch, type, version);
        else if (patch.Length > 0 && version == "v1") throw Invalid("validating webhook may not return response.patch");
        else if (type is not null && version == "v1") throw Invalid("validating webhook may not return response.patchType");
        return new AdmissionVerdict(response["allowed"].IsTrue(), response.Object("status"), mutating ? patch : [], [.. response.Texts("warnings")]);
    }

    private static void CheckPatch(byte[] patch, string? type, string version)
    {
        if (version == "v1")
        {
            if (patch.Length > 0 && type is null) throw Invalid("webhook returned response.patch but not response.patchType");
            if (patch.Length == 0 && type is not null) throw Invalid("webhook returned response.patchType but not response.patch");
            if (type is "") throw Invalid("webhook returned invalid response.patchType of \"\"");
        }

        if (patch.Length > 0 && (type ?? "JSONPatch") != "JSONPatch") throw new WebhookFailure($"unsupported patch type {GoText.Quote(type!)}");
    }

    private static byte[] Patch(JsonNode? patch)
    {
        if (patch is null) return [];
        try
        {
            return Convert.FromBase64String(patch.AsText() ?? throw new FormatException());
        }
        catch (FormatException)
        {
            throw new WebhookFailure("failed to call webhook: json: cannot unmarshal response.patch: it is not base64");
        }
    }

    private static WebhookFailure Invalid(string why) => new($"received invalid webhook response: {why}");

    private static JsonObject Kind(ReviewedKind kind) => new() { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind };

    private static JsonObject Resource(ResourceDefinition resource) =>
        new() { ["group"] = resource.Group, ["version"] = resource.Version, ["resource"] = resource.Plural };
}

/// <summary>What a webhook says.</summary>
/// <param name="Allowed">Whether the request may go on.</param>
/// <param name="Status">Why not; null where it does not say.</param>
/// <param name="Patch">JSON patch of the object; empty for none.</param>
/// <param name="Warnings">What to tell the client.</param>
internal sealed record AdmissionVerdict(bool Allowed, JsonObject? Status, byte[] Patch, IReadOnlyList<string> Warnings);

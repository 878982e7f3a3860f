using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>Has custom resources converted between versions by the web service that their definition names.</summary>
internal sealed class ConversionWebhook
{
    private const string Group = "apiextensions.k8s.io";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebhookClient _client;
    private readonly string _reviewVersion;

    private ConversionWebhook(WebhookClient client, string reviewVersion) => (_client, _reviewVersion) = (client, reviewVersion);

    /// <summary>The web service that a definition names; null where versions differ in their name only.</summary>
    public static ConversionWebhook? Of(JsonObject spec, WebhookConnections connections)
    {
        if (spec.Map("conversion") is not { } conversion || conversion.Text("strategy") != "Webhook" || conversion.Map("webhook") is not { } webhook) return null;
        var version = webhook.Texts("conversionReviewVersions").First(version => version is "v1" or "v1beta1");
        return new ConversionWebhook(new WebhookClient(connections, webhook.Map("clientConfig") ?? [], Patience), version);
    }

    /// <summary>The object in another version.</summary>
    /// <param name="obj">The object.</param>
    /// <param name="apiVersion">Group and version that it is to have.</param>
    /// <exception cref="ApiException">500: the web service cannot be asked, does not convert, or changes what it may not.</exception>
    public async Task<JsonObject> ConvertAsync(JsonObject obj, string apiVersion)
    {
        if (obj.Text("apiVersion") == apiVersion) return obj;
        var uid = Guid.NewGuid().ToString();
        var review = new JsonObject
        {
            ["kind"] = "ConversionReview",
            ["apiVersion"] = $"{Group}/{_reviewVersion}",
            ["request"] = new JsonObject { ["uid"] = uid, ["desiredAPIVersion"] = apiVersion, ["objects"] = new JsonArray(obj.DeepClone()) },
        };
        JsonObject answer;
        try
        {
            answer = await _client.PostAsync(review, CancellationToken.None).ConfigureAwait(false);
        }
        catch (WebhookFailure failure)
        {
            throw Failed(obj, $"failed: {failure.Message}");
        }

        var converted = Read(obj, answer, uid);
        Check(obj, converted, apiVersion);
        return converted;
    }

    private JsonObject Read(JsonObject obj, JsonObject answer, string uid)
    {
        var isFirst = _reviewVersion == "v1beta1";
        if (!isFirst && (answer.Text("apiVersion") != $"{Group}/v1" || answer.Text("kind") != "ConversionReview"))
            throw Failed(obj, $"failed: expected webhook response of {Group}/v1, Kind=ConversionReview, got {answer.Text("apiVersion")}, Kind={answer.Text("kind")}");
        var response = answer.Map("response") ?? throw Failed(obj, "failed: no response provided");
        if (!isFirst && response.Text("uid") != uid) throw Failed(obj, $"failed: expected response.uid={GoText.Quote(uid)}, got {GoText.Quote(response.Text("uid"))}");
        var result = response.Map("result") ?? [];
        if (result.Text("status") != "Success")
            throw Failed(obj, $"failed: {(result.Text("message") is { Length: > 0 } message ? message : $"response.result.status was '{result.Text("status")}', not 'Success'")}");
        var objects = response.Maps("convertedObjects");
        return objects.Count == 1 ? (JsonObject)objects[0].DeepClone() : throw Failed(obj, $"returned {objects.Count} objects, expected 1");
    }

    /// <summary>Only labels, annotations and what is not metadata may be converted; the rest of the metadata stays.</summary>
    private static void Check(JsonObject obj, JsonObject converted, string apiVersion)
    {
        if (converted.Text("apiVersion") != apiVersion)
            throw Failed(obj, $"returned invalid object at index 0: invalid groupVersion (expected {apiVersion}, received {converted.Text("apiVersion")})");
        if (converted.Text("kind") != obj.Text("kind"))
            throw Failed(obj, $"returned invalid object at index 0: invalid kind (expected {obj.Text("kind")}, received {converted.Text("kind")})");
        if (converted.Map("metadata") is not { } given) throw Failed(obj, "returned invalid metadata: missing metadata in converted object");
        var metadata = obj.Map("metadata") ?? [];
        foreach (var (field, shown) in ((string, string)[])[("name", "name"), ("namespace", "namespace"), ("uid", "UID")])
        {
            if (given.Text(field) != metadata.Text(field))
                throw Failed(obj, $"returned invalid object: must have the same {shown}: {metadata.Text(field)} != {given.Text(field)}");
        }

        var kept = (JsonObject)metadata.DeepClone();
        foreach (var field in (ReadOnlySpan<string>)["labels", "annotations"])
        {
            kept.Remove(field);
            if (given.Map(field) is not { } values) continue;
            if (values.FirstOrDefault(value => JsonValues.KindOf(value.Value) != JsonKind.String) is { Key: not null } wrong)
                throw Failed(obj, $"returned invalid metadata: metadata.{field}[{wrong.Key}] must be a string");
            kept[field] = values.DeepClone();
        }

        converted["metadata"] = kept;
    }

    private static ApiException Failed(JsonObject obj, string what) =>
        new(500, "", $"conversion webhook for {obj.Text("apiVersion")}, Kind={obj.Text("kind")} {what}");
}

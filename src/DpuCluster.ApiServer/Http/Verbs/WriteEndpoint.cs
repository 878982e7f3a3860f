using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Authorization;
using DpuCluster.ApiServer.FieldManagement;
using DpuCluster.ApiServer.Patches;
using DpuCluster.ApiServer.Protobuf;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Schemas.FieldValidation;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Answers <c>create</c>, <c>update</c> and <c>patch</c>, of objects and of their <c>status</c>.</summary>
internal sealed class WriteEndpoint(ResourceWriter writer, ObjectDecoder decoder, RbacAuthorizer authorizer, ObjectAnswers answers)
{
    private const string JsonPatchType = "application/json-patch+json";
    private const string MergePatchType = "application/merge-patch+json";
    private const string StrategicPatchType = "application/strategic-merge-patch+json";
    private const string ApplyPatchType = "application/apply-patch+yaml";

    public async Task CreateAsync(ApiRequest request)
    {
        var resource = request.Resource;
        var options = RequestOptions.Read(request, "CreateOptions");
        var obj = decoder.Read(resource, await ReadBodyAsync(request).ConfigureAwait(false), options);
        var written = await writer.CreateAsync(resource, request.Info.Namespace, obj, options).ConfigureAwait(false);
        await answers.WriteAsync(request, 201, written.Object).ConfigureAwait(false);
    }

    public async Task UpdateAsync(ApiRequest request)
    {
        var (resource, info) = (request.Resource, request.Info);
        var options = RequestOptions.Read(request, "UpdateOptions");
        var obj = decoder.Read(resource, await ReadBodyAsync(request).ConfigureAwait(false), options);
        ObjectIdentity.CheckMatches(obj, info.Namespace, info.Name);
        var written = await writer.UpdateAsync(resource, info.Namespace, info.Name, _ => (JsonObject)obj.DeepClone(), options).ConfigureAwait(false);
        if (written is null && resource.AllowsCreateOnUpdate && info.Subresource.Length == 0)
        {
            CheckMayCreate(request);
            ObjectIdentity.CheckHasNoUid(resource, obj, info.Namespace, info.Name);
            written = await writer.CreateAsync(resource, info.Namespace, obj, options).ConfigureAwait(false);
        }

        var result = written ?? throw ApiErrors.NotFound(resource, info.Name);
        await answers.WriteAsync(request, result.Created ? 201 : 200, result.Object).ConfigureAwait(false);
    }

    public async Task PatchAsync(ApiRequest request)
    {
        var (resource, info) = (request.Resource, request.Info);
        var type = RequestBody.ContentType(request.Http.Request);
        CheckPatchType(request, type);
        var isApply = type == ApplyPatchType;
        var options = RequestOptions.Read(request, "PatchOptions", isApply);
        var body = await RequestBody.ReadAsync(request.Http).ConfigureAwait(false);
        if (isApply)
        {
            await ApplyAsync(request, options, body).ConfigureAwait(false);
            return;
        }

        var patch = ReadPatch(resource, type, body, options);
        var written = await writer.UpdateAsync(resource, info.Namespace, info.Name, old =>
        {
            var patched = patch(old);
            ObjectIdentity.CheckMatches(patched, info.Namespace, info.Name);
            return patched;
        }, options).ConfigureAwait(false);
        var result = written ?? throw ApiErrors.NotFound(resource, info.Name);
        await answers.WriteAsync(request, 200, result.Object).ConfigureAwait(false);
    }

    private async Task ApplyAsync(ApiRequest request, WriteOptions options, byte[] body)
    {
        var (resource, info) = (request.Resource, request.Info);
        var applied = ReadApplied(body, options);
        var given = ObjectMetadata.Name(applied);
        if (given.Length > 0 && given != info.Name) throw ApiErrors.BadRequest($"the name of the object ({given}) does not match the name on the URL ({info.Name})");
        var context = writer.ManagementOf(resource, options);
        while (true)
        {
            var written = await writer.UpdateAsync(resource, info.Namespace, info.Name, live => Apply(live), options).ConfigureAwait(false);
            if (written is null)
            {
                if (info.Subresource.Length > 0) throw ApiErrors.NotFound(resource, info.Name);
                CheckMayCreate(request);
                var obj = Apply(null);
                ObjectIdentity.CheckMayBeNew(resource, obj, info.Name);
                try
                {
                    written = await writer.CreateAsync(resource, info.Namespace, obj, options).ConfigureAwait(false);
                }
                catch (ApiException exception) when (exception.Reason == "AlreadyExists")
                {
                    // Somebody made it meanwhile: then it is applied to.
                    continue;
                }
            }

            await answers.WriteAsync(request, written.Value.Created ? 201 : 200, written.Value.Object).ConfigureAwait(false);
            return;
        }

        JsonObject Apply(JsonObject? live)
        {
            var merged = FieldManager.Apply(live, applied, context, options.Force);
            ObjectIdentity.CheckMatches(merged, info.Namespace, info.Name);
            return merged;
        }
    }

    /// <summary>Whoever makes an object by another verb must be allowed to create it too.</summary>
    private void CheckMayCreate(ApiRequest request)
    {
        var create = AccessRequest.Of(request.User, request.Info) with { Verb = "create" };
        if (!authorizer.Allows(create)) throw create.Forbidden();
    }

    private static JsonObject ReadApplied(byte[] body, WriteOptions options)
    {
        try
        {
            var read = StrictYaml.Parse(body);
            if (options.FieldValidation == WriteValidation.Warn) options.Warnings.AddRange(read.StrictErrors.SelectMany(StrictYaml.Warnings));
            if (options.FieldValidation == WriteValidation.Strict && read.StrictErrors is [var wrong, ..])
                throw ApiErrors.BadRequest($"error strict decoding YAML: error converting YAML to JSON: {wrong}");
            return read.Node switch
            {
                JsonObject obj => obj,

                // A document without content is an object without fields, and is about to be refused for its type.
                null => [],
                var other => throw ApiErrors.BadRequest(
                    $"error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {JsonText.GoKind(other)} into Go value of type map[string]interface {{}}"),
            };
        }
        catch (StrictJsonException exception)
        {
            throw ApiErrors.BadRequest($"error decoding YAML: {exception.Message}");
        }
    }

    private static void CheckPatchType(ApiRequest request, string type)
    {
        if (request.Resource.IsBuiltIn)
        {
            if (type is not (JsonPatchType or MergePatchType or StrategicPatchType or ApplyPatchType)) throw ApiErrors.Generic(415);
        }
        else if (type is not (JsonPatchType or MergePatchType or ApplyPatchType))
        {
            throw ApiErrors.UnsupportedMediaType($"{JsonPatchType}, {MergePatchType}, {ApplyPatchType}");
        }
    }

    private Func<JsonObject, JsonObject> ReadPatch(Catalog.ResourceDefinition resource, string type, byte[] body, WriteOptions options)
    {
        List<string>? strictErrors = options.FieldValidation == WriteValidation.Ignore ? null : [];
        switch (type)
        {
            case JsonPatchType:
                var operations = JsonPatch.Parse(body, strictErrors);
                return old => Conformed(JsonPatch.Apply(old, operations) as JsonObject ?? throw ApiErrors.Generic(422));
            case StrategicPatchType:
                var strategic = StrategicMergePatch.Parse(body, strictErrors);
                return old =>
                {
                    var patched = StrategicMergePatch.Apply(old, strategic, resource.Schema);
                    ObjectDecoder.ConformStrategic(resource, patched, strategic, options, strictErrors ?? []);
                    return patched;
                };
            default:
                var merge = MergePatch.Parse(body, strictErrors);
                return old => Conformed(MergePatch.Apply(old, merge));
        }

        JsonObject Conformed(JsonObject patched)
        {
            decoder.ConformPatched(resource, patched, options, strictErrors ?? []);
            return patched;
        }
    }

    /// <summary>Reads a body as JSON, whatever form it was sent in.</summary>
    public static async Task<EncodedBody> ReadBodyAsync(ApiRequest request)
    {
        var (resource, subresource) = (request.Resource, request.Info.Subresource);
        var format = RequestBody.Format(request.Http.Request, ProtobufBody.IsTaken(resource, subresource));
        var body = await RequestBody.ReadAsync(request.Http).ConfigureAwait(false);
        return format switch
        {
            BodyFormat.Yaml => RequestBody.YamlToJson(body),
            BodyFormat.Protobuf => new EncodedBody(ProtobufBody.ToJson(resource, subresource, body), []),
            _ => new EncodedBody(body, []),
        };
    }
}

using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Schemas.FieldValidation;

namespace DpuCluster.ApiServer.Resources;

/// <summary>Makes an object of what a client sent, or says what keeps it from being one.</summary>
internal sealed class ObjectDecoder(ResourceRegistry registry)
{
    // How much of a body an error shows.
    private const int Shown = 30;

    /// <summary>Reads the body of a create or an update.</summary>
    public JsonObject Read(ResourceDefinition resource, EncodedBody encoded, WriteOptions options)
    {
        var body = encoded.Json;
        StrictJsonResult read;
        try
        {
            read = StrictJson.Parse(body);
        }
        catch (StrictJsonException exception)
        {
            throw Unrecognized(resource, body, $"couldn't get version/kind; json parse error: {exception.Message}");
        }

        if (read.Node is not JsonObject obj) throw Unrecognized(resource, body, $"couldn't get version/kind; json parse error: json: cannot unmarshal {Name(read.Node)} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}");
        CheckType(resource, obj, body);
        Conform(resource, obj, options, [.. encoded.StrictErrors, .. read.StrictErrors]);
        return obj;
    }

    /// <summary>Checks that a decoded object can be one of the resource, and drops, tells of or refuses the fields that it cannot have.</summary>
    public static void Conform(ResourceDefinition resource, JsonObject obj, WriteOptions options, IReadOnlyList<string>? strictErrors = null)
    {
        var version = ApiVersionOf(obj).Split('/')[^1];
        if (resource.Strategy.DecodingError(obj) is { } error)
        {
            throw ApiErrors.BadRequest($"{KindOf(obj)} in version \"{version}\" cannot be handled as a {resource.Kind}: {error}");
        }

        var unknown = resource.IsBuiltIn || KindOf(obj) == resource.Kind ? SchemaPruner.Prune(resource.Schema, obj, isResourceRoot: true) : [];
        var problems = (strictErrors ?? []).Concat(unknown.Select(f => $"unknown field \"{f}\"")).ToList();
        if (options.FieldValidation == WriteValidation.Ignore || problems.Count == 0) return;
        if (options.FieldValidation == WriteValidation.Warn)
        {
            options.Warnings.AddRange(problems.SelectMany(StrictYaml.Warnings));
            return;
        }

        throw ApiErrors.BadRequest($"{KindOf(obj)} in version \"{version}\" cannot be handled as a {resource.Kind}: strict decoding error: {string.Join(", ", problems)}");
    }

    private void CheckType(ResourceDefinition resource, JsonObject obj, byte[] body)
    {
        var kind = KindOf(obj);
        var apiVersion = ApiVersionOf(obj);
        if (resource.IsBuiltIn)
        {
            if (kind.Length == 0) obj["kind"] = kind = resource.Kind;
            if (apiVersion.Length == 0) obj["apiVersion"] = apiVersion = resource.ApiVersion;
        }
        else
        {
            if (kind.Length == 0) throw Unrecognized(resource, body, $"Object 'Kind' is missing in '{Encoding.UTF8.GetString(body)}'");
            if (apiVersion.Length == 0) throw Unrecognized(resource, body, $"Object 'apiVersion' is missing in '{Encoding.UTF8.GetString(body)}'");
        }

        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var (group, version) = slash < 0 ? ("", apiVersion) : (apiVersion[..slash], apiVersion[(slash + 1)..]);
        if (resource.IsBuiltIn && kind != resource.Kind)
        {
            var why = registry.FindKind(group, version, kind) is { IsBuiltIn: true }
                ? $"converting ({version}.{kind}) to ({(resource.Group.Length == 0 ? "core" : resource.Group.Split('.')[0])}.{resource.Kind}): unknown conversion"
                : $"no kind \"{kind}\" is registered for version \"{apiVersion}\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"";
            throw ApiErrors.BadRequest($"{kind} in version \"{version}\" cannot be handled as a {resource.Kind}: {why}");
        }

        if (apiVersion != resource.ApiVersion)
        {
            throw ApiErrors.BadRequest($"the API version in the data ({apiVersion}) does not match the expected API version ({resource.ApiVersion})");
        }
    }

    private static ApiException Unrecognized(ResourceDefinition resource, byte[] body, string why)
    {
        var text = Encoding.UTF8.GetString(body);
        var shown = text.Length > Shown ? text[..Shown] + " ..." : text;
        return ApiErrors.BadRequest($"the object provided is unrecognized (must be of type {resource.Kind}): {why} ({shown})");
    }

    private static string Name(JsonNode? node) => node?.GetValueKind() switch
    {
        null or System.Text.Json.JsonValueKind.Null => "null",
        System.Text.Json.JsonValueKind.Array => "array",
        System.Text.Json.JsonValueKind.String => "string",
        System.Text.Json.JsonValueKind.Number => "number",
        _ => "bool",
    };

    private static string KindOf(JsonObject obj) => obj["kind"] is JsonValue value && value.TryGetValue(out string? kind) ? kind : "";

    private static string ApiVersionOf(JsonObject obj) => obj["apiVersion"] is JsonValue value && value.TryGetValue(out string? version) ? version : "";
}

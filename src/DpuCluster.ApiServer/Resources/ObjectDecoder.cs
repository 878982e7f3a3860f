using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.CustomResources;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Patches;
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
            throw Unrecognized(resource.Kind, body, $"couldn't get version/kind; json parse error: {exception.Message}");
        }

        // A typed object that is null is one without any field.
        var obj = read.Node switch
        {
            null => [],
            JsonObject given => given,
            var other => throw Unrecognized(resource.Kind, body, NoTypeIn(other)),
        };
        CheckType(resource, obj, body);
        if (DecodingError(resource, obj) is { } error) throw CannotBeHandled(resource, obj, error);
        if (Strict(resource, obj, options, encoded.StrictErrors, new ReadBody(body, read.DuplicateFields)) is { } problems) throw CannotBeHandled(resource, obj, problems);
        return obj;
    }

    /// <summary>
    /// Holds what a JSON patch or a merge patch has made of an object to its type. A real server decodes it like any other body,
    /// but says what is wrong as an error of the patch.
    /// </summary>
    /// <param name="resource">What it has to be.</param>
    /// <param name="patched">The patched object.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="strictErrors">What strict field validation has against the patch itself.</param>
    public void ConformPatched(ResourceDefinition resource, JsonObject patched, WriteOptions options, IReadOnlyList<string> strictErrors)
    {
        var error = resource.IsBuiltIn ? TypeError(resource, patched) : null;
        error ??= DecodingError(resource, patched);
        if (error is not null) throw PatchInvalid(GoText.Json(patched), error);
        if (Strict(resource, patched, options, strictErrors) is { } problems) throw PatchInvalid(GoText.Json(patched), problems);
    }

    /// <summary>
    /// Holds what a strategic merge patch has made of an object to its type. A real server reads it into the type that it was of
    /// before: kind and version stay what they are.
    /// </summary>
    /// <param name="resource">What it has to be.</param>
    /// <param name="patched">The patched object.</param>
    /// <param name="patch">The patch, which errors show.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="strictErrors">What strict field validation has against the patch itself.</param>
    public static void ConformStrategic(ResourceDefinition resource, JsonObject patched, JsonObject patch, WriteOptions options, IReadOnlyList<string> strictErrors)
    {
        patched["kind"] = resource.Kind;
        patched["apiVersion"] = resource.ApiVersion;
        if (resource.Strategy.ConversionError(patched) is { } error) throw PatchInvalid(GoValue.Format(patch), error);
        if (Strict(resource, patched, options, strictErrors) is { } problems) throw PatchInvalid(GoValue.Format(patch), problems);
    }

    private static string? DecodingError(ResourceDefinition resource, JsonObject obj) =>
        resource.IsBuiltIn ? resource.Strategy.DecodingError(obj) : CustomMetadata.DecodingError(obj);

    /// <summary>Drops the fields that an object of the resource cannot have, and warns of them.</summary>
    /// <returns>What strict validation refuses it for; null for nothing.</returns>
    private static string? Strict(ResourceDefinition resource, JsonObject obj, WriteOptions options, IReadOnlyList<string> strictErrors, ReadBody? body = null)
    {
        var unknown = resource.IsBuiltIn ? SchemaPruner.PruneTyped(resource.Schema, obj) : PruneCustom(resource, obj);
        var duplicates = body?.Duplicates ?? [];
        if (options.FieldValidation == WriteValidation.Ignore || (unknown.Count == 0 && strictErrors.Count == 0 && duplicates.Count == 0)) return null;
        var found = resource.IsBuiltIn && duplicates.Count > 0 && unknown.Count > 0 ? InOrderOfBody(body!, unknown) : [.. duplicates.Select(Duplicate), .. unknown.Select(Unknown)];
        List<string> problems = [.. strictErrors, .. found];
        if (options.FieldValidation == WriteValidation.Strict) return $"strict decoding error: {string.Join(", ", problems)}";
        options.Warnings.AddRange(problems.SelectMany(StrictYaml.Warnings));
        return null;
    }

    /// <summary>A typed object is read in one go: each problem is told when its field comes, and below an unknown field nothing is looked at.</summary>
    private static List<string> InOrderOfBody(ReadBody body, IReadOnlyList<string> unknown)
    {
        var problems = new List<string>();
        HashSet<string> seen = [], duplicates = [.. body.Duplicates], notKnown = [.. unknown];
        StrictJson.Visit(body.Json, [.. unknown, .. body.Duplicates], field =>
        {
            if (notKnown.Contains(field))
            {
                if (seen.Add(field)) problems.Add(Unknown(field));
            }
            else if (duplicates.Contains(field) && !seen.Add(field) && !unknown.Any(parent => IsBelow(field, parent)))
            {
                problems.Add(Duplicate(field));
                duplicates.Remove(field);
            }
        });
        return problems;
    }

    private static bool IsBelow(string field, string parent) =>
        field.Length > parent.Length && field.StartsWith(parent, StringComparison.Ordinal) && (field[parent.Length] is '.' or '[');

    private static string Duplicate(string field) => $"duplicate field {GoText.Quote(field)}";

    private static string Unknown(string field) => $"unknown field \"{field}\"";

    /// <summary>A body, and the fields that stand in it twice.</summary>
    private sealed record ReadBody(byte[] Json, IReadOnlyList<string> Duplicates);

    private static List<string> PruneCustom(ResourceDefinition resource, JsonObject obj)
    {
        List<string> unknown = [.. CustomMetadata.Conform(obj)];
        if (KindOf(obj) != resource.Kind) return unknown;
        unknown.AddRange(SchemaPruner.Prune(resource.Schema, obj, isResourceRoot: true));
        unknown.AddRange(EmbeddedResources.PruneMetadata(resource.Schema, obj));
        return unknown;
    }

    private void CheckType(ResourceDefinition resource, JsonObject obj, byte[] body)
    {
        if (resource.IsBuiltIn)
        {
            if (KindOf(obj).Length == 0) obj["kind"] = resource.Kind;
            if (ApiVersionOf(obj).Length == 0) obj["apiVersion"] = resource.ApiVersion;
            if (TypeError(resource, obj) is { } error) throw CannotBeHandled(resource, obj, error);
        }
        else if (KindOf(obj).Length == 0)
        {
            throw Unrecognized(resource.Kind, body, $"Object 'Kind' is missing in '{Encoding.UTF8.GetString(body)}'");
        }

        if (ApiVersionOf(obj) is var apiVersion && apiVersion != resource.ApiVersion)
        {
            throw ApiErrors.BadRequest($"the API version in the data ({apiVersion}) does not match the expected API version ({resource.ApiVersion})");
        }
    }

    /// <summary>Why an object of the kind that it says cannot become one of the resource; null when it can.</summary>
    private string? TypeError(ResourceDefinition resource, JsonObject obj)
    {
        var (apiVersion, kind) = (ApiVersionOf(obj), KindOf(obj));
        if (kind == resource.Kind && apiVersion == resource.ApiVersion) return null;
        if (kind.Length == 0) return $"Object 'Kind' is missing in '{GoText.Json(obj)}'";
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var (group, version) = slash < 0 ? ("", apiVersion) : (apiVersion[..slash], apiVersion[(slash + 1)..]);
        if (registry.FindKind(group, version, kind) is not { IsBuiltIn: true })
            return NotRegistered(kind, apiVersion);
        return kind == resource.Kind ? null : $"converting ({version}.{kind}) to ({resource.InternalType}): unknown conversion";
    }

    private static ApiException CannotBeHandled(ResourceDefinition resource, JsonObject obj, string why) =>
        ApiErrors.BadRequest($"{KindOf(obj)} in version \"{ApiVersionOf(obj).Split('/')[^1]}\" cannot be handled as a {resource.Kind}: {why}");

    private static ApiException PatchInvalid(string shown, string why) =>
        ApiErrors.Invalid("", "", "", [FieldError.Invalid("patch", JsonValue.Create(shown), why)]);

    /// <summary>Why an object cannot be of a kind that no server knows.</summary>
    public static string NotRegistered(string kind, string apiVersion) =>
        $"no kind \"{kind}\" is registered for version \"{apiVersion}\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"";

    /// <summary>400: it cannot even be told what a body is.</summary>
    public static ApiException Unrecognized(string kind, byte[] body, string why) =>
        ApiErrors.BadRequest($"the object provided is unrecognized (must be of type {kind}): {why} ({Summary(body)})");

    /// <summary>The beginning of a body: as text where it looks like an object, else in hexadecimal digits.</summary>
    private static string Summary(byte[] body)
    {
        if (body.Length == 0) return "<empty>";
        var shown = body.AsSpan(0, Math.Min(body.Length, Shown));
        var text = body[0] == (byte)'{' ? Encoding.UTF8.GetString(shown) : Convert.ToHexStringLower(shown);
        return body.Length > Shown ? text + " ..." : text;
    }

    /// <summary>Why a value that is no object does not say what it is.</summary>
    public static string NoTypeIn(JsonNode value) =>
        $"couldn't get version/kind; json parse error: json: cannot unmarshal {JsonText.GoKind(value)} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}";

    private static string KindOf(JsonObject obj) => obj["kind"] is JsonValue value && value.TryGetValue(out string? kind) ? kind : "";

    private static string ApiVersionOf(JsonObject obj) => obj["apiVersion"] is JsonValue value && value.TryGetValue(out string? version) ? version : "";
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Catalog.Types;
using DpuCluster.ApiServer.Protobuf;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Schemas.FieldValidation;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Reads the options of writes and deletions.</summary>
internal static class RequestOptions
{
    private const int MostOfManager = 128;

    /// <param name="request">The request.</param>
    /// <param name="kind">Kind of the options, as errors name it: <c>CreateOptions</c>, <c>UpdateOptions</c> or <c>PatchOptions</c>.</param>
    /// <param name="isApply">Whether the request is a server-side apply.</param>
    /// <exception cref="ApiException">422: an option is wrong.</exception>
    public static WriteOptions Read(ApiRequest request, string kind, bool isApply = false)
    {
        var query = request.Query;
        var errors = new List<FieldError>();
        var manager = QueryParameters.Get(query, "fieldManager");
        if (Encoding.UTF8.GetByteCount(manager) > MostOfManager) errors.Add(FieldError.TooLong("fieldManager", MostOfManager));
        var at = 0;
        foreach (var rune in manager.EnumerateRunes())
        {
            if (!IsPrintable(rune)) errors.Add(FieldError.Invalid("fieldManager", JsonValue.Create(manager), string.Create(CultureInfo.InvariantCulture, $"invalid character U+{rune.Value:X4} (at position {at})")));
            at += rune.Utf8SequenceLength;
        }

        if (isApply && manager.Length == 0) errors.Add(FieldError.Required("fieldManager", "is required for apply patch"));
        var dryRun = ReadDryRun(query["dryRun"].ToArray(), errors);
        var force = QueryParameters.Optional(query, "force");
        if (force is not null && kind == "PatchOptions" && !isApply) errors.Add(FieldError.Forbidden("force", "may not be specified for non-apply patch"));
        var validation = QueryParameters.Get(query, "fieldValidation");
        var mode = validation switch
        {
            "" or "Warn" => WriteValidation.Warn,
            "Ignore" => WriteValidation.Ignore,
            "Strict" => WriteValidation.Strict,
            _ => (WriteValidation?)null,
        };
        if (mode is null) errors.Add(FieldError.NotSupported("fieldValidation", JsonValue.Create(validation), ["", "Ignore", "Strict", "Warn"]));
        if (errors.Count > 0) throw ApiErrors.Invalid("meta.k8s.io", kind, "", errors);
        return new WriteOptions
        {
            DryRun = dryRun,
            FieldManager = manager.Length > 0 ? manager : request.FieldManager,
            FieldValidation = mode!.Value,
            Force = force == true,
            IsPatch = kind == "PatchOptions",
            IsApply = isApply,
            Subresource = request.Info.Subresource,
            Warnings = request.Warnings,
            Origin = new AdmissionOrigin(request.User, manager, validation, request.Warnings, request.Aborted),
        };
    }

    /// <summary>Go's <c>unicode.IsPrint</c>: letters, marks, numbers, punctuation, symbols and the space.</summary>
    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    /// <summary>The options of a deletion, from its body or, where there is none, from the query.</summary>
    public static async Task<DeleteOptions> ReadDeleteAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadAsync(request.Http).ConfigureAwait(false);
        var errors = new List<FieldError>();
        DeleteOptions options;
        if (body.Length > 0)
        {
            var format = RequestBody.Format(request.Http.Request, protobuf: true);
            if (format == BodyFormat.Yaml) body = RequestBody.YamlToJson(body).Json;
            var read = format == BodyFormat.Protobuf ? ProtobufBody.ReadDeleteOptions(body) : ReadDeleteOptions(body);
            if (read["kind"] is { } kind && kind.ToString() is not ("DeleteOptions" or ""))
                throw Undecodable($"no kind \"{kind}\" is registered for version \"{read["apiVersion"]}\" in scheme \"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:29\"");

            var dryRun = (read["dryRun"] as JsonArray ?? []).Select(d => d?.ToString() ?? "").ToArray();
            options = new DeleteOptions
            {
                DryRun = ReadDryRun(dryRun, errors),
                GracePeriodSeconds = (read["gracePeriodSeconds"] as JsonValue)?.TryGetValue(out long grace) == true ? grace : null,
                PropagationPolicy = read["propagationPolicy"]?.ToString() ?? "",
                OrphanDependents = (read["orphanDependents"] as JsonValue)?.TryGetValue(out bool orphan) == true ? orphan : null,
                PreconditionUid = read["preconditions"]?["uid"]?.ToString(),
                PreconditionResourceVersion = read["preconditions"]?["resourceVersion"]?.ToString(),
            };
        }
        else
        {
            var query = request.Query;
            options = new DeleteOptions
            {
                DryRun = ReadDryRun(query["dryRun"].ToArray(), errors),
                GracePeriodSeconds = ListOptions.Number(query, "gracePeriodSeconds"),
                PropagationPolicy = QueryParameters.Get(query, "propagationPolicy"),
                OrphanDependents = QueryParameters.Optional(query, "orphanDependents"),
            };
        }

        var policy = options.PropagationPolicy;
        if (policy.Length > 0 && options.OrphanDependents is not null)
        {
            errors.Add(FieldError.Invalid("propagationPolicy", JsonValue.Create(policy), "orphanDependents and deletionPropagation cannot be both set"));
        }

        if (policy is not ("" or "Orphan" or "Background" or "Foreground"))
        {
            errors.Add(FieldError.NotSupported("propagationPolicy", JsonValue.Create(policy), ["Foreground", "Background", "Orphan", "nil"]));
        }

        options = options with { Origin = new AdmissionOrigin(request.User, "", "", request.Warnings, request.Aborted) };
        return errors.Count == 0 ? options : throw ApiErrors.Invalid("meta.k8s.io", "DeleteOptions", "", errors);
    }

    private static JsonObject ReadDeleteOptions(byte[] body)
    {
        try
        {
            return StrictJson.Parse(body).Node switch
            {
                null => [],
                JsonObject obj when DecodingErrors.First(obj, TypeLibrary.Find("meta", "DeleteOptions")) is { } error => throw Undecodable(error),
                JsonObject obj => obj,
                var other => throw Undecodable(ObjectDecoder.NoTypeIn(other)),
            };
        }
        catch (StrictJsonException exception)
        {
            throw Undecodable($"couldn't get version/kind; json parse error: {exception.Message}");
        }
    }

    /// <summary>A real server takes what it cannot decode as options for a failure of its own.</summary>
    private static ApiException Undecodable(string why) => new(500, "", why);

    private static bool ReadDryRun(string?[] values, List<FieldError> errors)
    {
        var given = values.Where(v => v is { Length: > 0 }).ToArray();
        if (given.Any(v => v != "All"))
        {
            var shown = new JsonArray();
            foreach (var value in given) shown.Add((JsonNode)value!);
            errors.Add(FieldError.NotSupported("dryRun", shown, ["All"]));
        }

        return given.Length > 0;
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Protobuf;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Schemas;

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
        if (manager.Length > MostOfManager) errors.Add(new FieldError(FieldErrorType.TooLong, "fieldManager", $"Too long: may not be more than {MostOfManager} bytes"));
        var bad = manager.FirstOrDefault(char.IsControl);
        if (bad != default) errors.Add(FieldError.Invalid("fieldManager", JsonValue.Create(manager), "should only contain printable characters"));
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
            var read = format == BodyFormat.Protobuf ? ProtobufBody.ReadDeleteOptions(body) : RequestBody.TryParse(body) ?? throw ApiErrors.BadRequest("unable to decode DeleteOptions: the body is not a JSON object");
            if (read["kind"] is { } kind && kind.ToString() is not ("DeleteOptions" or ""))
            {
                throw ApiErrors.BadRequest($"decoded object cannot be converted to DeleteOptions: {kind}");
            }

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
                GracePeriodSeconds = long.TryParse(QueryParameters.Get(query, "gracePeriodSeconds"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var grace) ? grace : null,
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

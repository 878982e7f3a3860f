using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Authentication;
using DpuCluster.ApiServer.Authorization;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Answers the kinds that are only asked: who am I, may I, may they.</summary>
internal sealed class ReviewEndpoints(Authenticator authenticator, RbacAuthorizer authorizer, ObjectDecoder decoder, ResourceWriter writer, AdmissionControl admission, TimeProvider clock)
{
    private const string AuthorizationGroup = "authorization.k8s.io";
    private const string AuthenticationGroup = "authentication.k8s.io";

    public void Register(ApiEndpoints endpoints)
    {
        endpoints.Add(AuthorizationGroup, "selfsubjectaccessreviews", "", "create", r => AnswerAsync(r, review => Access(r, review, isSelf: true)));
        endpoints.Add(AuthorizationGroup, "subjectaccessreviews", "", "create", r => AnswerAsync(r, review => Access(r, review, isSelf: false)));
        endpoints.Add(AuthorizationGroup, "localsubjectaccessreviews", "", "create", r => AnswerAsync(r, review => Access(r, review, isSelf: false)));
        endpoints.Add(AuthorizationGroup, "selfsubjectrulesreviews", "", "create", r => AnswerAsync(r, review => Rules(r, review)));
        endpoints.Add(AuthenticationGroup, "selfsubjectreviews", "", "create", r => AnswerAsync(r, review => Self(r, review)));
        endpoints.Add(AuthenticationGroup, "tokenreviews", "", "create", r => AnswerAsync(r, Token));
    }

    private async Task AnswerAsync(ApiRequest request, Action<JsonObject> answer)
    {
        var options = RequestOptions.Read(request, "CreateOptions");
        var review = decoder.Read(request.Resource, await WriteEndpoint.ReadBodyAsync(request).ConfigureAwait(false), options);
        request.Resource.Strategy.Normalize(review);
        FieldManagement.FieldManager.Update(null, review, writer.ManagementOf(request.Resource, options));
        review = await admission.AdmitAsync(request, options, null, review).ConfigureAwait(false);
        answer(review);
        var json = Storage.ObjectEncoder.Encode(review, request.Resource.Schema, out _);
        await ResponseWriter.WriteAsync(request.Http, 201, request.Accept, json).ConfigureAwait(false);
    }

    private void Access(ApiRequest request, JsonObject review, bool isSelf)
    {
        var spec = review["spec"] as JsonObject ?? [];
        var resource = spec["resourceAttributes"] as JsonObject;
        var path = spec["nonResourceAttributes"] as JsonObject;
        var errors = new List<FieldError>();
        if (resource is not null && path is not null)
        {
            errors.Add(FieldError.InvalidStructure("spec.nonResourceAttributes", Shown(path), "cannot be specified in combination with resourceAttributes"));
        }
        else if (resource is null && path is null)
        {
            errors.Add(FieldError.Invalid("spec.resourceAttributes", null, "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }

        var user = request.User;
        if (!isSelf)
        {
            var name = Text(spec, "user");
            var groups = (spec["groups"] as JsonArray ?? []).Select(g => g?.ToString() ?? "").ToList();
            if (name.Length == 0 && groups.Count == 0) errors.Add(FieldError.Invalid("spec.user", JsonValue.Create(name), "at least one of user or group must be specified"));
            user = new UserInfo(name, groups);
        }

        Selector(resource, "fieldSelector", errors);
        Selector(resource, "labelSelector", errors);
        if (request.Resource.Namespaced)
        {
            if (resource is not null && Text(resource, "namespace") != request.Info.Namespace)
                errors.Add(FieldError.Invalid("spec.resourceAttributes.namespace", JsonValue.Create(Text(resource, "namespace")), "must match metadata.namespace"));
            if (path is not null) errors.Add(FieldError.InvalidStructure("spec.nonResourceAttributes", Shown(path), "disallowed on this kind of request"));
        }

        var metadata = (JsonObject)ObjectMetadata.Of(review).DeepClone();
        metadata.Remove("managedFields");
        if (request.Resource.Namespaced) metadata.Remove("namespace");
        if (metadata.Count > 0) errors.Add(FieldError.Invalid("metadata", metadata, "must be empty"));

        // A real server has lost the kind by then, and names the group alone.
        if (errors.Count > 0) throw ApiErrors.Invalid(request.Resource.Group, "", "", errors);
        var access = resource is null
            ? new AccessRequest(user, Text(path!, "verb")) { Path = Text(path!, "path") }
            : new AccessRequest(user, Text(resource, "verb"))
            {
                IsResource = true,
                Group = Text(resource, "group"),
                Resource = Text(resource, "resource"),
                Subresource = Text(resource, "subresource"),
                Namespace = Text(resource, "namespace"),
                Name = Text(resource, "name"),
            };
        review["status"] = new JsonObject { ["allowed"] = authorizer.Allows(access) };
    }

    /// <summary>Appends what is wrong with the selector of a list that is asked about.</summary>
    private static void Selector(JsonObject? resource, string field, List<FieldError> errors)
    {
        if (resource?[field] is not JsonObject selector) return;
        var (at, raw, requirements) = ($"spec.resourceAttributes.{field}", Text(selector, "rawSelector"), selector["requirements"] as JsonArray ?? []);
        if (raw.Length > 0 && requirements.Count > 0) errors.Add(FieldError.Invalid($"{at}.rawSelector", raw, "may not specified at the same time as requirements"));
        if (raw.Length == 0 && requirements.Count == 0) errors.Add(FieldError.Required($"{at}.requirements", $"when {at} is specified, requirements or rawSelector is required"));
    }

    /// <summary>With the names that the fields have inside the real server.</summary>
    private static JsonObject Shown(JsonObject path) => new() { ["Path"] = Text(path, "path"), ["Verb"] = Text(path, "verb") };

    private void Rules(ApiRequest request, JsonObject review)
    {
        var ns = Text(review["spec"] as JsonObject ?? [], "namespace");
        if (ns.Length == 0) throw ApiErrors.BadRequest("no namespace on request");
        var resourceRules = new JsonArray();
        var pathRules = new JsonArray();
        foreach (var (rules, _) in authorizer.RulesFor(request.User, ns))
        {
            foreach (var rule in rules)
            {
                if (rule.NonResourceUrls.Count > 0)
                {
                    pathRules.Add((JsonNode)new JsonObject { ["verbs"] = Texts(rule.Verbs), ["nonResourceURLs"] = Texts(rule.NonResourceUrls) });
                    continue;
                }

                var one = new JsonObject { ["verbs"] = Texts(rule.Verbs), ["apiGroups"] = Texts(rule.ApiGroups), ["resources"] = Texts(rule.Resources) };
                if (rule.ResourceNames.Count > 0) one["resourceNames"] = Texts(rule.ResourceNames);
                resourceRules.Add((JsonNode)one);
            }
        }

        review["status"] = new JsonObject { ["resourceRules"] = resourceRules, ["nonResourceRules"] = pathRules, ["incomplete"] = false };
    }

    private void Self(ApiRequest request, JsonObject review)
    {
        ObjectMetadata.Of(review)["creationTimestamp"] = ObjectMetadata.Time(clock.GetUtcNow());
        review["status"] = new JsonObject { ["userInfo"] = request.User.ToJson() };
    }

    private void Token(JsonObject review)
    {
        var token = Text(review["spec"] as JsonObject ?? [], "token");
        if (token.Length == 0) throw ApiErrors.BadRequest("token is required for TokenReview in authentication");
        review["status"] = authenticator.ByToken(token) is { } user
            ? new JsonObject { ["authenticated"] = true, ["user"] = user.ToJson(), ["audiences"] = new JsonArray(ServiceAccountTokens.Issuer) }
            : new JsonObject { ["user"] = new JsonObject(), ["error"] = "invalid bearer token" };
    }

    private static JsonArray Texts(IEnumerable<string> texts)
    {
        var array = new JsonArray();
        foreach (var text in texts) array.Add((JsonNode)text);
        return array;
    }

    private static string Text(JsonObject obj, string field) => obj[field] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
}

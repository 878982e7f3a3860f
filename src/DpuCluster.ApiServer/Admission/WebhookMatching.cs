using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Authorization;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Kinds;
using DpuCluster.ApiServer.Cel;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Admission;

/// <summary>Decides which webhooks are asked about a request, and under which version they see its objects.</summary>
internal sealed class WebhookMatching(ObjectStore store, ResourceRegistry registry, RbacAuthorizer authorizer)
{
    private readonly StoreCollection _namespaces = store.Collection(("", "namespaces"));

    /// <summary>Whether no webhook is ever asked: those who configure them must be able to do away with one that refuses everything.</summary>
    public static bool IsExempt(ResourceDefinition resource) => resource.Group == "admissionregistration.k8s.io";

    /// <summary>The resource under which a webhook sees the request; null when it is not asked.</summary>
    /// <exception cref="ApiException">403: its conditions cannot be evaluated, and it says that this is to end the request.</exception>
    public ResourceDefinition? Match(Webhook hook, AdmissionAttributes attributes)
    {
        if (!MatchesObject(hook, attributes)) return null;
        var served = Served(hook, attributes);
        if (served is null || !MatchesNamespace(hook, attributes)) return null;
        if (hook.Conditions.IsEmpty) return served;
        var request = AdmissionReviews.Request(attributes, served, Guid.NewGuid().ToString());
        if (hook.Conditions.Hold(Seen(attributes, attributes.Object, served), Seen(attributes, attributes.OldObject, served), request, Authorizer(attributes), out var error)) return served;
        if (error is null || hook.IgnoresFailure) return null;
        throw ApiErrors.Forbidden(attributes.Resource.Group, attributes.Resource.Plural, attributes.Name, error);
    }

    /// <summary>An object as it is under another version of its resource.</summary>
    public static JsonObject? Seen(AdmissionAttributes attributes, JsonObject? obj, ResourceDefinition served) =>
        obj is null || attributes.OtherKind is not null ? obj : Convert(obj, attributes.Resource, served);

    /// <summary>The object in another version; the given one where that is the same.</summary>
    public static JsonObject Convert(JsonObject obj, ResourceDefinition from, ResourceDefinition to)
    {
        if (from.ApiVersion == to.ApiVersion) return obj;
        var copy = (JsonObject)obj.DeepClone();
        var stored = from.StoredAs is { } view ? view.ToStorage(copy) : copy;
        return to.StoredAs is { } other ? other.FromStorage(stored) : stored;
    }

    private CelAuthorizer Authorizer(AdmissionAttributes attributes)
    {
        var user = attributes.Origin.User;
        return new CelAuthorizer(authorizer, user, new AccessRequest(user, "")
        {
            IsResource = true,
            Group = attributes.Resource.Group,
            Resource = attributes.Resource.Plural,
            Subresource = attributes.Subresource,
            Namespace = attributes.Namespace,
            Name = attributes.Name,
        });
    }

    private ResourceDefinition? Served(Webhook hook, AdmissionAttributes attributes)
    {
        if (hook.Rules.Any(rule => rule.Matches(attributes, attributes.Resource))) return attributes.Resource;
        if (!hook.MatchesEquivalents) return null;
        foreach (var rule in hook.Rules)
        {
            foreach (var other in registry.All)
            {
                if (other.StorageKey != attributes.Resource.StorageKey || !other.IsStored || other.ApiVersion == attributes.Resource.ApiVersion) continue;
                if (attributes.Subresource.Length > 0 && other.Subresource(attributes.Subresource) is null) continue;
                if (rule.Matches(attributes, other)) return other;
            }
        }

        return null;
    }

    private static bool MatchesObject(Webhook hook, AdmissionAttributes attributes) =>
        hook.ObjectSelector is not { } selector || Matches(selector, attributes.Object) || Matches(selector, attributes.OldObject);

    private static bool Matches(JsonObject selector, JsonObject? obj) =>
        obj is not null && LabelSelectorValidation.Matches(selector, obj.At("metadata", "labels") as JsonObject);

    private bool MatchesNamespace(Webhook hook, AdmissionAttributes attributes)
    {
        if (hook.NamespaceSelector is not { } selector || attributes.Namespace.Length == 0) return true;
        if (attributes.IsNamespace && attributes.Operation != "DELETE" && attributes.Object is { } written)
        {
            return LabelSelectorValidation.Matches(selector, written.At("metadata", "labels") as JsonObject);
        }

        var found = ObjectStore.Newest(_namespaces, "", attributes.Namespace) ?? throw ApiErrors.NotFound("", "namespaces", attributes.Namespace);
        return LabelSelectorValidation.Matches(selector, found.Header.Labels);
    }
}

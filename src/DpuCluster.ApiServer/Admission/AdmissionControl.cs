using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Authorization;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Resources;

namespace DpuCluster.ApiServer.Admission;

/// <summary>
/// What stands between a request that is allowed and the storage, besides validation: webhooks, and that nobody grants rights that he
/// does not have. Writes of the server itself pass.
/// </summary>
internal sealed class AdmissionControl(AdmissionWebhooks webhooks, RbacEscalation escalation)
{
    /// <summary>Asks webhooks that may change a new state, before it is validated.</summary>
    /// <param name="resource">Its resource.</param>
    /// <param name="ns">Namespace of the request.</param>
    /// <param name="obj">The new state.</param>
    /// <param name="old">The present state; null on a creation.</param>
    /// <param name="options">How it is written.</param>
    /// <returns>The new state as it is to be.</returns>
    public async Task<JsonObject> MutateAsync(ResourceDefinition resource, string ns, JsonObject obj, JsonObject? old, WriteOptions options)
    {
        if (options.Origin is not { } origin) return obj;
        if (webhooks.Mutates(resource))
        {
            var attributes = Attributes(resource, ns, obj, old, options, origin);
            await webhooks.MutateAsync(attributes).ConfigureAwait(false);
            if (options.View is { } view) view.Take(obj, attributes.Object!);
            else obj = attributes.Object!;
        }

        escalation.Check(resource, ns, obj, old, origin.User);
        return obj;
    }

    /// <summary>Asks webhooks that may refuse a new state, after it has been found valid.</summary>
    public Task ValidateAsync(ResourceDefinition resource, string ns, JsonObject obj, JsonObject? old, WriteOptions options) =>
        options.Origin is { } origin && webhooks.Validates(resource)
            ? webhooks.ValidateAsync(Attributes(resource, ns, obj, old, options, origin))
            : Task.CompletedTask;

    /// <summary>Asks all webhooks about an object that is used up by the request itself, and stored by nobody: a review, a binding.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">Its options.</param>
    /// <param name="kind">Kind of the object; null for that of the resource.</param>
    /// <param name="obj">The object.</param>
    /// <returns>The object as it is to be.</returns>
    public async Task<JsonObject> AdmitAsync(ApiRequest request, WriteOptions options, ReviewedKind? kind, JsonObject obj)
    {
        var (resource, info) = (request.Resource, request.Info);
        if (options.Origin is not { } origin || (!webhooks.Mutates(resource) && !webhooks.Validates(resource))) return obj;
        var attributes = new AdmissionAttributes
        {
            Origin = origin,
            Operation = "CREATE",
            Resource = resource,
            Subresource = info.Subresource,
            OtherKind = kind,
            Namespace = info.Namespace,
            Name = info.Name.Length > 0 ? info.Name : ObjectMetadata.Name(obj),
            DryRun = options.DryRun,
            Options = AdmissionAttributes.WriteOptions("CreateOptions", origin, options.DryRun),
            Object = obj,
        };
        await webhooks.MutateAsync(attributes).ConfigureAwait(false);
        await webhooks.ValidateAsync(attributes).ConfigureAwait(false);
        return attributes.Object!;
    }

    /// <summary>Asks all webhooks about a deletion.</summary>
    public async Task DeleteAsync(ResourceDefinition resource, JsonObject old, DeleteOptions options)
    {
        if (options.Origin is not { } origin || (!webhooks.Mutates(resource) && !webhooks.Validates(resource))) return;
        var name = ObjectMetadata.Name(old);
        var attributes = new AdmissionAttributes
        {
            Origin = origin,
            Operation = "DELETE",
            Resource = resource,
            Namespace = NamespaceOf(resource, ObjectMetadata.Text(old, "namespace"), name),
            Name = name,
            DryRun = options.DryRun,
            Options = options.ToJson(),
            OldObject = old,
        };
        await webhooks.MutateAsync(attributes).ConfigureAwait(false);
        await webhooks.ValidateAsync(attributes).ConfigureAwait(false);
    }

    private static AdmissionAttributes Attributes(
        ResourceDefinition resource, string ns, JsonObject obj, JsonObject? old, WriteOptions options, AdmissionOrigin origin)
    {
        var name = ObjectMetadata.Name(obj);
        return new AdmissionAttributes
        {
            Origin = origin,
            Operation = old is null ? "CREATE" : "UPDATE",
            Resource = resource,
            Subresource = options.Subresource,
            OtherKind = options.View?.Kind,
            Namespace = NamespaceOf(resource, ns, name),
            Name = name,
            DryRun = options.DryRun,
            Options = AdmissionAttributes.WriteOptions(old is null ? "CreateOptions" : "UpdateOptions", origin, options.DryRun),
            Object = options.View?.Show(obj) ?? obj,
            OldObject = old is null ? null : options.View?.Show(old) ?? old,
        };
    }

    private static string NamespaceOf(ResourceDefinition resource, string ns, string name) => resource is { Group: "", Plural: "namespaces" } ? name : ns;
}

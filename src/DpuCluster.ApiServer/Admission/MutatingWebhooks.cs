using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.FieldManagement;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Patches;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.Admission;

/// <summary>
/// Asks the webhooks that may change an object: in order, each seeing what the ones before it made. When one changes something, those
/// before it that want to know are asked once more.
/// </summary>
internal sealed class MutatingWebhooks(WebhookConfigurations configurations, WebhookMatching matching, WebhookCalls calls)
{
    public async Task AdmitAsync(AdmissionAttributes attributes)
    {
        var owners = ManagedFields.Listed(attributes.Object)?.DeepClone();
        var hooks = configurations.All.ToList();
        var invoked = new HashSet<string>(StringComparer.Ordinal);
        var again = new HashSet<string>(StringComparer.Ordinal);
        if (await RoundAsync(attributes, hooks, null, invoked, again).ConfigureAwait(false))
        {
            await RoundAsync(attributes, hooks, again, invoked, []).ConfigureAwait(false);
        }

        KeepOwners(attributes, owners);
    }

    /// <param name="attributes">The request.</param>
    /// <param name="hooks">All webhooks.</param>
    /// <param name="only">Whom to ask; null for all.</param>
    /// <param name="invoked">Those asked so far that want to be asked again after a change.</param>
    /// <param name="again">Takes those that are to be asked again.</param>
    /// <returns>Whether there was a change.</returns>
    private async Task<bool> RoundAsync(AdmissionAttributes attributes, List<Webhook> hooks, HashSet<string>? only, HashSet<string> invoked, HashSet<string> again)
    {
        var anyChanged = false;
        foreach (var hook in hooks)
        {
            if (matching.Match(hook, attributes) is not { } served || only?.Contains(hook.Id) == false) continue;
            if (await calls.AskAsync(hook, attributes, served, mutating: true, patch => Apply(hook, attributes, served, patch)).ConfigureAwait(false))
            {
                again.UnionWith(invoked);
                invoked.Clear();
                anyChanged = true;
            }

            if (hook.IsReinvoked) invoked.Add(hook.Id);
        }

        return anyChanged;
    }

    private static bool Apply(Webhook hook, AdmissionAttributes attributes, ResourceDefinition served, byte[] patch)
    {
        try
        {
            var operations = JsonPatch.Parse(patch);
            if (operations.Count == 0) return false;
            if (attributes.Object is null)
            {
                throw ApiErrors.Internal($"admission webhook {GoText.Quote(hook.Name)} attempted to modify the object, which is not supported for this operation");
            }

            var seen = WebhookMatching.Seen(attributes, attributes.Object, served)!;
            if (JsonPatch.Apply(seen, operations) is not JsonObject patched) throw ApiErrors.Internal("the patched document is not an object");
            if (attributes.OtherKind is null) Complete(served, patched);
            if (JsonEquality.AreEqual(seen, patched)) return false;
            attributes.Object = attributes.OtherKind is null ? WebhookMatching.Convert(patched, served, attributes.Resource) : patched;
            return true;
        }
        catch (KubernetesException exception)
        {
            throw ApiErrors.Internal(exception.InnerException?.Message ?? exception.Message);
        }
    }

    /// <summary>Brings what a patch made into the form in which objects are worked on: only known fields, with their defaults.</summary>
    private static void Complete(ResourceDefinition resource, JsonObject obj)
    {
        if (resource.Strategy.DecodingError(obj) is { } error) throw ApiErrors.Internal(error);
        SchemaPruner.Prune(resource.Schema, obj, isResourceRoot: true);
        resource.Strategy.Normalize(obj);
        resource.Strategy.Default(obj);
    }

    /// <summary>A webhook that does not understand who owns which fields must not break the object for everybody else.</summary>
    private static void KeepOwners(AdmissionAttributes attributes, JsonNode? owners)
    {
        if (attributes.Object is not { } obj) return;
        try
        {
            _ = ManagedFields.Of(obj);
        }
        catch (FormatException exception)
        {
            ObjectMetadata.Set(ObjectMetadata.Of(obj), "managedFields", owners);
            attributes.Origin.Warnings.Add(".metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating "
                + $"admission controller; please fix your requests: {exception.Message}");
        }
    }
}

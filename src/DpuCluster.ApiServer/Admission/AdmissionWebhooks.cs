using DpuCluster.ApiServer.Authorization;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Admission;

/// <summary>Asks the webhooks of the cluster about writes: first those that may change the object, one after the other, then those that may refuse it, all at once.</summary>
internal sealed class AdmissionWebhooks
{
    private const string GroupName = "admissionregistration.k8s.io";

    private readonly WebhookMatching _matching;
    private readonly WebhookConfigurations _validating;
    private readonly MutatingWebhooks _mutating;
    private readonly WebhookConfigurations _mutatingConfigurations;
    private readonly WebhookCalls _calls;

    public AdmissionWebhooks(ObjectStore store, ResourceRegistry registry, WebhookConnections connections, RbacAuthorizer authorizer, AdmissionMetrics metrics, TimeProvider clock)
    {
        _matching = new WebhookMatching(store, registry, authorizer);
        _mutatingConfigurations = new WebhookConfigurations(store.Collection((GroupName, "mutatingwebhookconfigurations")), connections);
        _validating = new WebhookConfigurations(store.Collection((GroupName, "validatingwebhookconfigurations")), connections);
        _calls = new WebhookCalls(metrics, clock);
        _mutating = new MutatingWebhooks(_mutatingConfigurations, _matching, _calls);
    }

    /// <summary>Whether there is anybody to ask before a write is validated.</summary>
    public bool Mutates(ResourceDefinition resource) => _mutatingConfigurations.Any && !WebhookMatching.IsExempt(resource);

    /// <summary>Whether there is anybody to ask after a write is validated.</summary>
    public bool Validates(ResourceDefinition resource) => _validating.Any && !WebhookMatching.IsExempt(resource);

    /// <summary>Asks those that may change the object, which is replaced by what they make of it.</summary>
    /// <exception cref="ApiException">One of them refuses, or cannot be asked and must be.</exception>
    public async Task MutateAsync(AdmissionAttributes attributes)
    {
        if (Mutates(attributes.Resource)) await _mutating.AdmitAsync(attributes).ConfigureAwait(false);
    }

    /// <summary>Asks those that may refuse the request.</summary>
    /// <exception cref="ApiException">One of them refuses, or cannot be asked and must be. Of several, the first in order tells why.</exception>
    public async Task ValidateAsync(AdmissionAttributes attributes)
    {
        if (!Validates(attributes.Resource)) return;
        var calls = new List<Task<ApiException?>>();
        foreach (var hook in _validating.All)
        {
            if (_matching.Match(hook, attributes) is { } served) calls.Add(AskAsync(hook, attributes, served));
        }

        foreach (var refusal in await Task.WhenAll(calls).ConfigureAwait(false))
        {
            if (refusal is not null) throw refusal;
        }
    }

    private async Task<ApiException?> AskAsync(Webhook hook, AdmissionAttributes attributes, ResourceDefinition served)
    {
        try
        {
            _ = await _calls.AskAsync(hook, attributes, served, mutating: false).ConfigureAwait(false);
            return null;
        }
        catch (ApiException refusal)
        {
            return refusal;
        }
    }
}

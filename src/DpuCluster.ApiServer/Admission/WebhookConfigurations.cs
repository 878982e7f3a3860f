using System.Runtime.CompilerServices;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Admission;

/// <summary>The webhooks of all stored configurations of one kind. What is stored is immutable, so each is read once.</summary>
internal sealed class WebhookConfigurations(StoreCollection configurations, WebhookConnections connections)
{
    private readonly ConditionalWeakTable<StoredObject, Webhook[]> _read = [];

    public bool Any => configurations.Published.Count > 0;

    /// <summary>All webhooks, in the order in which they are asked: by the names of their configurations, and as they stand in them.</summary>
    public IEnumerable<Webhook> All =>
        configurations.Published.SelectMany(configuration => _read.GetValue(configuration, stored => Webhook.ReadAll(stored.Parse(), connections)));
}

using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Controllers.Events;

/// <summary>Where events are written to.</summary>
internal interface IEventSink
{
    Task CreateAsync(Event value, CancellationToken cancellation);

    Task UpdateSeriesAsync(string ns, string name, int count, DateTimeOffset last, CancellationToken cancellation);
}

/// <summary>The events behind a client.</summary>
internal sealed class ClientEventSink(ResourceClient<Event> client) : IEventSink
{
    public Task CreateAsync(Event value, CancellationToken cancellation) => client.CreateAsync(value, null, cancellation);

    public Task UpdateSeriesAsync(string ns, string name, int count, DateTimeOffset last, CancellationToken cancellation) => client.PatchAsync(
        ns,
        name,
        Patch.Merge(new JsonObject
        {
            ["series"] = new JsonObject
            {
                ["count"] = count,
                ["lastObservedTime"] = last.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
            },
        }),
        null,
        cancellation);
}

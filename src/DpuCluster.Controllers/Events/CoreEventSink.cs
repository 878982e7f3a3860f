using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Controllers.Events;

/// <summary>
/// Writes events of the core group: what roles that were written for older controllers, the reference implementation's among
/// them, allow.
/// </summary>
internal sealed class CoreEventSink(ResourceClient<Unstructured> client) : IEventSink
{
    /// <summary>The resource that the client must be of.</summary>
    public static ResourceType Resource { get; } = new("", "v1", "Event", "events", Namespaced: true);

    public Task CreateAsync(Event value, CancellationToken cancellation)
    {
        var at = Time(value.EventTime ?? default);
        var fields = new JsonObject
        {
            ["involvedObject"] = JsonSerializer.SerializeToNode(value.Regarding!, KubernetesJsonContext.Default.ObjectReference),
            ["type"] = value.Type,
            ["reason"] = value.Reason,
            ["message"] = value.Note,
            ["source"] = new JsonObject { ["component"] = value.ReportingController },
            ["reportingComponent"] = value.ReportingController,
            ["reportingInstance"] = value.ReportingInstance,
            ["firstTimestamp"] = at,
            ["lastTimestamp"] = at,
            ["count"] = 1,
        };
        var core = new Unstructured
        {
            ApiVersion = Resource.ApiVersion,
            Kind = Resource.Kind,
            Metadata = value.Metadata,
            Fields = fields.ToDictionary(field => field.Key, field => JsonSerializer.SerializeToElement(field.Value, KubernetesJsonContext.Default.JsonNode)),
        };
        return client.CreateAsync(core, null, cancellation);
    }

    public Task UpdateSeriesAsync(string ns, string name, int count, DateTimeOffset last, CancellationToken cancellation) =>
        client.PatchAsync(ns, name, Patch.Merge(new JsonObject { ["count"] = count, ["lastTimestamp"] = Time(last) }), null, cancellation);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>Writes to one place until that is forbidden, and from then on to another.</summary>
internal sealed class FallbackEventSink(IEventSink preferred, IEventSink otherwise) : IEventSink
{
    private volatile IEventSink _current = preferred;

    public Task CreateAsync(Event value, CancellationToken cancellation) =>
        TryAsync(sink => sink.CreateAsync(value, cancellation));

    public Task UpdateSeriesAsync(string ns, string name, int count, DateTimeOffset last, CancellationToken cancellation) =>
        TryAsync(sink => sink.UpdateSeriesAsync(ns, name, count, last, cancellation));

    private async Task TryAsync(Func<IEventSink, Task> write)
    {
        var sink = _current;
        try
        {
            await write(sink).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsForbidden && sink != otherwise && !EventWriter.IsNamespaceEnding(exception))
        {
            await write(otherwise).ConfigureAwait(false);
            _current = otherwise;
        }
    }
}

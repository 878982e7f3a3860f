using System.Threading.Channels;
using DpuCluster.Controllers.Leases;
using DpuCluster.Controllers.Metrics;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Events;

/// <summary>
/// Tells people what happened to an object, as an <c>events.k8s.io/v1</c> event. What repeats becomes a series of one event. Never
/// blocks and never fails: events are written in the background at a bounded rate, and dropped (and counted) when there are too
/// many, or when the server does not take them. While the process does not lead they wait.
/// </summary>
public sealed class EventRecorder : IAsyncDisposable
{
    /// <summary>Longest reason that a server takes.</summary>
    public const int MaxReason = 128;

    /// <summary>Longest note that a server takes; a longer one is cut.</summary>
    public const int MaxNote = 1024;

    private readonly Channel<Occurrence> _queue;
    private readonly ILeadership _leadership;
    private readonly RuntimeMetrics? _metrics;
    private readonly EventWriter _writer;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stopping;
    private readonly Task _writing;

    internal EventRecorder(
        IEventSink sink,
        string controller,
        string instance,
        ILeadership leadership,
        TimeProvider clock,
        ILogger logger,
        RuntimeMetrics? metrics = null,
        EventOptions? options = null)
    {
        options ??= new EventOptions();
        (_leadership, _clock, _metrics) = (leadership, clock, metrics);
        _stopping = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        _queue = Channel.CreateBounded<Occurrence>(
            new BoundedChannelOptions(options.QueueLength) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true },
            _ => Dropped("queue full"));
        _writer = new EventWriter(sink, controller, instance, leadership, clock, logger, metrics, options);
        _writing = Task.Run(() => _writer.RunAsync(_queue.Reader, _stopping.Token));
    }

    /// <summary>Something went as it should.</summary>
    /// <param name="regarding">What it is about.</param>
    /// <param name="reason">Why, for programs: CamelCase, at most <see cref="MaxReason"/> characters.</param>
    /// <param name="note">For people; cut at <see cref="MaxNote"/> characters.</param>
    /// <param name="action">What the controller did or tried, in CamelCase.</param>
    public void Normal(IKubernetesObject regarding, string reason, string note, string action = "Reconcile") => Record("Normal", regarding, reason, note, action);

    /// <summary>Something needs a person's attention.</summary>
    /// <inheritdoc cref="Normal" path="/param"/>
    public void Warning(IKubernetesObject regarding, string reason, string note, string action = "Reconcile") => Record("Warning", regarding, reason, note, action);

    /// <summary>Writes what waits, for two seconds at most and only while the process leads, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_queue.Writer.TryComplete())
        {
            _stopping.CancelAfter(TimeSpan.FromSeconds(2));
            if (!_leadership.IsLeader)
            {
                await _stopping.CancelAsync().ConfigureAwait(false);
            }

            await _writing.ConfigureAwait(false);
            _stopping.Dispose();
        }
    }

    private void Record(string type, IKubernetesObject regarding, string reason, string note, string action)
    {
        ArgumentNullException.ThrowIfNull(regarding);
        var meta = regarding.Metadata;
        var about = new ObjectReference
        {
            ApiVersion = regarding.ApiVersion,
            Kind = regarding.Kind,
            Namespace = meta.Namespace,
            Name = meta.Name,
            Uid = meta.Uid,
            ResourceVersion = meta.ResourceVersion,
        };
        if (!_queue.Writer.TryWrite(new Occurrence(type, about, Cut(reason, MaxReason), Cut(note, MaxNote), Cut(action, MaxReason), _clock.GetUtcNow())))
        {
            Dropped("process ended");
        }
    }

    private void Dropped(string cause) => _metrics?.EventsDropped.Add(1, new KeyValuePair<string, object?>("cause", cause));

    private static string Cut(string text, int length)
    {
        // The server counts bytes of UTF-8.
        if (System.Text.Encoding.UTF8.GetByteCount(text) <= length)
        {
            return text;
        }

        var cut = Math.Min(text.Length, length - 3);
        while (System.Text.Encoding.UTF8.GetByteCount(text.AsSpan(0, cut)) > length - 3 || char.IsHighSurrogate(text[cut - 1]))
        {
            cut--;
        }

        return string.Concat(text.AsSpan(0, cut), "…");
    }
}

/// <summary>Something that happened once.</summary>
internal sealed record Occurrence(string Type, ObjectReference Regarding, string Reason, string Note, string Action, DateTimeOffset Time);

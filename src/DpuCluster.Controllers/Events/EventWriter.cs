using System.Globalization;
using System.Threading.Channels;
using DpuCluster.Controllers.Leases;
using DpuCluster.Controllers.Metrics;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Events;

/// <summary>
/// The background half of an <see cref="EventRecorder"/>: makes events of occurrences, and series of repeated ones. It writes only while the
/// process leads; else it waits, and what cannot wait in the queue is dropped there.
/// </summary>
internal sealed partial class EventWriter(
    IEventSink sink,
    string controller,
    string instance,
    ILeadership leadership,
    TimeProvider clock,
    ILogger logger,
    RuntimeMetrics? metrics,
    EventOptions options)
{
    private readonly Dictionary<Subject, Series> _series = [];
    private readonly Dictionary<string, TokenBucket> _objects = [];
    private readonly TokenBucket _all = new(clock, options.Burst, TimeSpan.FromSeconds(1 / options.Rate));
    private long _silentUntil = long.MinValue;
    private bool _forbiddenLogged;
    private long _names;

    public async Task RunAsync(ChannelReader<Occurrence> queue, CancellationToken cancellation)
    {
        var left = 0;
        try
        {
            while (await WaitAsync(queue, cancellation).ConfigureAwait(false))
            {
                while (queue.TryRead(out var occurrence))
                {
                    left = 1;
                    await WriteAsync(occurrence, cancellation).ConfigureAwait(false);
                    left = 0;
                }

                await FlushAsync(everything: false, cancellation).ConfigureAwait(false);
            }

            await FlushAsync(everything: true, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The process ends: what could not be written in time is dropped.
            while (queue.TryRead(out _))
            {
                left++;
            }

            Dropped("process ended", left);
            Unwritten(logger, left);
        }
    }

    // Wakes for a new occurrence, and while series are open, for the next time that one may be written.
    private async Task<bool> WaitAsync(ChannelReader<Occurrence> queue, CancellationToken cancellation)
    {
        if (_series.Count == 0)
        {
            return await queue.WaitToReadAsync(cancellation).ConfigureAwait(false);
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var arrival = queue.WaitToReadAsync(over.Token).AsTask();
        var tick = Task.Delay(options.SeriesInterval, clock, over.Token);
        if (await Task.WhenAny(arrival, tick).ConfigureAwait(false) == arrival)
        {
            await over.CancelAsync().ConfigureAwait(false);
            return await arrival.ConfigureAwait(false);
        }

        await over.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return true;
    }

    private async Task WriteAsync(Occurrence occurrence, CancellationToken cancellation)
    {
        var about = occurrence.Regarding;
        var subject = new Subject(about.Kind, about.Namespace, about.Name, about.Uid, occurrence.Type, occurrence.Reason, occurrence.Action, occurrence.Note);
        if (_series.TryGetValue(subject, out var series) && clock.GetUtcNow() - series.Last < options.SeriesEnd)
        {
            series.Count++;
            series.Last = occurrence.Time;
            series.Dirty = true;
            if (clock.GetElapsedTime(series.WrittenAt) >= options.SeriesInterval)
            {
                await UpdateAsync(subject, series, cancellation).ConfigureAwait(false);
            }

            return;
        }

        var key = $"{about.Kind}/{about.Namespace}/{about.Name}/{about.Uid}";
        if (!_objects.TryGetValue(key, out var bucket))
        {
            _objects.Add(key, bucket = new TokenBucket(clock, options.ObjectBurst, options.ObjectInterval));
        }

        if (!bucket.TryTake())
        {
            Dropped("too many about one object");
            return;
        }

        var ns = string.IsNullOrEmpty(about.Namespace) ? "default" : about.Namespace;
        var name = Name(about.Name ?? "");
        var value = new Event
        {
            Metadata = new ObjectMeta { Namespace = ns, Name = name },
            EventTime = occurrence.Time,
            ReportingController = controller,
            ReportingInstance = instance,
            Action = occurrence.Action,
            Reason = occurrence.Reason,
            Regarding = about,
            Note = occurrence.Note,
            Type = occurrence.Type,
        };
        if (await TryAsync(token => sink.CreateAsync(value, token), cancellation).ConfigureAwait(false))
        {
            _series[subject] = new Series(occurrence, ns, name) { Last = occurrence.Time, WrittenAt = clock.GetTimestamp() };
        }
    }

    private async Task UpdateAsync(Subject subject, Series series, CancellationToken cancellation)
    {
        series.Dirty = false;
        series.WrittenAt = clock.GetTimestamp();
        if (!await TryAsync(token => sink.UpdateSeriesAsync(series.Namespace, series.Name, series.Count, series.Last, token), cancellation).ConfigureAwait(false))
        {
            // The event may have outlived its time on the server: the next occurrence makes a new one.
            _series.Remove(subject);
        }
    }

    private async Task FlushAsync(bool everything, CancellationToken cancellation)
    {
        foreach (var (subject, series) in _series.ToList())
        {
            if (series.Dirty && (everything || clock.GetElapsedTime(series.WrittenAt) >= options.SeriesInterval))
            {
                await UpdateAsync(subject, series, cancellation).ConfigureAwait(false);
            }
            else if (clock.GetUtcNow() - series.Last >= options.SeriesEnd)
            {
                _series.Remove(subject);
            }
        }

        foreach (var (key, bucket) in _objects)
        {
            if (bucket.IsFull)
            {
                _objects.Remove(key);
            }
        }
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> write, CancellationToken cancellation)
    {
        if (_silentUntil != long.MinValue && clock.GetTimestamp() < _silentUntil)
        {
            Dropped("forbidden");
            return false;
        }

        for (var tries = 0; ; tries++)
        {
            await _all.TakeAsync(cancellation).ConfigureAwait(false);
            var certain = await leadership.WaitToLeadAsync(cancellation).ConfigureAwait(false);
            try
            {
                // What is under way when the lease is lost must not go on, with retries, while another acts.
                using var limit = new CancellationTokenSource(certain, clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
                await write(either.Token).ConfigureAwait(false);
                return true;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                throw;
            }
            catch (KubernetesException exception) when (exception.IsAlreadyExists && tries > 0)
            {
                // Made by a try whose answer was not heard: names are not given twice.
                return true;
            }
            catch (KubernetesException exception) when (exception.IsForbidden)
            {
                if (!_forbiddenLogged && !IsNamespaceEnding(exception))
                {
                    _forbiddenLogged = true;
                    Forbidden(logger, exception.Message);
                }

                if (!IsNamespaceEnding(exception))
                {
                    _silentUntil = clock.GetTimestamp() + (long)(options.ForbiddenPause.TotalSeconds * clock.TimestampFrequency);
                }

                Dropped("forbidden");
                return false;
            }
            catch (KubernetesException exception) when ((int)exception.Code is >= 400 and < 500 and not 429)
            {
                Refused(logger, exception.Message);
                Dropped("refused");
                return false;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // Anything else may pass by itself. Not for ever: the queue is bounded, and news grow old.
                if (tries >= 3)
                {
                    Refused(logger, exception.Message);
                    Dropped("not reachable");
                    return false;
                }

                await Task.Delay(TimeSpan.FromSeconds(1 << tries), clock, cancellation).ConfigureAwait(false);
            }
        }
    }

    // In a namespace that is being deleted everything new is forbidden; that says nothing about the next event.
    internal static bool IsNamespaceEnding(KubernetesException exception) =>
        exception.Status.Details?.Causes?.Any(cause => cause.Reason == "NamespaceTerminating") is true;

    private string Name(string about)
    {
        var suffix = (clock.GetUtcNow().UtcTicks + _names++).ToString("x", CultureInfo.InvariantCulture);
        return $"{about[..Math.Min(about.Length, 252 - suffix.Length)].TrimEnd('.', '-')}.{suffix}";
    }

    private void Dropped(string cause, long count = 1) => metrics?.EventsDropped.Add(count, new KeyValuePair<string, object?>("cause", cause));

    [LoggerMessage(LogLevel.Warning, "This process may not write events and goes on without: {Error}")]
    private static partial void Forbidden(ILogger logger, string error);

    [LoggerMessage(LogLevel.Information, "{Count} events were not written: the process ends")]
    private static partial void Unwritten(ILogger logger, int count);

    [LoggerMessage(LogLevel.Debug, "An event was not written: {Error}")]
    private static partial void Refused(ILogger logger, string error);

    private readonly record struct Subject(
        string? Kind, string? Namespace, string? Name, string? Uid, string Type, string Reason, string Action, string Note);

    private sealed class Series(Occurrence first, string ns, string name)
    {
        public string Namespace => ns;

        public string Name => name;

        public int Count { get; set; } = 1;

        public DateTimeOffset Last { get; set; } = first.Time;

        public long WrittenAt { get; set; }

        public bool Dirty { get; set; }
    }
}

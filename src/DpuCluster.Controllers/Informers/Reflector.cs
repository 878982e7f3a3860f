using DpuCluster.Controllers.Metrics;
using DpuCluster.Kubernetes.Meta;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Informers;

/// <summary>
/// Keeps a store equal to a server's collection: reads it once, then watches, for ever, whatever happens to the connection. Every
/// way in which a watch can end leads back into the loop; only cancellation leads out.
/// </summary>
internal sealed class Reflector<T>
    where T : class, IKubernetesObject<T>
{
    private readonly ResourceType _resource;
    private readonly IListWatch<T> _source;
    private readonly IReflectorTarget<T> _target;
    private readonly InformerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly RuntimeMetrics? _metrics;
    private readonly Backoff _backoff;
    private readonly KeyValuePair<string, object?> _label;
    private bool _streaming;
    private string? _version;
    private bool _doubtful;
    private int _failures;

    public Reflector(
        ResourceType resource, IListWatch<T> source, IReflectorTarget<T> target, InformerOptions options, TimeProvider clock, ILogger logger, RuntimeMetrics? metrics)
    {
        (_resource, _source, _target, _options, _clock, _logger, _metrics) = (resource, source, target, options, clock, logger, metrics);
        _backoff = new Backoff(options.FirstBackoff, options.MaxBackoff, options.Random);
        _streaming = options.Streaming;
        _label = new("resource", resource.GroupResource);
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var started = _clock.GetTimestamp();
            Exception? failure;
            try
            {
                await TurnAsync(cancellation).ConfigureAwait(false);
                failure = null;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Whatever it is, the one thing a reflector must never do is to stop.
                failure = exception;
            }

            var lasted = _clock.GetElapsedTime(started);
            if (lasted >= _options.TakenForGood)
            {
                Worked();
            }

            var wait = failure is null ? AfterEnd(lasted) : AfterFailure(failure);
            if (wait > TimeSpan.Zero)
            {
                try
                {
                    await Task.Delay(wait, _clock, cancellation).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    private async Task TurnAsync(CancellationToken cancellation)
    {
        if (_version is null)
        {
            // A server that fails twice in a row on a streaming list may be overwhelmed by just that.
            if (_streaming && _failures < 2)
            {
                await StreamAsync(cancellation).ConfigureAwait(false);
                return;
            }

            await ListAsync(cancellation).ConfigureAwait(false);
        }
        else if (_doubtful && await WentBackAsync(cancellation).ConfigureAwait(false))
        {
            Log.WentBack(_logger, _resource, _version);
            _version = null;
            return;
        }

        await WatchAsync(cancellation).ConfigureAwait(false);
    }

    private async Task ListAsync(CancellationToken cancellation)
    {
        _metrics?.InformerRelists.Add(1, _label);
        var items = new Dictionary<NamespacedName, T>();
        var page = await _source.ListAsync(_options.PageSize, null, cancellation).ConfigureAwait(false);
        var version = page.ResourceVersion;
        while (true)
        {
            foreach (var item in page.Items)
            {
                items[item.Key] = item;
            }

            if (string.IsNullOrEmpty(page.Continue))
            {
                break;
            }

            try
            {
                page = await _source.ListAsync(_options.PageSize, page.Continue, cancellation).ConfigureAwait(false);
            }
            catch (KubernetesException exception) when (exception.IsGone)
            {
                // The history under the pages was compacted: everything in one answer needs no history.
                items.Clear();
                page = await _source.ListAsync(null, null, cancellation).ConfigureAwait(false);
                version = page.ResourceVersion;
            }
        }

        _target.Replace(items, version);
        _version = version;
        _target.Reached(version);
        _doubtful = false;
    }

    private async Task StreamAsync(CancellationToken cancellation)
    {
        var initial = new Dictionary<NamespacedName, T>();
        using var patience = new CancellationTokenSource(_options.StreamingPatience, _clock);
        using var impatience = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            _metrics?.InformerRelists.Add(1, _label);
            var stream = Watch(null, sendInitialEvents: true, impatience.Token);
            await foreach (var change in stream.ConfigureAwait(false))
            {
                if (_version is not null)
                {
                    Take(change);
                    continue;
                }

                if (change.Type != WatchEventType.Bookmark)
                {
                    patience.CancelAfter(_options.StreamingPatience);
                }

                if (change is { Type: WatchEventType.Bookmark, EndsInitialEvents: true })
                {
                    patience.CancelAfter(Timeout.InfiniteTimeSpan);
                    _target.Replace(initial, change.ResourceVersion);
                    initial = [];
                    _doubtful = false;
                    Reached(change.ResourceVersion);
                    Worked();
                }
                else if (change.Type == WatchEventType.Deleted)
                {
                    initial.Remove(change.Object!.Key);
                }
                else if (change.Object is { } value)
                {
                    initial[value.Key] = value;
                }
            }

            if (_version is null)
            {
                // A failure, so that a server that ends every stream at once is not asked in a busy loop.
                throw new IOException($"the streaming list of {_resource.GroupResource} ended before it was complete");
            }
        }
        catch (KubernetesException refusal) when (_version is null && IsStreamingRefused(refusal))
        {
            Log.NoStreamingList(_logger, _resource, refusal.Message);
            _streaming = false;
        }
        catch (OperationCanceledException) when (_version is null && !cancellation.IsCancellationRequested)
        {
            Log.NoStreamingList(_logger, _resource, "the server does not say where the list ends");
            _streaming = false;
        }
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        var any = false;
        await foreach (var change in Watch(_version, sendInitialEvents: false, cancellation).ConfigureAwait(false))
        {
            Take(change);
            if (!any)
            {
                any = true;
                Worked();
            }
        }
    }

    private async IAsyncEnumerable<WatchEvent<T>> Watch(
        string? version, bool sendInitialEvents, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        // Random, so that the watches of many clients do not end together.
        var timeout = TimeSpan.FromSeconds(
            Math.Round(_options.MinWatch.TotalSeconds + ((_options.MaxWatch - _options.MinWatch).TotalSeconds * _options.Random.NextDouble())));
        using var overdue = new CancellationTokenSource(timeout + _options.WatchGrace, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, overdue.Token);
        _metrics?.InformerWatches.Add(1, _label);
        var started = _clock.GetTimestamp();
        _target.Attempting(started);
        await using var events = _source.WatchAsync(version, sendInitialEvents, timeout, either.Token).GetAsyncEnumerator(either.Token);
        while (true)
        {
            try
            {
                if (!await events.MoveNextAsync().ConfigureAwait(false))
                {
                    // Before its time: the server restarts, and may come back with another state.
                    _doubtful |= _clock.GetElapsedTime(started) < timeout;
                    yield break;
                }
            }
            catch (OperationCanceledException) when (overdue.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                // The server should have ended the watch by itself: nobody is there any more.
                throw new TimeoutException($"the watch of {_resource.GroupResource} did not end when it should have");
            }

            yield return events.Current;
        }
    }

    private void Take(in WatchEvent<T> change)
    {
        if (change.Type == WatchEventType.Bookmark)
        {
            if (ResourceVersions.IsOlder(change.ResourceVersion, _version))
            {
                throw new ServerWentBackException();
            }

            Reached(change.ResourceVersion);
            return;
        }

        // A watch delivers in order: what is not newer than what was seen is a repetition.
        if (change.Object is not { } value || (_version is not null && ResourceVersions.IsAtLeast(_version, change.ResourceVersion)))
        {
            return;
        }

        if (change.Type == WatchEventType.Deleted)
        {
            _target.Remove(value);
        }
        else
        {
            _target.Set(value);
        }

        Reached(change.ResourceVersion);
    }

    private void Reached(string version)
    {
        if (version.Length > 0)
        {
            _version = version;
            _target.Reached(version);
        }
    }

    // The server restored from a backup accepts a watch from a version that it has never had, and then says nothing.
    private async Task<bool> WentBackAsync(CancellationToken cancellation)
    {
        var page = await _source.ListAsync(1, null, cancellation).ConfigureAwait(false);
        _doubtful = false;
        return ResourceVersions.IsOlder(page.ResourceVersion, _version);
    }

    private void Worked()
    {
        if (_failures > 0)
        {
            Log.Recovered(_logger, _resource);
        }

        _failures = 0;
        _backoff.Reset();
        _target.Worked();
    }

    private TimeSpan AfterEnd(TimeSpan lasted)
    {
        // A server that ends every watch at once must not be asked in a busy loop.
        return lasted < TimeSpan.FromSeconds(1) && _version is not null ? _backoff.Next() : TimeSpan.Zero;
    }

    private TimeSpan AfterFailure(Exception failure)
    {
        if (failure is ServerWentBackException || (failure is KubernetesException gone && IsHistoryLost(gone)))
        {
            Log.ListAgain(_logger, _resource, failure.Message);
            _version = null;

            // Once at once; a server that says it again and again is waited for, and is not one that works.
            if (_failures++ == 0)
            {
                return TimeSpan.Zero;
            }

            _target.Failed(failure);
            return _backoff.Next();
        }

        if (_target.Failed(failure))
        {
            if (_failures++ == 0)
            {
                Log.Unavailable(_logger, _resource, failure.Message);
            }

            return failure is KubernetesException { IsNotFound: true } ? _options.UnknownKindRetry : _options.UnavailableRetry;
        }

        if (_failures++ == 0)
        {
            Log.WatchFailed(_logger, _resource, failure.Message);
        }
        else
        {
            Log.WatchStillFails(_logger, _resource, _failures, failure.Message);
        }

        _doubtful = true;
        var wait = _backoff.Next();
        return failure is KubernetesException { RetryAfter: { } asked } && asked > wait ? asked : wait;
    }

    private static bool IsStreamingRefused(KubernetesException exception) => (int)exception.Code is 400 or 405 or 406 or 415 or 422 or 501;

    private static bool IsHistoryLost(KubernetesException exception) =>
        exception.IsGone || exception.Status.Details?.Causes?.Any(cause => cause.Reason == "ResourceVersionTooLarge") is true;

    private sealed class ServerWentBackException() : Exception("the server has an older state than the one that was seen");
}

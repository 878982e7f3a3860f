using System.Collections.Immutable;
using DpuCluster.Controllers.Metrics;
using DpuCluster.Kubernetes.Meta;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Informers;

/// <summary>
/// A copy of a server's collection that follows every change, and tells handlers of each. Made by an
/// <see cref="InformerFactory"/>, so that all controllers of a process share one for each resource.
/// </summary>
/// <typeparam name="T">Type of the objects.</typeparam>
public sealed class Informer<T> : IInformer, IReflectorTarget<T>, IRunnableInformer
    where T : class, IKubernetesObject<T>
{
    private readonly Lock _gate = new();
    private readonly Reflector<T> _reflector;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly InformerOptions _options;
    private readonly RuntimeMetrics? _metrics;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<Action<Change<T>>> _handlers = [];
    private volatile Failure? _failure;
    private volatile bool _synced;
    private volatile string? _version;
    private long _attempt = -1;

    internal Informer(
        ResourceType resource, IListWatch<T> source, InformerOptions options, TimeProvider clock, ILogger logger, RuntimeMetrics? metrics)
    {
        Resource = resource;
        (_options, _clock, _logger, _metrics) = (options, clock, logger, metrics);
        _reflector = new Reflector<T>(resource, source, this, options, clock, logger, metrics);
    }

    /// <inheritdoc/>
    public ResourceType Resource { get; }

    /// <summary>The objects.</summary>
    public ObjectStore<T> Store { get; } = new();

    /// <inheritdoc/>
    public int Count => Store.Count;

    /// <inheritdoc/>
    public bool HasSynced => _synced;

    /// <inheritdoc/>
    public InformerHealth Health
    {
        get
        {
            var failure = _failure;
            var attempt = Interlocked.Read(ref _attempt);

            // A quiet collection sends nothing; a watch that has stood for a while is one that works.
            var stands = attempt >= 0 && _clock.GetElapsedTime(attempt) > _options.TakenForGood;
            return failure is null || stands
                ? new InformerHealth(_synced, false, null, null)
                : new InformerHealth(_synced, failure.Unavailable, failure.Since, failure.Message) { IsRefused = failure.Refused };
        }
    }

    internal bool Optional { get; set; }

    /// <summary>The version up to which everything was seen; <see langword="null"/> before the first list.</summary>
    internal string? Version => _version;

    /// <inheritdoc/>
    public Task WaitForSyncAsync(CancellationToken cancellation) => _ready.Task.WaitAsync(cancellation);

    /// <summary>
    /// Calls a handler for every object that is there, as <see cref="ChangeType.Added"/>, and from then on for every change: in
    /// order, one at a time, after the store has it, never twice for one version, unless the server was set back in time: then of every
    /// object anew. The handler must be quick: it is called on the informer's own loop.
    /// </summary>
    /// <returns>Disposed, it ends the calls.</returns>
    public IDisposable AddHandler(Action<Change<T>> handler)
    {
        lock (_gate)
        {
            foreach (var value in Store.All)
            {
                Tell(handler, new Change<T>(ChangeType.Added, value, null));
            }

            _handlers = _handlers.Add(handler);
        }

        return new Subscription(this, handler);
    }

    /// <summary>Adds an index to the store, unless there is one of this name.</summary>
    /// <param name="name">Name for <see cref="ObjectStore{T}.ByIndex"/>.</param>
    /// <param name="values">The values under which an object is found; a function of the object alone.</param>
    public void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        lock (_gate)
        {
            if (!Store.HasIndex(name))
            {
                Store.AddIndex(name, values);
            }
        }
    }

    Task IRunnableInformer.RunAsync(CancellationToken cancellation) => _reflector.RunAsync(cancellation);

    void IReflectorTarget<T>.Replace(Dictionary<NamespacedName, T> items, string version)
    {
        lock (_gate)
        {
            // A server set back in time gives versions a second time, to other states: none that is known says what is there now.
            var isAnew = ResourceVersions.IsOlder(version, _version);

            // Deletions first: an object that has moved to another key must not be there twice.
            foreach (var key in Store.Keys.Where(key => !items.ContainsKey(key)).ToList())
            {
                Delete(key, null);
            }

            foreach (var (key, value) in items)
            {
                Put(key, value, isAnew);
            }
        }

        _synced = true;
        _ready.TrySetResult();
        Measure();
    }

    void IReflectorTarget<T>.Set(T value)
    {
        lock (_gate)
        {
            Put(value.Key, value);
        }

        Measure();
    }

    void IReflectorTarget<T>.Remove(T value)
    {
        lock (_gate)
        {
            Delete(value.Key, value);
        }

        Measure();
    }

    void IReflectorTarget<T>.Reached(string version) => _version = version;

    void IReflectorTarget<T>.Attempting(long timestamp) => Interlocked.Exchange(ref _attempt, timestamp);

    void IReflectorTarget<T>.Worked() => _failure = null;

    bool IReflectorTarget<T>.Failed(Exception failure)
    {
        Interlocked.Exchange(ref _attempt, -1);
        var refused = failure is KubernetesException { Code: System.Net.HttpStatusCode.Forbidden or System.Net.HttpStatusCode.NotFound };
        var unavailable = Optional && refused;
        _failure = new Failure(_failure?.Since ?? _clock.GetUtcNow(), failure.Message, refused, unavailable);
        if (unavailable)
        {
            _ready.TrySetResult();
        }

        return unavailable;
    }

    private void Put(NamespacedName key, T value, bool isAnew = false)
    {
        if (value.Metadata.ManagedFields is not null)
        {
            value = value.WithMetadata(value.Metadata with { ManagedFields = null });
        }

        var old = Store.Find(key);
        if (old is not null && old.Metadata.Uid != value.Metadata.Uid)
        {
            Delete(key, null);
            old = null;
        }

        if (old is not null && old.Metadata.ResourceVersion == value.Metadata.ResourceVersion && !isAnew)
        {
            return;
        }

        Store.Set(key, value, old);
        Tell(new Change<T>(old is null ? ChangeType.Added : ChangeType.Updated, value, old));
    }

    private void Delete(NamespacedName key, T? last)
    {
        if (Store.Find(key) is { } old)
        {
            Store.Remove(key, old);
            Tell(new Change<T>(ChangeType.Deleted, last ?? old, old));
        }
    }

    private void Tell(in Change<T> change)
    {
        foreach (var handler in _handlers)
        {
            Tell(handler, change);
        }
    }

    private void Tell(Action<Change<T>> handler, in Change<T> change)
    {
        try
        {
            handler(change);
        }
        catch (Exception exception)
        {
            // One handler's fault must not take the watch away from the others.
            Log.HandlerFailed(_logger, exception, Resource, change.Object.Key);
        }
    }

    private void Measure() => _metrics?.InformerObjects.Record(Store.Count, new KeyValuePair<string, object?>("resource", Resource.GroupResource));

    private sealed record Failure(DateTimeOffset Since, string Message, bool Refused, bool Unavailable);

    private sealed class Subscription(Informer<T> informer, Action<Change<T>> handler) : IDisposable
    {
        public void Dispose()
        {
            lock (informer._gate)
            {
                informer._handlers = informer._handlers.Remove(handler);
            }
        }
    }
}

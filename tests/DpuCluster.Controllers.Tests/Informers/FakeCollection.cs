using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Controllers.Tests.Informers;

/// <summary>A server's collection in memory, with its history, whose answers a test can spoil.</summary>
internal sealed class FakeCollection : IListWatch<ConfigMap>
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, ConfigMap> _objects = [];
    private readonly List<(long Version, WatchEventType Type, ConfigMap Object)> _history = [];
    private TaskCompletionSource _changed = New();
    private TaskCompletionSource _cut = New();
    private long _compacted;
    private int _uids;

    /// <summary>Asked before every list and watch; an exception is the answer.</summary>
    public Func<string, Exception?> Refuse { get; set; } = _ => null;

    /// <summary>Asked before every event; an exception ends the watch.</summary>
    public Func<Exception?> Break { get; set; } = () => null;

    /// <summary>Asked after every event; whether to send it, and the one before it, again.</summary>
    public Func<bool> Repeat { get; set; } = () => false;

    /// <summary>Whether watches end in order when they are cut, as those of a server do that is told to stop; otherwise they break.</summary>
    public bool EndsInOrder { get; set; }

    /// <summary>Whether every watch ends in order as soon as it has begun.</summary>
    public bool EndsAtOnce { get; set; }

    public bool SupportsStreaming { get; set; } = true;

    public bool SendsInitialBookmark { get; set; } = true;

    public List<string> Requests { get; } = [];

    public long Version { get; private set; } = 100;

    public Dictionary<NamespacedName, string> State
    {
        get
        {
            lock (_gate)
            {
                return _objects.Values.ToDictionary(value => value.Key, value => value.Metadata.ResourceVersion!);
            }
        }
    }

    public ConfigMap Put(string name)
    {
        lock (_gate)
        {
            var old = _objects.GetValueOrDefault(name);
            var value = new ConfigMap
            {
                Metadata = new ObjectMeta
                {
                    Namespace = "ns",
                    Name = name,
                    Uid = old?.Metadata.Uid ?? $"uid-{++_uids}",
                    ResourceVersion = Text(++Version),
                    ManagedFields = JsonDocument.Parse("[]").RootElement,
                },
            };
            _objects[name] = value;
            Happened(old is null ? WatchEventType.Added : WatchEventType.Modified, value);
            return value;
        }
    }

    public void Delete(string name)
    {
        lock (_gate)
        {
            if (_objects.Remove(name, out var old))
            {
                Happened(WatchEventType.Deleted, old with { Metadata = old.Metadata with { ResourceVersion = Text(++Version) } });
            }
        }
    }

    /// <summary>Forgets all history: whoever is behind must list again.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            _compacted = Version;
            _history.Clear();
            Wake();
        }
    }

    /// <summary>The server is restored from an old backup: another state, smaller versions, other identities.</summary>
    public void GoBack(long version, params string[] names)
    {
        lock (_gate)
        {
            _objects.Clear();
            _history.Clear();
            Version = version;
            _compacted = 0;
            foreach (var name in names)
            {
                Put(name);
            }
        }

        Cut();
    }

    /// <summary>Breaks every watch.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _cut.TrySetResult();
            _cut = New();
        }
    }

    public Task<KubernetesList<ConfigMap>> ListAsync(int? limit, string? continuation, CancellationToken cancellation)
    {
        lock (_gate)
        {
            Requests.Add(limit == 1 ? "probe" : "list");
            if (Refuse("list") is { } fault)
            {
                throw fault;
            }

            var skip = continuation is null ? 0 : int.Parse(continuation, CultureInfo.InvariantCulture);
            var page = _objects.Values.Skip(skip).Take(limit ?? int.MaxValue).ToList();
            var next = skip + page.Count < _objects.Count ? (skip + page.Count).ToString(CultureInfo.InvariantCulture) : null;
            return Task.FromResult(new KubernetesList<ConfigMap>(page, Text(Version), next, null));
        }
    }

    public async IAsyncEnumerable<WatchEvent<ConfigMap>> WatchAsync(
        string? resourceVersion, bool sendInitialEvents, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Yield();
        Task cut;
        var position = 0L;
        List<ConfigMap> initial = [];
        lock (_gate)
        {
            Requests.Add(sendInitialEvents ? "stream" : "watch");
            if (Refuse(sendInitialEvents ? "stream" : "watch") is { } fault)
            {
                throw fault;
            }

            if (sendInitialEvents && !SupportsStreaming)
            {
                throw Error(HttpStatusCode.UnprocessableEntity, StatusReason.Invalid);
            }

            cut = _cut.Task;
            position = resourceVersion is null ? Version : long.Parse(resourceVersion, CultureInfo.InvariantCulture);
            initial = sendInitialEvents ? [.. _objects.Values] : [];
        }

        if (EndsAtOnce)
        {
            yield break;
        }

        foreach (var value in initial)
        {
            yield return new WatchEvent<ConfigMap>(WatchEventType.Added, value, value.Metadata.ResourceVersion!);
        }

        if (sendInitialEvents && SendsInitialBookmark)
        {
            yield return new WatchEvent<ConfigMap>(WatchEventType.Bookmark, null, Text(position), EndsInitialEvents: true);
        }

        WatchEvent<ConfigMap>? before = null;
        while (true)
        {
            (long Version, WatchEventType Type, ConfigMap Object) next;
            Task changed;
            lock (_gate)
            {
                if (position < _compacted)
                {
                    throw Error(HttpStatusCode.Gone, StatusReason.Expired);
                }

                next = _history.Find(entry => entry.Version > position);
                changed = _changed.Task;
            }

            if (next.Object is null)
            {
                if (await Task.WhenAny(changed, cut).WaitAsync(cancellation) == cut)
                {
                    if (EndsInOrder)
                    {
                        yield break;
                    }

                    throw new IOException("connection reset");
                }

                continue;
            }

            if (Break() is { } broken)
            {
                throw broken;
            }

            position = next.Version;
            var told = new WatchEvent<ConfigMap>(next.Type, next.Object, Text(next.Version));
            yield return told;
            if (Repeat())
            {
                yield return told;
                yield return before ?? told;
            }

            before = told;
        }
    }

    public static KubernetesException Error(HttpStatusCode code, string reason) =>
        new(new Kubernetes.Meta.Status { Code = (int)code, Reason = reason, Message = reason });

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Happened(WatchEventType type, ConfigMap value)
    {
        _history.Add((Version, type, value));
        Wake();
    }

    private void Wake()
    {
        _changed.TrySetResult();
        _changed = New();
    }
}

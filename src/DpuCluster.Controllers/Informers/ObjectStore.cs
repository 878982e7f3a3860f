using System.Collections.Concurrent;
using System.Collections.Immutable;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Informers;

/// <summary>
/// The objects that an informer knows, as the server last told of them. Reading takes no lock. The objects are shared: they are
/// immutable records and must stay as they are; <c>managedFields</c> are not kept.
/// </summary>
/// <typeparam name="T">Type of the objects.</typeparam>
public sealed class ObjectStore<T>
    where T : class, IKubernetesObject<T>
{
    private readonly ConcurrentDictionary<NamespacedName, T> _objects = new(concurrencyLevel: 1, capacity: 31);
    private ImmutableDictionary<string, Index> _indexes = ImmutableDictionary<string, Index>.Empty;

    internal ObjectStore()
    {
    }

    /// <summary>How many objects there are.</summary>
    public int Count => _objects.Count;

    /// <summary>Every object, in no order; a picture that may mix states while changes come in.</summary>
    public IEnumerable<T> All => _objects.Select(entry => entry.Value);

    /// <summary>The object of this name; <see langword="null"/> where there is none.</summary>
    public T? Find(NamespacedName key) => _objects.GetValueOrDefault(key);

    /// <summary>The object of this name; <see langword="null"/> where there is none.</summary>
    public T? Find(string ns, string name) => Find(new NamespacedName(ns, name));

    /// <summary>The objects that have this value in this index.</summary>
    /// <exception cref="ArgumentException">There is no index of this name.</exception>
    public IEnumerable<T> ByIndex(string index, string value)
    {
        var keys = _indexes.TryGetValue(index, out var found)
            ? found.Keys.GetValueOrDefault(value)
            : throw new ArgumentException($"no index \"{index}\"", nameof(index));
        return keys is null ? [] : keys.Select(Find).OfType<T>();
    }

    // Written by one thread at a time only: the informer's, under its lock.
    internal IEnumerable<NamespacedName> Keys => _objects.Select(entry => entry.Key);

    internal void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        var index = new Index(values);
        foreach (var (key, value) in _objects)
        {
            index.Add(key, value);
        }

        if (!ImmutableInterlocked.TryAdd(ref _indexes, name, index))
        {
            throw new ArgumentException($"there is an index \"{name}\" already", nameof(name));
        }
    }

    internal bool HasIndex(string name) => _indexes.ContainsKey(name);

    internal void Set(NamespacedName key, T value, T? old)
    {
        foreach (var index in _indexes.Values)
        {
            if (old is not null)
            {
                index.Remove(key, old);
            }

            index.Add(key, value);
        }

        _objects[key] = value;
    }

    internal void Remove(NamespacedName key, T old)
    {
        foreach (var index in _indexes.Values)
        {
            index.Remove(key, old);
        }

        _objects.TryRemove(key, out _);
    }

    private sealed class Index(Func<T, IEnumerable<string>> values)
    {
        public ConcurrentDictionary<string, ImmutableHashSet<NamespacedName>> Keys { get; } = new(concurrencyLevel: 1, capacity: 31);

        public void Add(NamespacedName key, T value)
        {
            foreach (var entry in values(value))
            {
                Keys[entry] = (Keys.GetValueOrDefault(entry) ?? []).Add(key);
            }
        }

        public void Remove(NamespacedName key, T value)
        {
            foreach (var entry in values(value))
            {
                if (Keys.TryGetValue(entry, out var keys))
                {
                    var rest = keys.Remove(key);
                    if (rest.IsEmpty)
                    {
                        Keys.TryRemove(entry, out _);
                    }
                    else
                    {
                        Keys[entry] = rest;
                    }
                }
            }
        }
    }
}

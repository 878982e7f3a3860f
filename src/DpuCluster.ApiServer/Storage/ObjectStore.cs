using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace DpuCluster.ApiServer.Storage;

/// <summary>How a commit ended.</summary>
internal enum CommitOutcome
{
    Committed,

    /// <summary>There is an object of this key where none was expected.</summary>
    Exists,

    /// <summary>The object is not there.</summary>
    Missing,

    /// <summary>The object is in another state than expected.</summary>
    Conflict,
}

/// <summary>A commit's end.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Object">What is stored now; of a deletion, the last state with the deletion's revision.</param>
internal readonly record struct Commit(CommitOutcome Outcome, StoredObject? Object);

/// <summary>A state of a collection at a revision.</summary>
internal readonly record struct Snapshot(long Revision, ImmutableSortedSet<StoredObject> Objects);

/// <summary>
/// All objects, with one counter of revisions. A commit checks its precondition, takes its revision and its place in the log under
/// one lock that is held for microseconds; it is told to readers and watches once the log says that it is safe.
/// </summary>
internal sealed class ObjectStore
{
    private readonly Lock _gate = new();
    private readonly IStoreLog _log;
    private readonly int _historyLimit;
    private readonly ConcurrentDictionary<(string Group, string Plural), StoreCollection> _collections = new();
    private readonly Queue<StoreChange> _unpublished = new();
    private readonly Dictionary<StoreCollection, long> _sequences = [];
    private StoreChange _tail;
    private long _revision;
    private long _published;

    /// <summary>Makes an empty store.</summary>
    /// <param name="log">Where commits go first.</param>
    /// <param name="historyLimit">How many changes of each resource a watch can start from; also how far a watch may fall behind.</param>
    public ObjectStore(IStoreLog log, int historyLimit = 8192)
    {
        _log = log;
        _historyLimit = historyLimit;
        _revision = _published = 1;
        _tail = new StoreChange(new StoreCollection("", "", 1), null, null, 1, 0);
    }

    /// <summary>The revision that readers see.</summary>
    public long PublishedRevision => Volatile.Read(ref _published);

    /// <summary>The end of the changes of all collections.</summary>
    public StoreChange Tail => Volatile.Read(ref _tail);

    /// <summary>Raised after changes of any collection.</summary>
    public Signal Changed { get; } = new();

    public IEnumerable<StoreCollection> Collections => _collections.Values;

    public StoreCollection Collection((string Group, string Plural) key) =>
        _collections.GetOrAdd(key, static (k, limit) => new StoreCollection(k.Group, k.Plural, limit), _historyLimit);

    /// <summary>The newest state of an object, whether safe yet or not; null when there is none. For writers.</summary>
    public static StoredObject? Newest(StoreCollection collection, string ns, string name) => Find(collection.Head, ns, name);

    /// <summary>The state of an object that may be told; null when there is none.</summary>
    public static StoredObject? Get(StoreCollection collection, string ns, string name) => Find(collection.Published, ns, name);

    /// <summary>All objects of a collection, and the revision that this is the state of.</summary>
    public Snapshot List(StoreCollection collection)
    {
        lock (_gate) return new Snapshot(_published, collection.Published);
    }

    /// <summary>The state of a collection at a revision that a page of a list was read at; null when it is forgotten.</summary>
    public ImmutableSortedSet<StoredObject>? StateAt(StoreCollection collection, long revision)
    {
        lock (_gate) return collection.StateAt(revision);
    }

    /// <summary>Keeps a state for the next pages of a list.</summary>
    public void Keep(StoreCollection collection, Snapshot snapshot)
    {
        lock (_gate) collection.Keep(snapshot.Revision, snapshot.Objects);
    }

    /// <summary>Starts to read the changes after a revision; null when they are compacted away (see <see cref="StoreCollection.CompactedTo"/>).</summary>
    public StoreCursor? ReadAfter(StoreCollection collection, long revision)
    {
        lock (_gate)
        {
            return collection.StartAfter(revision) is { } start ? new StoreCursor(this, collection, start) : null;
        }
    }

    /// <summary>All objects of a collection, and the changes after that state.</summary>
    public (Snapshot Snapshot, StoreCursor Cursor) ReadAll(StoreCollection collection)
    {
        lock (_gate) return (new Snapshot(_published, collection.Published), new StoreCursor(this, collection, collection.Tail));
    }

    /// <summary>Forgets history up to a revision, as etcd does when it is compacted.</summary>
    public void Compact(long revision)
    {
        lock (_gate)
        {
            foreach (var collection in _collections.Values) collection.Compact(revision);
        }
    }

    /// <summary>Stores a new object.</summary>
    public ValueTask<Commit> CreateAsync(StoreCollection collection, ObjectDraft draft)
    {
        StoreChange change;
        lock (_gate)
        {
            if (Find(collection.Head, draft.Header.Namespace, draft.Header.Name) is { } existing)
            {
                return ValueTask.FromResult(new Commit(CommitOutcome.Exists, existing));
            }

            change = Append(collection, null, draft);
        }

        return CompleteAsync(change, change.Current!);
    }

    /// <summary>Stores a new state of an object, if it is still in the state that the new one was made from.</summary>
    public ValueTask<Commit> UpdateAsync(StoreCollection collection, StoredObject expected, ObjectDraft draft)
    {
        StoreChange change;
        lock (_gate)
        {
            if (Mismatch(collection, expected) is { } mismatch) return ValueTask.FromResult(mismatch);
            change = Append(collection, expected, draft);
        }

        return CompleteAsync(change, change.Current!);
    }

    /// <summary>Removes an object, if it is still in the state that was seen.</summary>
    public ValueTask<Commit> DeleteAsync(StoreCollection collection, StoredObject expected)
    {
        StoreChange change;
        lock (_gate)
        {
            if (Mismatch(collection, expected) is { } mismatch) return ValueTask.FromResult(mismatch);
            change = Append(collection, expected, null);
        }

        return CompleteAsync(change, change.Left);
    }

    private static Commit? Mismatch(StoreCollection collection, StoredObject expected)
    {
        var current = Find(collection.Head, expected.Namespace, expected.Name);
        if (current is null) return new Commit(CommitOutcome.Missing, null);
        return current.Revision == expected.Revision ? null : new Commit(CommitOutcome.Conflict, current);
    }

    private StoreChange Append(StoreCollection collection, StoredObject? previous, ObjectDraft? draft)
    {
        var revision = ++_revision;
        var current = draft is null ? null : StoredObject.From(draft, revision);
        var sequence = _sequences[collection] = _sequences.GetValueOrDefault(collection) + 1;
        var change = new StoreChange(collection, previous, current, revision, sequence);
        var head = collection.Head;
        if (previous is not null) head = head.Remove(previous);
        if (current is not null) head = head.Add(current);
        collection.Head = head;
        _log.Append(change);
        if (_log.IsImmediate) Publish(change);
        else _unpublished.Enqueue(change);
        return change;
    }

    private async ValueTask<Commit> WaitForLogAsync(StoreChange change, StoredObject result)
    {
        await _log.FlushAsync(change.Revision).ConfigureAwait(false);
        lock (_gate)
        {
            // Whoever comes first publishes everything up to its own change: the log is safe up to there.
            while (_unpublished.TryPeek(out var next) && next.Revision <= change.Revision) Publish(_unpublished.Dequeue());
        }

        return new Commit(CommitOutcome.Committed, result);
    }

    private ValueTask<Commit> CompleteAsync(StoreChange change, StoredObject result) =>
        _log.IsImmediate ? ValueTask.FromResult(new Commit(CommitOutcome.Committed, result)) : WaitForLogAsync(change, result);

    private void Publish(StoreChange change)
    {
        change.Collection.Publish(change);
        _tail.Next = change;
        Volatile.Write(ref _tail, change);
        Volatile.Write(ref _published, change.Revision);
        Changed.Raise();
    }

    private static StoredObject? Find(ImmutableSortedSet<StoredObject> objects, string ns, string name) =>
        objects.TryGetValue(StoredObject.Probe(ns, name), out var found) ? found : null;

    /// <summary>Index of the first object that is not before the key.</summary>
    public static int LowerBound(ImmutableSortedSet<StoredObject> objects, string ns, string name)
    {
        var index = objects.IndexOf(StoredObject.Probe(ns, name));
        return index < 0 ? ~index : index;
    }
}

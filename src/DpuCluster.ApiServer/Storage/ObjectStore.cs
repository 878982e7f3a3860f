using System.Collections.Concurrent;
using System.Collections.Immutable;
using DpuCluster.ApiServer.Storage.Durability;

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
internal sealed class ObjectStore : ILoggedStore
{
    private readonly Lock _gate = new();
    private readonly IStoreLog _log;
    private readonly int _historyLimit;
    private readonly ConcurrentDictionary<(string Group, string Plural), StoreCollection> _collections = new();
    private readonly Queue<StoreChange> _unpublished = new();
    private readonly HashSet<StoreCollection> _changed = [];
    private readonly Dictionary<StoreCollection, long> _sequences = [];
    private readonly long _start;
    private StoreChange _tail;
    private long _revision;
    private long _published;

    /// <summary>Makes an empty store.</summary>
    /// <param name="log">Where commits go first.</param>
    /// <param name="historyLimit">How many changes of each resource a watch can start from; also how far a watch may fall behind.</param>
    /// <param name="recovered">What was kept of an earlier one, if anything was; its objects and changes follow by <see cref="Load"/> and <see cref="Replay"/>.</param>
    public ObjectStore(IStoreLog log, int historyLimit = 8192, RecoveredState? recovered = null)
    {
        _log = log;
        _historyLimit = historyLimit;
        _revision = _published = recovered?.Revision ?? RecoveredState.InitialRevision;
        _start = recovered is null ? 0 : recovered.HasGap ? recovered.Revision : recovered.HasSnapshot ? recovered.SnapshotRevision : 0;
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
        _collections.GetOrAdd(key, static (k, store) => new StoreCollection(k.Group, k.Plural, store._historyLimit, store._start), this);

    /// <summary>The newest state of an object, whether safe yet or not; null when there is none. For writers.</summary>
    public static StoredObject? Newest(StoreCollection collection, string ns, string name) => Find(collection.Head, ns, name);

    /// <summary>The state of an object that may be told; null when there is none.</summary>
    public static StoredObject? Get(StoreCollection collection, string ns, string name) => Find(collection.Published, ns, name);

    /// <summary>All objects of a collection, and the revision that this is the state of.</summary>
    public Snapshot List(StoreCollection collection)
    {
        lock (_gate) return new Snapshot(_published, collection.Published);
    }

    /// <summary>The state of a collection at a revision; null when it is forgotten.</summary>
    public ImmutableSortedSet<StoredObject>? StateAt(StoreCollection collection, long revision)
    {
        (ImmutableSortedSet<StoredObject> State, IReadOnlyList<StoreChange> Since)? found;
        lock (_gate) found = collection.StateSince(revision);
        if (found is not var (state, since)) return null;
        if (since.Count == 0) return state;
        var before = state.ToBuilder();
        foreach (var change in since.Reverse())
        {
            if (change.Current is { } current) before.Remove(current);
            if (change.Previous is { } previous) before.Add(previous);
        }

        return before.ToImmutable();
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

    /// <summary>Why the store takes no writes any more; null as long as it does.</summary>
    public StoreFailedException? Failure => _log.Failure;

    /// <summary>
    /// Completes when everything is safe that a writer can have seen by now. Whoever answers from what <see cref="Newest"/> gives,
    /// without a commit of its own, waits for this: what is told must still be true after a restart.
    /// </summary>
    /// <exception cref="StoreFailedException">It cannot be made safe.</exception>
    public Task SettledAsync()
    {
        if (_log.IsImmediate) return Task.CompletedTask;
        long revision;
        lock (_gate) revision = _revision;
        return _log.FlushAsync(revision);
    }

    /// <summary>Takes objects of an earlier store, before any other is there.</summary>
    public void Load(StoreCollection collection, IEnumerable<StoredObject> objects)
    {
        lock (_gate) collection.Load(objects.ToImmutableSortedSet(KeyOrder.Instance));
    }

    /// <summary>Does again what was done in an earlier store. Watches can start from there.</summary>
    /// <param name="collection">Where.</param>
    /// <param name="ns">Namespace of the object.</param>
    /// <param name="name">Name of the object.</param>
    /// <param name="current">Its state from then on; null where it was removed.</param>
    /// <param name="revision">The revision of it.</param>
    /// <returns>False when there was nothing to remove.</returns>
    public bool Replay(StoreCollection collection, string ns, string name, StoredObject? current, long revision)
    {
        lock (_gate)
        {
            var previous = Find(collection.Head, ns, name);
            if (previous is null && current is null) return false;
            Publish(Change(collection, previous, current, revision));
            if (_start > 0) collection.Compact(_start);
            return true;
        }
    }

    /// <inheritdoc/>
    public StoreImage Capture(Action cut)
    {
        lock (_gate)
        {
            cut();
            return new StoreImage(_revision, [.. _collections.Values.Where(collection => collection.Head.Count > 0).Select(collection => (collection, collection.Head))]);
        }
    }

    /// <inheritdoc/>
    public void Publish(long revision)
    {
        lock (_gate)
        {
            while (_unpublished.TryPeek(out var next) && next.Revision <= revision) Publish(_unpublished.Dequeue());
        }
    }

    /// <inheritdoc/>
    public void WakeReaders()
    {
        StoreCollection[] changed;
        lock (_gate)
        {
            changed = [.. _changed];
            _changed.Clear();
        }

        foreach (var collection in changed) collection.Cursors.Wake();
        if (changed.Length > 0) Changed.Raise();
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
        if (_log.Failure is { } failure) throw failure;
        var revision = ++_revision;
        var change = Change(collection, previous, draft is null ? null : StoredObject.From(draft, revision), revision);
        _log.Append(change);
        if (_log.IsImmediate) Publish(change);
        else _unpublished.Enqueue(change);
        return change;
    }

    private StoreChange Change(StoreCollection collection, StoredObject? previous, StoredObject? current, long revision)
    {
        var sequence = _sequences[collection] = _sequences.GetValueOrDefault(collection) + 1;
        var change = new StoreChange(collection, previous, current, revision, sequence);
        var head = collection.Head;
        if (previous is not null) head = head.Remove(previous);
        if (current is not null) head = head.Add(current);
        collection.Head = head;
        return change;
    }

    private async ValueTask<Commit> CompleteAsync(StoreChange change, StoredObject result)
    {
        if (_log.IsImmediate)
        {
            WakeReaders();
        }
        else
        {
            await _log.FlushAsync(change.Revision).ConfigureAwait(false);
        }

        return new Commit(CommitOutcome.Committed, result);
    }

    private void Publish(StoreChange change)
    {
        change.Collection.Publish(change);
        _tail.Next = change;
        Volatile.Write(ref _tail, change);
        if (change.Revision > _published) Volatile.Write(ref _published, change.Revision);
        _changed.Add(change.Collection);
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

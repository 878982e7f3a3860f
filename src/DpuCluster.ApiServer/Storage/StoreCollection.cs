using System.Collections.Immutable;

namespace DpuCluster.ApiServer.Storage;

/// <summary>
/// The objects of one resource, ordered as their keys are, and the recent changes of them. Only <see cref="ObjectStore"/> writes.
/// </summary>
internal sealed class StoreCollection
{
    // So much JSON of changes is remembered at most, however few they are: objects of a megabyte are allowed.
    private const long HistoryBytes = 64 * 1024 * 1024;

    // How many changes, and how much JSON, may pass before it is looked whether a watch has fallen behind.
    private const int ChangesBetweenLooks = 256;
    private const long BytesBetweenLooks = HistoryBytes / 8;

    private readonly int _historyLimit;
    private readonly Dictionary<long, ImmutableSortedSet<StoredObject>> _kept = [];
    private readonly Queue<long> _keptOrder = new();

    // A ring of the changes that a watch can still start from.
    private StoreChange[] _ring = new StoreChange[64];
    private int _first;
    private int _count;
    private long _bytes;
    private long _bytesSinceLook;

    // Sequence of the last change that was forgotten to make room. Compaction does not count: it is no reason to cut off a watch.
    private long _outgrown;

    /// <param name="group">API group.</param>
    /// <param name="plural">Name of the resource.</param>
    /// <param name="historyLimit">How many changes are remembered.</param>
    /// <param name="start">The revision before which nothing is known of it.</param>
    public StoreCollection(string group, string plural, int historyLimit, long start = 0)
    {
        Group = group;
        Plural = plural;
        _historyLimit = historyLimit;
        LastRevision = CompactedTo = start;
        Tail = new StoreChange(this, null, null, 0, 0);
    }

    public string Group { get; }

    public string Plural { get; }

    /// <summary>Newest state, which may not be safe in the log yet: what preconditions are held against.</summary>
    public ImmutableSortedSet<StoredObject> Head { get; set; } = ImmutableSortedSet.Create<StoredObject>(KeyOrder.Instance);

    /// <summary>Newest state that may be told.</summary>
    public ImmutableSortedSet<StoredObject> Published { get; private set; } = ImmutableSortedSet.Create<StoredObject>(KeyOrder.Instance);

    /// <summary>Revision of the last change that was published.</summary>
    public long LastRevision { get; private set; }

    /// <summary>A watch cannot start before this revision: the change that it would need first is forgotten.</summary>
    public long CompactedTo { get; private set; }

    public StoreChange Tail { get; private set; }

    /// <summary>Who reads the changes.</summary>
    public StoreCursors Cursors { get; } = new();

    /// <summary>Takes what was there before the store started.</summary>
    public void Load(ImmutableSortedSet<StoredObject> objects) => Head = Published = objects;

    /// <summary>Publishes a change. Under the store's lock.</summary>
    public void Publish(StoreChange change)
    {
        var objects = Published;
        if (change.Previous is { } previous) objects = objects.Remove(previous);
        if (change.Current is { } current) objects = objects.Add(current);
        Published = objects;
        LastRevision = Math.Max(LastRevision, change.Revision);
        Remember(change);
        Tail.NextInCollection = change;
        Tail = change;
        _bytesSinceLook += Size(change);
        if (change.Sequence % ChangesBetweenLooks == 0 || _bytesSinceLook > BytesBetweenLooks)
        {
            _bytesSinceLook = 0;
            Cursors.CutOffBehind(_outgrown);
        }
    }

    /// <summary>Forgets the changes up to a revision. Under the store's lock.</summary>
    public void Compact(long revision)
    {
        while (_count > 0 && _ring[_first].Revision <= revision) Forget();
        if (revision > CompactedTo) CompactedTo = revision;
    }

    /// <summary>The change after which a watch from a revision starts; null when that is compacted. Under the store's lock.</summary>
    public StoreChange? StartAfter(long revision)
    {
        if (revision < CompactedTo) return null;

        int low = 0, high = _count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (At(middle).Revision <= revision) low = middle + 1;
            else high = middle;
        }

        if (low == _count) return Tail;
        if (low > 0) return At(low - 1);
        var start = new StoreChange(this, null, null, CompactedTo, At(0).Sequence - 1) { NextInCollection = At(0) };
        return start;
    }

    /// <summary>Keeps a state for the pages of a list that are still to be read; the oldest goes when there are many. Under the store's lock.</summary>
    public void Keep(long revision, ImmutableSortedSet<StoredObject> state)
    {
        if (!_kept.TryAdd(revision, state)) return;
        _keptOrder.Enqueue(revision);
        if (_keptOrder.Count > KeptStates) _kept.Remove(_keptOrder.Dequeue());
    }

    /// <summary>
    /// A state, and the changes that led to it from the state at a revision; null when that is compacted. Under the store's lock:
    /// to undo the changes is left to whoever asks.
    /// </summary>
    public (ImmutableSortedSet<StoredObject> State, IReadOnlyList<StoreChange> Since)? StateSince(long revision)
    {
        if (LastRevision <= revision) return (Published, []);
        if (_kept.TryGetValue(revision, out var kept)) return (kept, []);
        if (revision < CompactedTo) return null;
        var first = _count;
        while (first > 0 && At(first - 1).Revision > revision) first--;
        var since = new StoreChange[_count - first];
        for (var i = 0; i < since.Length; i++) since[i] = At(first + i);
        return (Published, since);
    }

    private const int KeptStates = 32;

    private StoreChange At(int index) => _ring[(_first + index) & (_ring.Length - 1)];

    private void Remember(StoreChange change)
    {
        _bytes += Size(change);
        while (_count == _historyLimit || (_bytes > HistoryBytes && _count > 0))
        {
            _outgrown = _ring[_first].Sequence;
            Forget();
        }

        if (_count == _ring.Length)
        {
            var larger = new StoreChange[_ring.Length * 2];
            for (var i = 0; i < _count; i++) larger[i] = At(i);
            _ring = larger;
            _first = 0;
        }

        _ring[(_first + _count) & (_ring.Length - 1)] = change;
        _count++;
    }

    private void Forget()
    {
        CompactedTo = Math.Max(CompactedTo, _ring[_first].Revision);
        _bytes -= Size(_ring[_first]);
        _ring[_first] = null!;
        _first = (_first + 1) & (_ring.Length - 1);
        _count--;
    }

    private static long Size(StoreChange change) => (change.Current ?? change.Previous)!.Json.Length;
}

namespace DpuCluster.ApiServer.Storage;

/// <summary>One change of one object. Changes of a collection form a list that watches walk along; whoever is behind keeps only what it has yet to read.</summary>
internal sealed class StoreChange
{
    private StoreChange? _next;
    private StoreChange? _nextInCollection;
    private StoredObject? _left;

    public StoreChange(StoreCollection collection, StoredObject? previous, StoredObject? current, long revision, long sequence)
    {
        Collection = collection;
        Previous = previous;
        Current = current;
        Revision = revision;
        Sequence = sequence;
    }

    public StoreCollection Collection { get; }

    /// <summary>The state before; null when the object was created.</summary>
    public StoredObject? Previous { get; }

    /// <summary>The state after; null when the object was deleted.</summary>
    public StoredObject? Current { get; }

    public long Revision { get; }

    /// <summary>Counts the changes of the collection.</summary>
    public long Sequence { get; }

    /// <summary>The state before, saying this change's revision: what is told to those for whom the object goes with this change.</summary>
    public StoredObject Left => _left ??= Previous!.WithRevision(Revision);

    /// <summary>The next change of any collection; null at the end.</summary>
    public StoreChange? Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }

    /// <summary>The next change of the same collection; null at the end.</summary>
    public StoreChange? NextInCollection
    {
        get => Volatile.Read(ref _nextInCollection);
        set => Volatile.Write(ref _nextInCollection, value);
    }
}

namespace DpuCluster.ApiServer.Storage;

/// <summary>
/// The cursors of a collection, and how they learn of a change: on threads of the pool, of which one processor is left free. What
/// comes first after a commit is the answer to whoever made it; with a thread for each of hundreds of watches it would be among the last.
/// </summary>
internal sealed class StoreCursors : IThreadPoolWorkItem
{
    // Fewer than this are not worth another thread.
    private const int LeastShare = 32;

    private readonly Lock _gate = new();
    private readonly HashSet<StoreCursor> _cursors = [];
    private StoreCursor[]? _all = [];
    private int _scheduled;
    private volatile int _count;

    public void Add(StoreCursor cursor)
    {
        lock (_gate)
        {
            _cursors.Add(cursor);
            _count = _cursors.Count;
            _all = null;
        }
    }

    public void Remove(StoreCursor cursor)
    {
        lock (_gate)
        {
            _cursors.Remove(cursor);
            _count = _cursors.Count;
            _all = null;
        }
    }

    /// <summary>Wakes those that wait, once for all that was published until then. Costs the same however many there are.</summary>
    public void Wake()
    {
        if (_count > 0 && Interlocked.Exchange(ref _scheduled, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Ends those that have not read up to a change which is forgotten.</summary>
    /// <param name="outgrown">Sequence of that change.</param>
    public void CutOffBehind(long outgrown)
    {
        // Under the gate, which a cursor passes before it is disposed: nothing is left to cancel of one that was.
        lock (_gate)
        {
            foreach (var cursor in _cursors)
            {
                if (cursor.Sequence < outgrown) cursor.CutOff();
            }
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        // Linux lets a thread that was just woken go before the one that woke it: that has the answer to the commit to send yet.
        Thread.Yield();

        // What is published from here on schedules the next round.
        Interlocked.Exchange(ref _scheduled, 0);
        var cursors = All();
        var threads = Math.Min(Environment.ProcessorCount - 1, cursors.Length / LeastShare);
        var round = new Round(cursors);
        for (var thread = 1; thread < threads; thread++) ThreadPool.UnsafeQueueUserWorkItem(round, preferLocal: false);
        round.Execute();
    }

    private StoreCursor[] All()
    {
        lock (_gate) return _all ??= [.. _cursors];
    }

    /// <summary>Threads that share the cursors among them.</summary>
    private sealed class Round(StoreCursor[] cursors) : IThreadPoolWorkItem
    {
        private int _taken = -1;

        public void Execute()
        {
            while (Interlocked.Increment(ref _taken) is var next && next < cursors.Length) cursors[next].Wake();
        }
    }
}

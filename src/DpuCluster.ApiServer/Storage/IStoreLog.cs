using DpuCluster.ApiServer.Storage.Durability;

namespace DpuCluster.ApiServer.Storage;

/// <summary>
/// Where commits go before they are told to anyone. <see cref="Append"/> is called in the order of revisions, one at a
/// time, and only queues; <see cref="FlushAsync"/> waits until what is queued is safe, so that many commits share one flush.
/// </summary>
internal interface IStoreLog
{
    /// <summary>Whether a commit is safe at once, so that nobody has to wait for it.</summary>
    bool IsImmediate { get; }

    /// <summary>Why nothing can be made safe any more; null as long as it can.</summary>
    StoreFailedException? Failure { get; }

    /// <summary>Takes one change into the queue.</summary>
    void Append(StoreChange change);

    /// <summary>Completes when every change up to the revision is safe, and published. May do the work on the caller's thread.</summary>
    /// <exception cref="StoreFailedException">It cannot be made safe; the store refuses writes from then on.</exception>
    Task FlushAsync(long revision);
}

/// <summary>What a log asks of the store whose commits it keeps, and tells it.</summary>
internal interface ILoggedStore
{
    /// <summary>The newest state of all objects.</summary>
    /// <param name="cut">Called when no commit can come between that state and this call.</param>
    StoreImage Capture(Action cut);

    /// <summary>Everything up to a revision is safe: readers see it. Before that is told to those who wait by <see cref="IStoreLog.FlushAsync"/>.</summary>
    void Publish(long revision);

    /// <summary>
    /// Wakes those who read changes. After those who wait for their commit have been told: their answers go first, and hundreds
    /// of watches do not compete with them for the processors.
    /// </summary>
    void WakeReaders();
}

/// <summary>Keeps nothing: what is stored lives as long as the process.</summary>
internal sealed class NoLog : IStoreLog
{
    public static NoLog Instance { get; } = new();

    public bool IsImmediate => true;

    public StoreFailedException? Failure => null;

    public void Append(StoreChange change)
    {
    }

    public Task FlushAsync(long revision) => Task.CompletedTask;
}

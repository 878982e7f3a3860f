namespace DpuCluster.ApiServer.Storage;

/// <summary>
/// Wakes all who wait, however many, at a cost for the one who raises it that does not depend on their number: they are woken
/// from the thread pool, once for all that was raised until then.
/// </summary>
internal sealed class Signal : IThreadPoolWorkItem
{
    private TaskCompletionSource _waiters = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _scheduled;

    /// <summary>Completes after the next <see cref="Raise"/>. Take it first, then look whether there is something to wait for.</summary>
    public Task Next => Volatile.Read(ref _waiters).Task;

    public void Raise()
    {
        if (Interlocked.Exchange(ref _scheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref _scheduled, 0);
        Interlocked.Exchange(ref _waiters, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}

using DpuCluster.Provisioning.Health;

namespace DpuCluster.Provisioning.Tests.Health;

/// <summary>A control plane that is as the test says, and counts what it is asked.</summary>
internal sealed class ScriptedControlPlane : IControlPlane
{
    private TaskCompletionSource _watchEnds = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _cause;
    private volatile bool _hangs;
    private int _checks;
    private int _watches;
    private int _inventories;

    /// <summary>Why checks fail; null: they pass.</summary>
    public string? Cause { set => _cause = value; }

    /// <summary>What everything but being disposed ends with, as if there were a fault in the code; null: nothing.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Whether checks get no answer at all.</summary>
    public bool Hangs { set => _hangs = value; }

    public Inventory Inventory { get; set; } = new("v1.30.2", 0);

    public int Checks => Volatile.Read(ref _checks);

    public int Watches => Volatile.Read(ref _watches);

    public int Inventories => Volatile.Read(ref _inventories);

    public bool Disposed { get; private set; }

    public void EndWatch() =>
        Interlocked.Exchange(ref _watchEnds, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    public async Task<string?> CheckAsync(CancellationToken cancellation)
    {
        // What the check meets is settled before it is counted: a test that sees the count may already prepare the next one.
        var (fault, hangs, cause) = (Fault, _hangs, _cause);
        Interlocked.Increment(ref _checks);
        if (fault is not null)
        {
            throw fault;
        }

        if (hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        }

        return cause;
    }

    public Task<Inventory> TakeInventoryAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _inventories);
        return Fault is null ? Task.FromResult(Inventory) : throw Fault;
    }

    public Task WatchAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _watches);
        return _watchEnds.Task.WaitAsync(cancellation);
    }

    public void Dispose() => Disposed = true;
}

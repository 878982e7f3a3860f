namespace DpuCluster.Standalone;

internal static class Cancelled
{
    /// <summary>Completes, without an exception, when cancellation is asked for.</summary>
    public static async Task WaitAsync(CancellationToken cancellation)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(cancelled.SetResult).ConfigureAwait(false);
        await cancelled.Task.ConfigureAwait(false);
    }
}

using DpuCluster.ApiServer.Storage;
using Microsoft.Extensions.Logging;

namespace DpuCluster.ApiServer.Background;

/// <summary>
/// Follows all changes, one after the other, and lets each of the server's own controllers act on them. What they do is quick: it
/// happens inside this process.
/// </summary>
internal sealed partial class BackgroundWork(ObjectStore store, IReadOnlyList<IBackgroundController> controllers, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="from">The change after which to begin.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(StoreChange from, CancellationToken cancellation)
    {
        var at = from;
        var swept = clock.GetTimestamp();
        var found = Recall();
        try
        {
            foreach (var one in found)
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (var controller in controllers) await GuardAsync(() => controller.ObserveAsync(one)).ConfigureAwait(false);
            }

            while (!cancellation.IsCancellationRequested)
            {
                var signal = store.Changed.Next;
                while (at.Next is { } change)
                {
                    at = change;
                    foreach (var controller in controllers) await GuardAsync(() => controller.ObserveAsync(change)).ConfigureAwait(false);
                }

                if (clock.GetElapsedTime(swept) >= SweepInterval)
                {
                    swept = clock.GetTimestamp();
                    foreach (var controller in controllers) await GuardAsync(controller.SweepAsync).ConfigureAwait(false);
                }

                await WaitAsync(signal, SweepInterval - clock.GetElapsedTime(swept), cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The server ends.
        }
    }

    /// <summary>
    /// What an earlier server left behind. It may have been killed between an owner's deletion and that of its dependents, or in the
    /// middle of emptying a namespace: whatever has an owner or is being deleted is looked at again.
    /// </summary>
    private List<StoreChange> Recall()
    {
        var unfinished = new List<StoreChange>();
        foreach (var collection in store.Collections)
        {
            foreach (var obj in collection.Head)
            {
                if (obj.Header is { Owners: null, IsDeleting: false }) continue;
                var found = new StoreChange(collection, null, obj, obj.Revision, 0);
                foreach (var controller in controllers) controller.Recall(found);
                unfinished.Add(found);
            }
        }

        return unfinished;
    }

    private async Task WaitAsync(Task signal, TimeSpan most, CancellationToken cancellation)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(signal, Task.Delay(most > TimeSpan.Zero ? most : TimeSpan.Zero, clock, wait.Token)).ConfigureAwait(false);
        await wait.CancelAsync().ConfigureAwait(false);
    }

    private async Task GuardAsync(Func<Task> act)
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or OperationCanceledException))
        {
            // One object that cannot be dealt with must not keep all others waiting.
            Failed(logger, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A background controller failed")]
    private static partial void Failed(ILogger logger, Exception exception);
}

/// <summary>One of the server's own controllers.</summary>
internal interface IBackgroundController
{
    /// <summary>Acts on a change.</summary>
    Task ObserveAsync(StoreChange change);

    /// <summary>Takes note of an object that was there before the server started. Of all of them, before anything is observed.</summary>
    void Recall(StoreChange found)
    {
    }

    /// <summary>Does, about once a minute, what only time brings about.</summary>
    Task SweepAsync() => Task.CompletedTask;
}

using System.Threading.Channels;
using DpuCluster.Kubernetes.Meta;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Leases;

/// <summary>Watches a lease that another holds, to be there at the moment that it is given back.</summary>
internal sealed class LeaseWatch(ILeaseStore store, TimeProvider clock, TimeSpan retry, ILogger logger)
{
    private readonly Channel<bool> _chance = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Whether the watch has told of anything lately, so that looking often is not needed.</summary>
    public bool Works { get; private set; }

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await foreach (var change in store.WatchAsync(cancellation).ConfigureAwait(false))
                {
                    Works = true;
                    if (change.Type == WatchEventType.Deleted || (change.Object is { } lease && string.IsNullOrEmpty(lease.Spec?.HolderIdentity)))
                    {
                        _chance.Writer.TryWrite(true);
                    }
                }
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // Not being allowed to watch, or any fault: looking from time to time finds the same, a little later.
                if (!cancellation.IsCancellationRequested)
                {
                    Log.WatchFailed(logger, exception.Message);
                }

                Works = false;
            }

            try
            {
                await Task.Delay(retry, clock, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Waits for the lease to be given back, or for a time.</summary>
    public async Task ChanceAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var chance = _chance.Reader.WaitToReadAsync(over.Token).AsTask();
        await Task.WhenAny(chance, Task.Delay(atMost, clock, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        _chance.Reader.TryRead(out _);
        cancellation.ThrowIfCancellationRequested();
    }
}

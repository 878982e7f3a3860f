using DpuCluster.Kubernetes.Meta;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Leases;

/// <summary>Gives a lease back, so that who waits for it need not wait for it to run out.</summary>
internal sealed class LeaseReturn(ILeaseStore store, LeaderElectionOptions options, TimeProvider clock, ILogger logger)
{
    // One fault of the server must not keep whoever waits until the lease has run out.
    private const int Tries = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Tries a few times; a lease that cannot be given back is left to run out, and is no error.</summary>
    public async Task GiveBackAsync(ObservedLease observed, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (tries > 1)
                {
                    // Somebody has written to the lease, or it is not known what became of the last try.
                    observed.Saw(await store.FindAsync(cancellation).ConfigureAwait(false));
                }

                if (observed.Latest is { Spec: { } held } lease && held.HolderIdentity == options.Identity)
                {
                    var now = clock.GetUtcNow();
                    var spec = held with { HolderIdentity = "", LeaseDurationSeconds = 1, AcquireTime = now, RenewTime = now };
                    observed.Wrote(await store.ReplaceAsync(lease with { Spec = spec }, cancellation).ConfigureAwait(false));
                    Log.Released(logger, options.Namespace, options.Name);
                }

                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                if (tries == Tries || cancellation.IsCancellationRequested)
                {
                    // The lease runs out by itself; who ends need not fail over it.
                    Log.NotReleased(logger, options.Namespace, options.Name, exception.Message);
                    return;
                }

                if (exception is not KubernetesException { IsConflict: true })
                {
                    await Task.Delay(Pause, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
    }
}

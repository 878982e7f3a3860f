using System.Threading.Channels;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

/// <summary>Lets a stand-in do its round whenever something has changed that it looks at, or that a test has told it.</summary>
internal sealed class WatchedRounds(KubernetesClient client)
{
    private readonly Channel<bool> _due = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Asks for a round.</summary>
    public void Due() => _due.Writer.TryWrite(true);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> round, CancellationToken cancellation)
    {
        await foreach (var _ in _due.Reader.ReadAllAsync(cancellation))
        {
            try
            {
                await round(cancellation);
            }
            catch (KubernetesException exception)
            {
                if (exception.IsConflict)
                {
                    // Somebody else wrote first: the next round sees what is.
                    Due();
                }
            }
        }
    }

    /// <summary>Asks for a round after every change of a kind, which need not be there yet.</summary>
    public async Task WatchAsync<T>(CancellationToken cancellation)
        where T : class, IKubernetesObject<T>
    {
        while (true)
        {
            try
            {
                await foreach (var _ in client.Resources<T>().WatchAsync(null, new() { AllowBookmarks = false }, cancellation))
                {
                    Due();
                }
            }
            catch (KubernetesException exception) when (exception.IsNotFound)
            {
                // Nothing tells when a kind appears.
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
            }
        }
    }
}

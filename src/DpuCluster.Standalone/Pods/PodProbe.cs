using System.Text.Json;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Standalone.Pods;

/// <summary>Asks a container whether it is ready, as a kubelet does; before it first was, more often, as that is what people wait for.</summary>
internal sealed class PodProbe(Container container, string? address, TimeProvider clock) : IDisposable
{
    /// <summary>The port that this project's processes are asked at.</summary>
    public const int Port = 8081;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>Tells of every change, until it is cancelled.</summary>
    public async Task RunAsync(Action<bool> isReady, CancellationToken cancellation)
    {
        if (address is null || container.ReadinessProbe is not { HttpGet: { } get } probe)
        {
            isReady(true);
            return;
        }

        var port = JsonSerializer.SerializeToNode(get, Kubernetes.Serialization.KubernetesJsonContext.Default.HttpProbe)?["port"]?.ToString() ?? $"{Port}";
        var target = new Uri($"http://{address}:{port}{get.Path}");
        var (was, failures) = (false, 0);
        while (!cancellation.IsCancellationRequested)
        {
            var good = await AskAsync(target, cancellation).ConfigureAwait(false);
            failures = good ? 0 : failures + 1;

            // A kubelet's threshold: one failure is no reason to give up on it.
            var now = good || (was && failures < 3);
            if (now != was)
            {
                isReady(now);
                was = now;
            }

            await Task.Delay(was ? TimeSpan.FromSeconds(probe.PeriodSeconds ?? 10) : First, clock, cancellation)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<bool> AskAsync(Uri target, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _client.GetAsync(target, cancellation).ConfigureAwait(false);
            return (int)answer.StatusCode < 400;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // Nobody listens, or nobody answers: that is what is asked for here.
            return false;
        }
    }
}

using System.Text;
using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Controllers.Hosting;

/// <summary>Whether the process is ready, and whether it is beyond help.</summary>
internal sealed class HealthChecks(KubernetesClient client, InformerFactory informers, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private Task<bool>? _reachable;
    private long _askedAt;

    /// <summary>Ready: every informer has synced. Whether the lease is held does not matter: who waits for it is ready too.</summary>
    public CheckReport Ready()
    {
        var report = new CheckReport("readyz");
        report.Add("ping", null);
        foreach (var informer in informers.All)
        {
            var health = informer.Health;
            report.Add(
                $"informer-{informer.Resource.GroupResource}",
                health.IsReady ? null : $"not synced yet{(health.LastError is null ? "" : $": {health.LastError}")}");
        }

        return report;
    }

    /// <summary>
    /// Live, unless a watch has been failing for two minutes although the server answers: then something in this process is
    /// stuck. A server that is away, or that itself refuses the watch, is no fault that a restart mends.
    /// </summary>
    public async Task<CheckReport> LiveAsync(CancellationToken cancellation)
    {
        var report = new CheckReport("healthz");
        report.Add("ping", null);
        foreach (var informer in informers.All)
        {
            var health = informer.Health;
            var stuck = health is { IsRefused: false, FailingSince: { } since }
                && clock.GetUtcNow() - since > Patience
                && await IsReachableAsync().WaitAsync(cancellation).ConfigureAwait(false);
            report.Add(
                $"informer-{informer.Resource.GroupResource}",
                stuck ? $"the watch has been failing since {health.FailingSince:O}, but the server answers: {health.LastError}" : null);
        }

        return report;
    }

    // However many probes ask, the server is asked once in a while.
    private Task<bool> IsReachableAsync()
    {
        lock (_gate)
        {
            if (_reachable is null || clock.GetElapsedTime(_askedAt) > Memory)
            {
                _askedAt = clock.GetTimestamp();
                _reachable = AskAsync();
            }

            return _reachable;
        }
    }

    private async Task<bool> AskAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), clock);
        try
        {
            return (await client.GetRawAsync("/version", limit.Token).ConfigureAwait(false)).IsSuccess;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // No answer, of whatever kind: not reachable.
            return false;
        }
    }
}

/// <summary>The outcome of several checks, in the words of controller-runtime's health endpoints.</summary>
internal sealed class CheckReport(string name)
{
    private readonly StringBuilder _lines = new();

    public bool Passed { get; private set; } = true;

    public void Add(string check, string? fault)
    {
        Passed &= fault is null;
        _lines.Append(fault is null ? "[+]" : "[-]").Append(check).Append(fault is null ? " ok\n" : $" failed: {fault.ReplaceLineEndings(" ")}\n");
    }

    public string Text(bool verbose) => Passed && !verbose ? "ok" : $"{_lines}{name} check {(Passed ? "passed" : "failed")}\n";
}

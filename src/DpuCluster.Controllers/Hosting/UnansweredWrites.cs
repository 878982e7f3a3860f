using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Controllers.Hosting;

/// <summary>
/// Remembers when a write last ended without an answer. Whatever was between may still carry it to the server, so whoever was the leader then
/// must not let another lead at once.
/// </summary>
internal sealed class UnansweredWrites(IClientObserver next, TimeProvider clock) : IClientObserver
{
    private const long None = long.MinValue;

    private long _last = None;

    /// <summary>Whether there was one within a time.</summary>
    public bool Within(TimeSpan time) => Interlocked.Read(ref _last) is var last && last != None && clock.GetElapsedTime(last) < time;

    public void RequestFinished(in FinishedRequest request)
    {
        if (request.Code is null && request.Method is not ("GET" or "HEAD"))
        {
            Interlocked.Exchange(ref _last, clock.GetTimestamp());
        }

        next.RequestFinished(request);
    }
}

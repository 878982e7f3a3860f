using System.Globalization;
using DpuCluster.Controllers.Metrics;
using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Controllers.Hosting;

/// <summary>Counts the requests of a client, under client-go's names.</summary>
internal sealed class ClientMetrics(RuntimeMetrics metrics) : IClientObserver
{
    public void RequestFinished(in FinishedRequest request)
    {
        // client-go says <error> where no answer came.
        var code = request.Code is { } answered ? ((int)answered).ToString(CultureInfo.InvariantCulture) : "<error>";
        metrics.Requests.Add(1, new("code", code), new("host", request.Host), new("method", request.Method));
        metrics.RequestDuration.Record(request.Elapsed.TotalSeconds, new("host", request.Host), new("verb", request.Verb));
    }
}

using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Bench.Measure;

/// <summary>How many requests of each kind a server has answered so far, and the difference of two such counts.</summary>
internal sealed class RequestCounts
{
    // Most of it are histograms that nobody asks for here; it is 200 KiB where there are some kinds and verbs.
    private const int Limit = 64 * 1024 * 1024;

    private readonly Dictionary<(string Verb, string Resource), double> _counts;

    private RequestCounts(Dictionary<(string Verb, string Resource), double> counts) => _counts = counts;

    public static async Task<RequestCounts> ReadAsync(KubernetesClient server, CancellationToken cancellation)
    {
        var metrics = await server.GetRawAsync("/metrics", Limit, cancellation);
        var samples = PrometheusText.Read(metrics.Body, "apiserver_request_total");
        return new(samples.GroupBy(Key).ToDictionary(group => group.Key, group => group.Sum(sample => sample.Value)));
    }

    public RequestCounts Since(RequestCounts earlier) =>
        new(_counts.ToDictionary(entry => entry.Key, entry => entry.Value - earlier._counts.GetValueOrDefault(entry.Key)));

    /// <summary>Writes of the controllers to DPUClusters: the benchmark itself only creates and deletes them.</summary>
    public double ClusterWrites => Sum((verb, resource) => resource.StartsWith("dpuclusters", StringComparison.Ordinal) && verb is "PUT" or "PATCH" or "APPLY");

    /// <summary>
    /// Writes of provisioning controller and Kamaji manager, events aside: everything that changes DPUClusters, and whatever is patched of the
    /// kinds that the manager makes. Who plays Kamaji or nodes replaces these, or writes their status.
    /// </summary>
    public double KamajiWrites => ClusterWrites
        + Sum((verb, resource) => verb is ("PATCH" or "APPLY") && (resource is "services" or "tenantcontrolplanes" or "configmaps" or "daemonsets"));

    /// <summary>Writes of events.</summary>
    public double EventWrites => Sum((verb, resource) => resource == "events" && IsWrite(verb));

    /// <summary>Renewals of leases.</summary>
    public double LeaseWrites => Sum((verb, resource) => resource == "leases" && IsWrite(verb));

    /// <summary>Everything that changes something, whatever it is.</summary>
    public double Writes => Sum((verb, _) => IsWrite(verb));

    /// <summary>Reads of single objects: Secrets, above all.</summary>
    public double Gets => Sum((verb, resource) => verb == "GET" && resource != "leases" && resource[0] != '/');

    /// <summary>Questions whether the server is ready: the health checks of a control plane.</summary>
    public double HealthChecks => Sum((verb, resource) => verb == "GET" && resource.StartsWith("/readyz", StringComparison.Ordinal));

    /// <summary>Every kind that occurred, as <c>3 PATCH dpuclusters/status</c>.</summary>
    /// <param name="clusters">By how many clusters to divide.</param>
    public string Describe(int clusters) => string.Join(", ", _counts
        .Where(entry => entry.Value > 0 && entry.Key.Verb is not ("WATCH" or "LIST") && entry.Key.Resource[0] != '/')
        .OrderByDescending(entry => entry.Value)
        .Select(entry => FormattableString.Invariant($"{entry.Value / clusters:0.##} {entry.Key.Verb} {entry.Key.Resource}")));

    private double Sum(Func<string, string, bool> counts) =>
        _counts.Where(entry => counts(entry.Key.Verb, entry.Key.Resource)).Sum(entry => entry.Value);

    private static bool IsWrite(string verb) => verb is "POST" or "PUT" or "PATCH" or "APPLY" or "DELETE" or "DELETECOLLECTION";

    private static (string Verb, string Resource) Key(Sample sample)
    {
        var failed = sample.Label("code") is ['2', ..] ? "" : $" ({sample.Label("code")})";
        var subresource = sample.Label("subresource") is { Length: > 0 } name ? name[0] == '/' ? name : $"/{name}" : "";
        return (sample.Label("verb"), sample.Label("resource") + subresource + failed);
    }
}

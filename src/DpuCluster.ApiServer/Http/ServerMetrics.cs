using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using DpuCluster.ApiServer.Catalog;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Http;

/// <summary>Counts requests, and tells of them in the text format of Prometheus under the names that kube-apiserver uses.</summary>
internal sealed class ServerMetrics(Admission.AdmissionMetrics admission)
{
    private static readonly double[] Buckets = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

    private readonly ConcurrentDictionary<(RequestLabels Labels, int Code), MetricCounter> _total = new();
    private readonly ConcurrentDictionary<RequestLabels, MetricHistogram> _durations = new();
    private int _mutating;
    private int _readOnly;
    private int _watches;

    /// <summary>A request begins.</summary>
    /// <returns>Which of the gauges counts it.</returns>
    public string Begin(RequestInfo info)
    {
        var kind = info.Verb is "get" or "list" or "head" ? "readOnly" : info.Verb == "watch" ? "watch" : "mutating";
        Change(kind, 1);
        return kind;
    }

    /// <summary>A request has ended.</summary>
    /// <param name="http">The request and its answer.</param>
    /// <param name="info">What it asked for.</param>
    /// <param name="resource">The resource that it named; null where none is served by that name.</param>
    /// <param name="kind">What <see cref="Begin"/> gave.</param>
    /// <param name="took">How long it took.</param>
    public void End(HttpContext http, RequestInfo info, ResourceDefinition? resource, string kind, TimeSpan took)
    {
        if ((info.IsResource ? RequestLabels.Of(http.Request, info, resource) : RequestLabels.OfHealth(info.Path)) is { } labels)
        {
            _total.GetOrAdd((labels, http.Response.StatusCode), static _ => new MetricCounter()).Add();
            if (kind != "watch") _durations.GetOrAdd(labels, static _ => new MetricHistogram(Buckets)).Observe(took.TotalSeconds);
        }

        Change(kind, -1);
    }

    /// <summary>All of them as text.</summary>
    public string Write(IEnumerable<(string Resource, int Count)> objects)
    {
        var text = new StringBuilder();

        // First what is under way: a text that says that nothing is has counted all that was.
        text.Append("# HELP apiserver_current_inflight_requests Requests that are being answered.\n# TYPE apiserver_current_inflight_requests gauge\n");
        text.Append(CultureInfo.InvariantCulture, $"apiserver_current_inflight_requests{{request_kind=\"mutating\"}} {Volatile.Read(ref _mutating)}\n");
        text.Append(CultureInfo.InvariantCulture, $"apiserver_current_inflight_requests{{request_kind=\"readOnly\"}} {Volatile.Read(ref _readOnly)}\n");

        // ToArray of the dictionaries themselves: what LINQ does to sort them fails when one grows meanwhile.
        text.Append("# HELP apiserver_request_total Requests, by what they asked for and how they were answered.\n# TYPE apiserver_request_total counter\n");
        foreach (var (key, counter) in _total.ToArray().OrderBy(p => p.Key.Labels.Text, StringComparer.Ordinal).ThenBy(p => p.Key.Code))
        {
            text.Append(CultureInfo.InvariantCulture, $"apiserver_request_total{{code=\"{key.Code}\",{key.Labels.Text}}} {counter.Value}\n");
        }

        text.Append("# HELP apiserver_request_duration_seconds How long requests took.\n# TYPE apiserver_request_duration_seconds histogram\n");
        foreach (var (key, histogram) in _durations.ToArray().OrderBy(p => p.Key.Text, StringComparer.Ordinal))
        {
            histogram.Write(text, "apiserver_request_duration_seconds", key.Text);
        }

        text.Append("# HELP apiserver_longrunning_requests Watches that are open.\n# TYPE apiserver_longrunning_requests gauge\n");
        text.Append(CultureInfo.InvariantCulture, $"apiserver_longrunning_requests{{component=\"apiserver\",verb=\"WATCH\"}} {Volatile.Read(ref _watches)}\n");
        text.Append("# HELP apiserver_storage_objects Objects that are stored.\n# TYPE apiserver_storage_objects gauge\n");
        foreach (var (resource, count) in objects.OrderBy(o => o.Resource, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"apiserver_storage_objects{{resource=\"{resource}\"}} {count}\n");
        }

        admission.Write(text);
        WriteProcess(text);
        return text.ToString();
    }

    private static void WriteProcess(StringBuilder text)
    {
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        text.Append("# HELP process_cpu_seconds_total Processor time that was used.\n# TYPE process_cpu_seconds_total counter\n");
        text.Append(CultureInfo.InvariantCulture, $"process_cpu_seconds_total {process.TotalProcessorTime.TotalSeconds}\n");
        text.Append("# HELP process_resident_memory_bytes Memory that is in use.\n# TYPE process_resident_memory_bytes gauge\n");
        text.Append(CultureInfo.InvariantCulture, $"process_resident_memory_bytes {process.WorkingSet64}\n");
        text.Append("# HELP process_start_time_seconds When the process began, since 1970.\n# TYPE process_start_time_seconds gauge\n");
        text.Append(CultureInfo.InvariantCulture, $"process_start_time_seconds {started}\n");
    }

    private void Change(string kind, int by)
    {
        if (kind == "mutating") Interlocked.Add(ref _mutating, by);
        else if (kind == "watch") Interlocked.Add(ref _watches, by);
        else Interlocked.Add(ref _readOnly, by);
    }
}

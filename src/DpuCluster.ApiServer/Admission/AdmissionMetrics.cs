using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using DpuCluster.ApiServer.Http;

namespace DpuCluster.ApiServer.Admission;

/// <summary>Counts what webhooks were asked and what they answered, under the names that kube-apiserver uses.</summary>
internal sealed class AdmissionMetrics
{
    private const string Prefix = "apiserver_admission_webhook_";

    private static readonly double[] Buckets = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25];

    private readonly ConcurrentDictionary<string, MetricHistogram> _durations = new();
    private readonly ConcurrentDictionary<string, MetricCounter> _requests = new();
    private readonly ConcurrentDictionary<string, MetricCounter> _rejections = new();
    private readonly ConcurrentDictionary<string, MetricCounter> _failedOpen = new();

    /// <summary>A webhook was asked.</summary>
    /// <param name="hook">Its name.</param>
    /// <param name="type"><c>admit</c> or <c>validating</c>.</param>
    /// <param name="operation">Operation of the request.</param>
    /// <param name="rejected">Whether the request ends with it.</param>
    /// <param name="code">Status code of the call.</param>
    /// <param name="took">How long it took.</param>
    public void Asked(string hook, string type, string operation, bool rejected, int code, TimeSpan took)
    {
        var no = rejected ? "true" : "false";
        _durations.GetOrAdd($"name=\"{hook}\",operation=\"{operation}\",rejected=\"{no}\",type=\"{type}\"", static _ => new MetricHistogram(Buckets)).Observe(took.TotalSeconds);
        Add(_requests, string.Create(CultureInfo.InvariantCulture, $"code=\"{Math.Min(code, 600)}\",name=\"{hook}\",operation=\"{operation}\",rejected=\"{no}\",type=\"{type}\""));
    }

    /// <summary>A request was refused.</summary>
    /// <param name="hook">Name of the webhook.</param>
    /// <param name="type"><c>admit</c> or <c>validating</c>.</param>
    /// <param name="operation">Operation of the request.</param>
    /// <param name="errorType"><c>no_error</c> when it is the webhook that refuses, else what kind of error kept it from being asked.</param>
    /// <param name="code">Status code of the refusal.</param>
    public void Rejected(string hook, string type, string operation, string errorType, int code) =>
        Add(_rejections, string.Create(CultureInfo.InvariantCulture, $"error_type=\"{errorType}\",name=\"{hook}\",operation=\"{operation}\",rejection_code=\"{Math.Min(code, 600)}\",type=\"{type}\""));

    /// <summary>A webhook that could not be asked was passed over.</summary>
    public void FailedOpen(string hook, string type) => Add(_failedOpen, $"name=\"{hook}\",type=\"{type}\"");

    public void Write(StringBuilder text)
    {
        if (!_durations.IsEmpty)
        {
            text.Append("# HELP apiserver_admission_webhook_admission_duration_seconds How long webhooks took.\n# TYPE apiserver_admission_webhook_admission_duration_seconds histogram\n");
            foreach (var (labels, histogram) in _durations.ToArray().OrderBy(p => p.Key, StringComparer.Ordinal)) histogram.Write(text, $"{Prefix}admission_duration_seconds", labels);
        }

        Write(text, _requests, "request_total", "Webhooks that were asked.");
        Write(text, _rejections, "rejection_count", "Requests that were refused by webhooks, or for want of them.");
        Write(text, _failedOpen, "fail_open_count", "Webhooks that were passed over because they could not be asked.");
    }

    private static void Add(ConcurrentDictionary<string, MetricCounter> counters, string labels) => counters.GetOrAdd(labels, static _ => new MetricCounter()).Add();

    private static void Write(StringBuilder text, ConcurrentDictionary<string, MetricCounter> counters, string name, string help)
    {
        if (counters.IsEmpty) return;
        text.Append(CultureInfo.InvariantCulture, $"# HELP {Prefix}{name} {help}\n# TYPE {Prefix}{name} counter\n");
        foreach (var (labels, counter) in counters.ToArray().OrderBy(p => p.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{Prefix}{name}{{{labels}}} {counter.Value}\n");
    }
}

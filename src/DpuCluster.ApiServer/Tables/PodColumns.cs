using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Types;
using static DpuCluster.ApiServer.Tables.TableColumns;

namespace DpuCluster.ApiServer.Tables;

/// <summary>Columns of pods. The status is a summary of the containers' states that people have got used to.</summary>
internal static class PodColumns
{
    public static IReadOnlyList<TableColumn> All { get; } =
    [
        Name,
        Text("Ready", "Containers that are ready, of all.", o => Summary.Of(o).ReadyText),
        Text("Status", "What the pod is doing.", o => Summary.Of(o).Status),
        Text("Restarts", "How often containers started again, and when last.", (o, now) => Summary.Of(o).RestartText(now)),
        Age,
        Text("IP", "Address of the pod.", o => OrNone((o.Object("status")?.Objects("podIPs").FirstOrDefault()?.Text("ip")) ?? o.At("status", "podIP").AsText()), 1),
        Text("Node", "Node that it is on.", o => OrNone(o.At("spec", "nodeName").AsText()), 1),
        Text("Nominated Node", "Node that it may get.", o => OrNone(o.At("status", "nominatedNodeName").AsText()), 1),
        Text("Readiness Gates", "Gates that are open, of all.", Gates, 1),
    ];

    /// <summary>The phase of a pod that has ended; null for others.</summary>
    public static string? Completed(JsonObject pod) => pod.At("status", "phase").AsText() is { } phase and ("Succeeded" or "Failed") ? phase : null;

    private static string Gates(JsonObject pod)
    {
        var gates = pod.Object("spec")?.Objects("readinessGates").Select(g => g.Text("conditionType")).ToList() ?? [];
        if (gates.Count == 0) return "<none>";
        var open = gates.Count(g => IsTrue(pod, g));
        return $"{open}/{gates.Count}";
    }

    private static bool IsTrue(JsonObject pod, string condition) =>
        pod.Object("status")?.Objects("conditions").Any(c => c.Text("type") == condition && c.Text("status") == "True") == true;

    private sealed record Summary(int Ready, int Total, string Status, long Restarts, DateTimeOffset? LastRestart)
    {
        public string ReadyText => $"{Ready}/{Total}";

        public string RestartText(DateTimeOffset now) => Restarts > 0 && LastRestart is { } last
            ? $"{Restarts} ({HumanDuration.Text(now - last)} ago)"
            : Restarts.ToString(CultureInfo.InvariantCulture);

        public static Summary Of(JsonObject pod)
        {
            var (spec, status) = (pod.Object("spec") ?? [], pod.Object("status") ?? []);
            var sidecars = spec.Objects("initContainers").Where(c => c.Text("restartPolicy") == "Always").Select(c => c.Text("name")).ToHashSet();
            var total = spec.Objects("containers").Count() + sidecars.Count;
            var inits = status.Objects("initContainerStatuses").ToList();
            var containers = status.Objects("containerStatuses").ToList();
            var text = status.Text("reason") is { Length: > 0 } reason ? reason : status.Text("phase");
            if (status.Objects("conditions").Any(c => c.Text("type") == "PodScheduled" && c.Text("reason") == "SchedulingGated")) text = "SchedulingGated";

            var ready = inits.Count(c => sidecars.Contains(c.Text("name")) && c["started"].IsTrue() && c["ready"].IsTrue());
            var initializing = Initializing(inits, spec.Objects("initContainers").Count(), sidecars);
            IEnumerable<JsonObject> counted = inits;
            if (initializing is null || IsTrue(pod, "Initialized"))
            {
                counted = inits.Where(c => sidecars.Contains(c.Text("name"))).Concat(containers);
                ready += containers.Count(c => c["ready"].IsTrue() && c.At("state", "running") is not null);
                foreach (var container in Enumerable.Reverse(containers)) text = Reason(container, "") ?? text;
                if (text == "Completed" && containers.Any(c => c["ready"].IsTrue() && c.At("state", "running") is not null))
                    text = IsTrue(pod, "Ready") ? "Running" : "NotReady";
            }
            else
            {
                text = initializing;
            }

            if (pod.At("metadata", "deletionTimestamp") is not null)
            {
                if (status.Text("reason") == "NodeLost") text = "Unknown";
                else if (Completed(pod) is null) text = "Terminating";
            }

            var all = counted.ToList();
            return new Summary(ready, total, text, all.Sum(c => c.Whole("restartCount") ?? 0), all.Select(LastEnd).Max());
        }

        /// <summary>What the first init container that is not done is doing; null when all are.</summary>
        private static string? Initializing(List<JsonObject> inits, int total, HashSet<string> sidecars)
        {
            for (var i = 0; i < inits.Count; i++)
            {
                var container = inits[i];
                if (container.At("state", "terminated") is JsonObject ended && (ended.Whole("exitCode") ?? 0) == 0) continue;
                if (sidecars.Contains(container.Text("name")) && container["started"].IsTrue()) continue;
                return Reason(container, "PodInitializing") is { } reason ? "Init:" + reason : $"Init:{i}/{total}";
            }

            return null;
        }

        private static string? Reason(JsonObject container, string ordinary)
        {
            if (container.At("state", "waiting", "reason").AsText() is { Length: > 0 } waiting && waiting != ordinary) return waiting;
            if (container.At("state", "terminated") is not JsonObject ended) return null;
            if (ended.Text("reason") is { Length: > 0 } reason) return reason;
            return ended.Whole("signal") is { } signal && signal != 0 ? $"Signal:{signal}" : $"ExitCode:{ended.Whole("exitCode") ?? 0}";
        }

        private static DateTimeOffset? LastEnd(JsonObject container) =>
            container.At("lastState", "terminated", "finishedAt").AsText() is { } text && Timestamps.TryParse(text, out var time) ? time : null;
    }
}

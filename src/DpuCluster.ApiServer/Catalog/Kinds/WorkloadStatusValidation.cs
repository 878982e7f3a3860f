using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>What is asked of the numbers in the status of what makes pods.</summary>
internal static class WorkloadStatusValidation
{
    private static readonly Dictionary<string, string[]> Counts = new(StringComparer.Ordinal)
    {
        ["Deployment"] =
        [
            "observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas", "terminatingReplicas",
            "collisionCount",
        ],
        ["DaemonSet"] =
        [
            "currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady", "observedGeneration", "updatedNumberScheduled",
            "numberAvailable", "numberUnavailable", "collisionCount",
        ],
        ["ReplicaSet"] = ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "terminatingReplicas", "observedGeneration"],
    };

    private static readonly string[] PartsOfReplicas = ["fullyLabeledReplicas", "updatedReplicas", "readyReplicas", "availableReplicas"];

    /// <summary>Appends what is wrong with a status that takes the place of another.</summary>
    public static void Validate(string kind, JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
        var status = obj.Object("status") ?? [];
        var counts = Counts[kind];
        foreach (var field in counts) PodValidation.NotNegative(status, "status", field, errors);
        var replicas = status.Whole("replicas") ?? 0;
        foreach (var field in PartsOfReplicas.Where(counts.Contains))
            if (status.Whole(field) is { } part && part > replicas) errors.Add(FieldError.Invalid($"status.{field}", part, "cannot be greater than status.replicas"));
        if (counts.Contains("readyReplicas") && status.Whole("availableReplicas") is { } available && available > (status.Whole("readyReplicas") ?? 0))
            errors.Add(FieldError.Invalid("status.availableReplicas", available, "cannot be greater than readyReplicas"));

        // How often a name was taken already: who counts less would try the same names again.
        if (counts.Contains("collisionCount") && old.Object("status")?.Whole("collisionCount") is { } before && (status.Whole("collisionCount") ?? 0) is var after && after < before)
            errors.Add(FieldError.Invalid("status.collisionCount", after, "cannot be decremented"));
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DpuCluster.EndToEnd;

/// <summary>What of an object must be the same again after it was lost or edited.</summary>
internal static partial class Snapshot
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>An object that belongs to a cluster: everything but its status, and what the server alone decides anew for each.</summary>
    public static string OfChild(JsonObject child)
    {
        child.Remove("status");
        var metadata = child["metadata"]!.AsObject();
        foreach (var field in new[] { "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields" })
        {
            metadata.Remove(field);
        }

        metadata["annotations"]?.AsObject().Remove("deprecated.daemonset.template.generation");
        var owners = (metadata["ownerReferences"]?.AsArray() ?? []).Select(owner => owner!.DeepClone().AsObject()).ToList();
        owners.ForEach(owner => owner.Remove("uid"));
        metadata["ownerReferences"] = new JsonArray([.. owners.OrderBy(owner => (string?)owner["kind"], StringComparer.Ordinal)]);
        if (child["spec"] is JsonObject spec)
        {
            spec.Remove("clusterIP");
            spec.Remove("clusterIPs");
        }

        return Sorted(child)!.ToJsonString(Indented);
    }

    /// <summary>
    /// A cluster: what is wanted of it, and what its status says, without times. Version and number of nodes are left out: they follow the
    /// control plane within a minute, whatever the manager does.
    /// </summary>
    public static string OfCluster(JsonObject cluster)
    {
        var status = cluster["status"]!.AsObject();
        var conditions = status["conditions"]!.AsArray().Select(condition => new JsonObject
        {
            ["type"] = condition!["type"]!.DeepClone(),
            ["says"] = $"{condition["status"]} {condition["reason"]}: {condition["message"]}",
        });
        return Sorted(new JsonObject
        {
            ["spec"] = cluster["spec"]!.DeepClone(),
            ["finalizers"] = cluster["metadata"]!["finalizers"]?.DeepClone(),
            ["phase"] = status["phase"]?.DeepClone(),
            ["conditions"] = new JsonArray([.. conditions.OrderBy(condition => (string?)condition["type"], StringComparer.Ordinal)]),
        })!.ToJsonString(Indented);
    }

    /// <summary>The same without the fingerprints of what was applied: they are made of all the rest, names and identities included.</summary>
    public static string WithoutFingerprints(string snapshot) => Fingerprints().Replace(snapshot, "$1 (any)");

    [GeneratedRegex("(\"dpu.nvidia.com/(?:applied|keepalived)-configuration\":) \"[0-9a-f]{16}\"")]
    private static partial Regex Fingerprints();

    /// <summary>The same with the fields of every object in order: a field that was away comes back in another place.</summary>
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}

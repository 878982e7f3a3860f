using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>
/// Writes the status of objects of one type, and only where it differs. One writer serves all objects of the type in a
/// process; it is safe for concurrent use.
/// </summary>
/// <remarks>
/// The write is a merge patch of the fields that differ, with the version that they were computed from as precondition: it
/// cannot undo what somebody else wrote meanwhile, and it works where lists of the status are atomic. A server whose CRD is
/// older drops fields that it does not know: those are remembered, so that their absence alone never leads to a write; every
/// write carries them all the same, and an answer that keeps them makes them count again.
/// </remarks>
/// <typeparam name="T">Type of the object.</typeparam>
/// <param name="writer">How to write.</param>
/// <param name="fieldManager">Who writes, as <c>managedFields</c> shows it.</param>
public sealed class StatusWriter<T>(ObjectWriter<T> writer, string fieldManager)
    where T : class, IKubernetesObject<T>
{
    private ImmutableHashSet<string> _prunedFields = [];

    /// <summary>Makes the status of an object what it should be.</summary>
    /// <param name="current">The object as it was read.</param>
    /// <param name="desired">The same object with the status that it should have; metadata and spec are not looked at.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The object as written; <paramref name="current"/> itself when there was nothing to write.</returns>
    /// <exception cref="KubernetesException">The server refused; a conflict means that the object has changed since it was read.</exception>
    public async Task<T> WriteAsync(T current, T desired, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(desired);
        if (desired.Equals(current))
        {
            // What most turns come to, and much cheaper to find out than by writing both out.
            return current;
        }

        var before = StatusOf(current);
        var after = StatusOf(desired);
        var difference = Difference(before, after);
        if (difference.All(field => _prunedFields.Contains(field.Key)))
        {
            return current;
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = current.Metadata.ResourceVersion },
            ["status"] = difference,
        };
        var sent = difference.Where(field => field.Value is not null).Select(field => field.Key).ToList();
        var written = await writer.PatchStatusAsync(
            current.Metadata.Namespace,
            current.Metadata.Name!,
            Patch.Merge(patch),
            new() { FieldManager = fieldManager },
            cancellation).ConfigureAwait(false);
        var kept = StatusOf(written);
        var pruned = sent.Where(field => !kept.ContainsKey(field)).ToList();
        _prunedFields = _prunedFields.Except(sent).Union(pruned);
        return written;
    }

    /// <summary>The fields that differ, at any depth of objects, with the value that they should have; null for one that should go.</summary>
    private static JsonObject Difference(JsonObject before, JsonObject after)
    {
        var difference = new JsonObject();
        foreach (var (field, value) in after)
        {
            if (JsonNode.DeepEquals(before[field], value))
            {
                continue;
            }

            // A merge patch merges objects: what should go from inside one must be named too.
            difference[field] = before[field] is JsonObject inner && value is JsonObject wanted ? Difference(inner, wanted) : value?.DeepClone();
        }

        foreach (var (field, _) in before)
        {
            if (!after.ContainsKey(field))
            {
                difference[field] = null;
            }
        }

        return difference;
    }

    private static JsonObject StatusOf(T obj) =>
        JsonSerializer.SerializeToNode(obj, T.JsonType)?["status"] as JsonObject ?? [];
}

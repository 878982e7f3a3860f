using System.Text.Json;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.EndToEnd.Chaos;

/// <summary>One state that an object was in on the server.</summary>
/// <param name="Resource">Of which resource, in plural.</param>
/// <param name="Version">Since which version of the server's.</param>
/// <param name="Object">The object; its last state where it is <paramref name="IsGone"/>.</param>
/// <param name="IsGone">Whether the object was deleted with this version.</param>
internal sealed record ObjectVersion(string Resource, long Version, Unstructured Object, bool IsGone)
{
    public string Name => Object.Metadata.Name!;

    public string? ClusterType => Field("spec") is { } spec ? spec.GetProperty("type").GetString() : null;

    /// <summary>What is wanted of it, as text.</summary>
    public string Spec => Field("spec")?.GetRawText() ?? "";

    public string? Phase => Field("status") is { } status && status.TryGetProperty("phase", out var phase) ? phase.GetString() : null;

    /// <summary>The condition <c>Ready</c>, as text.</summary>
    public string Ready => Field("status") is { } status && status.TryGetProperty("conditions", out var conditions)
        ? conditions.EnumerateArray().FirstOrDefault(condition => condition.GetProperty("type").ValueEquals(ClusterConditionType.Ready)) is { ValueKind: JsonValueKind.Object } ready
            ? ready.GetRawText()
            : ""
        : "";

    /// <summary>Who holds it, where it is a lease.</summary>
    public string Holder => Field("spec") is { } spec && spec.TryGetProperty("holderIdentity", out var holder) ? holder.GetString() ?? "" : "";

    /// <summary>Who has a say in which fields, as <c>fieldsV1</c> tells it.</summary>
    public IEnumerable<(string Manager, JsonElement Fields)> Managers =>
        (Object.Metadata.ManagedFields is { ValueKind: JsonValueKind.Array } entries ? entries.EnumerateArray().AsEnumerable() : [])
            .Select(entry => (entry.GetProperty("manager").GetString()!, entry.TryGetProperty("fieldsV1", out var fields) ? fields : default));

    public override string ToString() => $"{Resource} {Name} at {Version}";

    /// <summary>Whether a set of fields has one, such as <c>f:status</c>, <c>f:phase</c>, in it.</summary>
    public static bool Has(JsonElement fields, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            if (fields.ValueKind != JsonValueKind.Object || !fields.TryGetProperty(step, out fields))
            {
                return false;
            }
        }

        return true;
    }

    private JsonElement? Field(string name) => Object.Fields?.TryGetValue(name, out var value) is true ? value : null;
}

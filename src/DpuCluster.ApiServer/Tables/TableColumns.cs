using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;

namespace DpuCluster.ApiServer.Tables;

/// <summary>Which columns a resource has, and the building blocks they are made of.</summary>
internal static class TableColumns
{
    public static TableColumn Name { get; } = new("Name", "string", "Name of the object.", 0, "name", (obj, _) => obj.At("metadata", "name").AsText() ?? "");

    public static TableColumn Age { get; } = Text("Age", "How long ago the object was made.", (obj, now) => HumanDuration.Since(obj.At("metadata", "creationTimestamp"), now));

    /// <summary>What is shown of kinds that nobody has thought of a better table for.</summary>
    public static TableColumn CreatedAt { get; } = new("Created At", "date", "When the object was made.", 0, "", (obj, _) => obj.At("metadata", "creationTimestamp").AsText());

    public static IReadOnlyList<TableColumn> Of(ResourceDefinition resource)
    {
        if (!resource.IsBuiltIn) return [.. CustomColumns.Of(resource)];
        return resource.Kind switch
        {
            "Pod" => PodColumns.All,
            "Node" => NodeColumns.All,
            "Event" => EventColumns.All,
            "Service" or "Endpoints" or "EndpointSlice" => NetworkColumns.Of(resource.Kind),
            "Deployment" or "DaemonSet" or "ReplicaSet" => WorkloadColumns.Of(resource.Kind),
            _ => PlainColumns.Of(resource.Kind),
        };
    }

    public static TableColumn Text(string name, string description, Func<JsonObject, DateTimeOffset, string?> cell, int priority = 0) =>
        new(name, "string", description, priority, "", (obj, now) => cell(obj, now));

    public static TableColumn Text(string name, string description, Func<JsonObject, string?> cell, int priority = 0) =>
        new(name, "string", description, priority, "", (obj, _) => cell(obj));

    public static TableColumn Whole(string name, string description, Func<JsonObject, long> cell, string type = "integer", int priority = 0) =>
        new(name, type, description, priority, "", (obj, _) => cell(obj));

    /// <summary>The text, or what stands for none.</summary>
    public static string OrNone(string? text, string none = "<none>") => string.IsNullOrEmpty(text) ? none : text;

    /// <summary>Texts with commas between, or <c>&lt;none&gt;</c>.</summary>
    public static string Joined(IEnumerable<string?> texts) => OrNone(string.Join(',', texts.Where(t => !string.IsNullOrEmpty(t))));

    /// <summary>Labels as <c>a=b,c=d</c>.</summary>
    public static string Labels(JsonObject? labels) =>
        Joined((labels ?? []).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value.AsText()}"));

    /// <summary>A selector as <c>a=b,c in (d,e)</c>.</summary>
    public static string Selector(JsonObject? selector)
    {
        if (selector is null) return "<none>";
        var parts = (selector.Object("matchLabels") ?? []).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value.AsText()}")
            .Concat(selector.Objects("matchExpressions").Select(Requirement));
        return Joined(parts);
    }

    private static string Requirement(JsonObject requirement)
    {
        var (key, values) = (requirement.Text("key"), string.Join(',', requirement.Texts("values").Order(StringComparer.Ordinal)));
        return requirement.Text("operator") switch
        {
            "In" => $"{key} in ({values})",
            "NotIn" => $"{key} notin ({values})",
            "DoesNotExist" => "!" + key,
            _ => key,
        };
    }
}

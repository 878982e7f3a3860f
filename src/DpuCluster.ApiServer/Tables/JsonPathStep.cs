using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tables;

/// <summary>One step of a path: from a value to those that it leads to.</summary>
internal abstract class JsonPathStep
{
    public abstract void Apply(JsonNode? node, JsonNode? root, List<JsonNode?> found);
}

/// <summary>A field.</summary>
internal sealed class NameStep(string name) : JsonPathStep
{
    public string Name => name;

    public override void Apply(JsonNode? node, JsonNode? root, List<JsonNode?> found)
    {
        if (node is JsonObject obj && obj.TryGetPropertyValue(name, out var value)) found.Add(value);
    }
}

/// <summary>All fields or items.</summary>
internal sealed class WildcardStep : JsonPathStep
{
    public override void Apply(JsonNode? node, JsonNode? root, List<JsonNode?> found)
    {
        if (node is JsonArray array) found.AddRange(array);
        else if (node is JsonObject obj) found.AddRange(obj.Select(p => p.Value));
    }
}

/// <summary>Items from one index to before another; negative ones count from the end.</summary>
internal sealed class SliceStep(int? from, int? to, int step, bool single) : JsonPathStep
{
    public override void Apply(JsonNode? node, JsonNode? root, List<JsonNode?> found)
    {
        if (node is not JsonArray array) return;
        long first = from ?? 0;
        if (first < 0) first += array.Count;
        if (single)
        {
            if (first >= 0 && first < array.Count) found.Add(array[(int)first]);
            return;
        }

        long end = to ?? array.Count;
        if (end < 0) end += array.Count;
        for (var i = Math.Max(0, first); i < Math.Min(array.Count, end); i += step) found.Add(array[(int)i]);
    }
}

/// <summary>Several steps from the same place.</summary>
internal sealed class UnionStep(IReadOnlyList<JsonPathStep> steps) : JsonPathStep
{
    public override void Apply(JsonNode? node, JsonNode? root, List<JsonNode?> found)
    {
        foreach (var step in steps) step.Apply(node, root, found);
    }
}

/// <summary>The value itself and everything in it.</summary>
internal sealed class DescendStep : JsonPathStep
{
    public override void Apply(JsonNode? node, JsonNode? root, List<JsonNode?> found)
    {
        found.Add(node);
        var children = node switch
        {
            JsonArray array => array,
            JsonObject obj => obj.Select(p => p.Value),
            _ => [],
        };
        foreach (var child in children)
            if (child is not null) Apply(child, root, found);
    }
}

/// <summary>The items for which a comparison holds, or a path leads somewhere.</summary>
internal sealed class FilterStep(FilterOperand left, string? comparison, FilterOperand? right) : JsonPathStep
{
    public override void Apply(JsonNode? node, JsonNode? root, List<JsonNode?> found)
    {
        if (node is not JsonArray array) return;
        foreach (var item in array)
            if (Holds(item, root)) found.Add(item);
    }

    private bool Holds(JsonNode? item, JsonNode? root)
    {
        var first = left.Values(item, root);
        if (comparison is null) return first.Count > 0;
        var second = right!.Values(item, root);
        if (first.Count != 1 || second.Count != 1) return false;
        return Compare(first[0], second[0]) is { } order && comparison switch
        {
            "==" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }

    /// <summary>Order of two values; null where there is none (then no comparison holds).</summary>
    private static int? Compare(JsonNode? one, JsonNode? other)
    {
        var (kind, otherKind) = (one?.GetValueKind() ?? JsonValueKind.Null, other?.GetValueKind() ?? JsonValueKind.Null);
        return (kind, otherKind) switch
        {
            (JsonValueKind.String, JsonValueKind.String) => string.CompareOrdinal(one!.GetValue<string>(), other!.GetValue<string>()),
            (JsonValueKind.Number, JsonValueKind.Number) => Number(one!).CompareTo(Number(other!)),
            (JsonValueKind.True or JsonValueKind.False, JsonValueKind.True or JsonValueKind.False) => kind == otherKind ? 0 : 1,
            _ => null,
        };
    }

    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);
}

/// <summary>One side of a comparison: a value, or a path from the item (<c>@</c>) or the whole (<c>$</c>).</summary>
internal sealed class FilterOperand(JsonNode? literal, JsonPath? path, bool fromRoot)
{
    public IReadOnlyList<JsonNode?> Values(JsonNode? item, JsonNode? root) =>
        path is null ? [literal] : path.Select(fromRoot ? root : item, root);
}

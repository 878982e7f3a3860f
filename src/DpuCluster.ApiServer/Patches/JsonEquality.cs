using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Patches;

/// <summary>
/// Whether two JSON values are the same, whatever they were made from (parsed text, numbers of any .NET type), without
/// serializing them. Numbers are compared by value, objects without regard to order.
/// </summary>
internal static class JsonEquality
{
    public static bool AreEqual(JsonNode? a, JsonNode? b)
    {
        if (ReferenceEquals(a, b))
            return true;
        if (a is null || b is null)
            return false;
        switch (a)
        {
            case JsonObject left:
                if (b is not JsonObject right || left.Count != right.Count)
                    return false;
                foreach (var (key, value) in left)
                {
                    if (!right.TryGetPropertyValue(key, out var other) || !AreEqual(value, other))
                        return false;
                }
                return true;
            case JsonArray left:
                if (b is not JsonArray items || left.Count != items.Count)
                    return false;
                for (var i = 0; i < left.Count; i++)
                {
                    if (!AreEqual(left[i], items[i]))
                        return false;
                }
                return true;
            default:
                return b is JsonValue && ScalarsAreEqual((JsonValue)a, (JsonValue)b);
        }
    }

    private static bool ScalarsAreEqual(JsonValue a, JsonValue b)
    {
        var kind = a.GetValueKind();
        if (kind != b.GetValueKind())
            return false;
        switch (kind)
        {
            case JsonValueKind.String:
                var fromText = a.TryGetValue<JsonElement>(out var left);
                if (fromText && b.TryGetValue<JsonElement>(out var right))
                    return JsonElement.DeepEquals(left, right);
                return fromText ? left.ValueEquals(b.GetValue<string>())
                    : b.TryGetValue(out right) ? right.ValueEquals(a.GetValue<string>())
                    : a.GetValue<string>() == b.GetValue<string>();
            case JsonValueKind.Number:
                return JsonScalar.Of(a).CompareTo(JsonScalar.Of(b)) == 0;
            default:
                return true;
        }
    }
}

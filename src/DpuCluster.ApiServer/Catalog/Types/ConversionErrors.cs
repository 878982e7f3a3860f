using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Patches;

namespace DpuCluster.ApiServer.Catalog.Types;

/// <summary>
/// Finds the first value that could not be converted into its field, in the words of apimachinery's
/// <c>DefaultUnstructuredConverter</c>, which a real server uses on what a strategic merge patch has made.
/// </summary>
internal static class ConversionErrors
{
    /// <summary>What is wrong, such as <c>cannot restore map from string</c>; null for nothing.</summary>
    public static string? First(JsonObject obj, TypeDefinition type)
    {
        if (type.IsFree) return null;
        foreach (var (name, value) in obj)
        {
            if (value is not null && type.Field(name) is { } field && Value(value, field.Type) is { } error) return error;
        }

        return null;
    }

    private static string? Value(JsonNode value, TypeReference type) => (type.Form, value) switch
    {
        (TypeForm.Any or TypeForm.RawObject, _) => null,
        (TypeForm.Structure, not JsonObject) when type.OrAny => null,
        (TypeForm.Structure, JsonObject structure) => First(structure, type.Structure),
        (TypeForm.Structure, _) => $"cannot restore struct from: {Kind(value)}",
        (TypeForm.List, JsonArray list) => list.OfType<JsonNode>().Select(item => Value(item, type.Element!)).FirstOrDefault(e => e is not null),
        (TypeForm.List, _) => $"cannot restore slice from {Kind(value)}",
        (TypeForm.Map, JsonObject map) => map.Select(entry => entry.Value is { } item ? Value(item, type.Element!) : null).FirstOrDefault(e => e is not null),
        (TypeForm.Map, _) => $"cannot restore map from {Kind(value)}",
        (TypeForm.String, _) => Scalar(value, "string", value.GetValueKind() == JsonValueKind.String),
        (TypeForm.Bool, _) => Scalar(value, "bool", value.GetValueKind() is JsonValueKind.True or JsonValueKind.False),
        (TypeForm.Int32, _) => Scalar(value, "int32", IsWhole(value)),
        (TypeForm.Int64, _) => Scalar(value, "int64", IsWhole(value)),
        (TypeForm.Float64, _) => Scalar(value, "float64", value.GetValueKind() == JsonValueKind.Number),

        // Types that read JSON themselves are given JSON.
        _ => DecodingErrors.OfValue(value, type),
    };

    private static string? Scalar(JsonNode value, string to, bool fits)
    {
        if (fits) return null;
        var from = GoValue.TypeOf(value);

        // What Go could convert between numbers, and from a whole number to a text, is refused by another sentence.
        return (from, to) is ("int64", "string") or ("float64", "int32" or "int64") ? $"cannot convert {from} to {to}" : $"unrecognized type: {to}";
    }

    private static bool IsWhole(JsonNode value) =>
        value.AsWhole() is not null || (value is JsonValue number && number.TryGetValue(out double given) && Math.Truncate(given) == given);

    private static string Kind(JsonNode value) => value switch
    {
        JsonObject => "map",
        JsonArray => "slice",
        _ => GoValue.TypeOf(value),
    };
}

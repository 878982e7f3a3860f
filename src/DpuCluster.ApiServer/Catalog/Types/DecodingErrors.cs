using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Catalog.Types;

/// <summary>
/// Finds the first value that could not be read into its field, and says so as a server written in Go does. Clients
/// show this text to people, who search for it.
/// </summary>
internal static class DecodingErrors
{
    /// <summary>What is wrong, such as <c>json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32</c>; null for nothing.</summary>
    public static string? First(JsonObject obj, TypeDefinition type) => Structure(obj, type, "");

    /// <summary>As <see cref="First"/>, of a value whose type reads JSON itself: a time, a quantity, a number or text.</summary>
    public static string? OfValue(JsonNode value, TypeReference type) => type.Form switch
    {
        TypeForm.Time or TypeForm.MicroTime when value.GetValueKind() != JsonValueKind.String =>
            $"json: cannot unmarshal {Name(value.GetValueKind())} into Go value of type string",
        TypeForm.Bytes when value.GetValueKind() != JsonValueKind.String => $"cannot restore slice from {Patches.GoValue.TypeOf(value)}",
        _ => Value(value, type, null, ""),
    };

    private static string? Structure(JsonObject obj, TypeDefinition type, string path)
    {
        if (type.IsFree) return null;
        foreach (var (name, value) in obj)
        {
            if (type.Field(name) is not { } field) continue;
            var at = path.Length == 0 ? name : $"{path}.{name}";
            if (Value(value, field.Type, type, at) is { } error) return error;
        }

        return null;
    }

    private static string? Value(JsonNode? value, TypeReference type, TypeDefinition? owner, string path)
    {
        if (value is null) return null;
        var kind = value.GetValueKind();
        switch (type.Form)
        {
            case TypeForm.Any:
                return null;
            case TypeForm.Structure when type.OrAny && kind != JsonValueKind.Object:
                return null;
            case TypeForm.Structure when value is JsonObject structure:
                return Structure(structure, type.Structure, path);
            case TypeForm.RawObject when value is JsonObject:
                return null;
            case TypeForm.List when value is JsonArray list:
                return list.Select(item => Value(item, type.Element!, owner, path)).FirstOrDefault(e => e is not null);
            case TypeForm.Map when value is JsonObject map:
                return map.Select(entry => Value(entry.Value, type.Element!, owner, path)).FirstOrDefault(e => e is not null);
            case TypeForm.String when kind == JsonValueKind.String:
                return null;
            case TypeForm.Bool when kind is JsonValueKind.True or JsonValueKind.False:
                return null;
            case TypeForm.Float64 when kind == JsonValueKind.Number:
                return null;
            case TypeForm.Int32 when kind == JsonValueKind.Number:
                return Integer(value, int.MinValue, int.MaxValue) ? null : Mismatch($"number {value.ToJsonString()}");
            case TypeForm.Int64 when kind == JsonValueKind.Number:
                return Integer(value, long.MinValue, long.MaxValue) ? null : Mismatch($"number {value.ToJsonString()}");
            case TypeForm.IntOrString when kind is JsonValueKind.String:
                return null;
            case TypeForm.IntOrString when kind is JsonValueKind.Number:
                return Integer(value, int.MinValue, int.MaxValue) ? null : $"json: cannot unmarshal number {value.ToJsonString()} into Go value of type int32";
            case TypeForm.IntOrString:
                return $"json: cannot unmarshal {Name(kind)} into Go value of type int32";
            case TypeForm.Bytes when kind == JsonValueKind.String:
                return Base64Text.FirstError(value.GetValue<string>()) is { } at
                    ? string.Create(CultureInfo.InvariantCulture, $"illegal base64 data at input byte {at}")
                    : null;
            case TypeForm.Time or TypeForm.MicroTime when kind == JsonValueKind.String:
                return Time(value.GetValue<string>(), type.Form == TypeForm.MicroTime);
            case TypeForm.Quantity:
                return Quantity.Parse(value) is null
                    ? "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
                    : null;
            default:
                return Mismatch(Name(kind));
        }

        string Mismatch(string what) => $"json: cannot unmarshal {what} into Go struct field {owner?.Name}.{path} of type {type.GoName}";
    }

    private static bool Integer(JsonNode value, long least, long most) =>
        long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most;

    private static string? Time(string text, bool micro)
    {
        if (Timestamps.TryParse(text, out _)) return null;
        var layout = micro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00";
        return $"parsing time {Quoted(text)} as {Quoted(layout)}: cannot parse {Quoted(text)} as \"2006\"";
    }

    private static string Quoted(string text) => Schemas.FieldError.Show(JsonValue.Create(text));

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "array",
        _ => "object",
    };
}

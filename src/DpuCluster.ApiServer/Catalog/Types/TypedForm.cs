using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Catalog.Types;

/// <summary>
/// Brings an object into the form that it would have after it was read into the structures of a typed program and
/// written again, which is what a real server does with built-in kinds and what clients compare with.
/// </summary>
internal static class TypedForm
{
    /// <summary>
    /// Puts fields in order, drops what no structure knows and what is empty and optional, writes what is always written.
    /// Values of the wrong type stay as they are (see <see cref="DecodingErrors"/>).
    /// </summary>
    public static void Normalize(JsonObject obj, TypeDefinition type)
    {
        if (type.IsFree) return;
        var values = new List<KeyValuePair<string, JsonNode?>>(obj.Count);
        foreach (var field in type.Fields)
        {
            var value = obj.TryGetPropertyValue(field.Name, out var given) ? Value(given, field.Type) : null;
            if (value is null)
            {
                if (!IsWrittenWithoutValue(field)) continue;
                value = field.Type.IsPointer ? null : Empty(field.Type);
            }
            else if (!field.IsAlwaysWritten && !field.Type.IsPointer && IsEmpty(value, field.Type))
            {
                continue;
            }

            values.Add(new(field.Name, value));
        }

        obj.Clear();
        foreach (var (name, value) in values) obj[name] = value;
    }

    /// <summary>Sets the defaults that the structures name, wherever the structure that has the field is there.</summary>
    public static void Default(JsonObject obj, TypeDefinition type)
    {
        foreach (var field in type.Fields)
        {
            var value = obj[field.Name];
            if (field.Default is not null && (value is null || (!field.Type.IsPointer && IsEmptyString(value))))
                obj[field.Name] = value = field.Default.DeepClone();
            if (value is not null) Default(value, field.Type);
        }
    }

    private static void Default(JsonNode value, TypeReference type)
    {
        switch (type.Form, value)
        {
            case (TypeForm.Structure, JsonObject structure):
                Default(structure, type.Structure);
                break;
            case (TypeForm.List, JsonArray list) when type.Element!.Form is TypeForm.Structure:
                foreach (var item in list)
                    if (item is JsonObject structure) Default(structure, type.Element.Structure);
                break;
            case (TypeForm.Map, JsonObject map) when type.Element!.Form is TypeForm.Structure:
                foreach (var (_, item) in map)
                    if (item is JsonObject structure) Default(structure, type.Element.Structure);
                break;
        }
    }

    /// <summary>The value in normal form. The node is a new one, or the given one if it is a container.</summary>
    private static JsonNode? Value(JsonNode? value, TypeReference type)
    {
        switch (type.Form, value)
        {
            case (_, null):
                return null;
            case (TypeForm.Structure, JsonObject structure):
                Normalize(structure, type.Structure);
                return structure;
            case (TypeForm.Structure, JsonArray several) when type.Alternative == StructureAlternative.Structures:
                foreach (var item in several.OfType<JsonObject>()) Normalize(item, type.Structure);
                return several;
            case (TypeForm.List, JsonArray list):
                for (var i = 0; i < list.Count; i++)
                {
                    var item = Value(list[i], type.Element!) ?? (type.Element!.IsPointer ? null : Empty(type.Element));
                    if (!ReferenceEquals(item, list[i])) list[i] = item;
                }

                return list;
            case (TypeForm.Map, JsonObject map):
                // A map is written with its keys in order.
                var entries = map.OrderBy(p => p.Key, StringComparer.Ordinal).ToList();
                map.Clear();
                foreach (var (key, item) in entries) map[key] = Value(item, type.Element!) ?? (type.Element!.IsPointer ? null : Empty(type.Element));
                return map;
            case (TypeForm.Time, JsonValue time):
                return Timestamps.Canonical(time, micro: false) ?? time;
            case (TypeForm.MicroTime, JsonValue time):
                return Timestamps.Canonical(time, micro: true) ?? time;
            case (TypeForm.Quantity, JsonValue quantity):
                return Quantity.Parse(quantity) is { } parsed ? JsonValue.Create(parsed.ToString()) : quantity;
            default:
                return value;
        }
    }

    /// <summary>Structures and times are written even when they are empty; unlike everything else they cannot be left out.</summary>
    private static bool IsWrittenWithoutValue(FieldDefinition field) =>
        field.IsAlwaysWritten || field.Type is { Form: TypeForm.Structure or TypeForm.Time or TypeForm.MicroTime, IsPointer: false, OrAny: false };

    private static JsonNode? Empty(TypeReference type)
    {
        switch (type.Form)
        {
            case TypeForm.String:
                return JsonValue.Create("");
            case TypeForm.Int32 or TypeForm.Int64 or TypeForm.Float64 or TypeForm.IntOrString:
                return JsonValue.Create(0);
            case TypeForm.Bool:
                return JsonValue.Create(false);
            case TypeForm.Quantity:
                return JsonValue.Create("0");
            case TypeForm.Structure when !type.OrAny && !type.Structure.IsFree:
                var structure = new JsonObject();
                Normalize(structure, type.Structure);
                return structure;
            default:
                return null;
        }
    }

    private static bool IsEmpty(JsonNode value, TypeReference type) => (type.Form, value) switch
    {
        (TypeForm.Structure or TypeForm.Any or TypeForm.RawObject or TypeForm.Quantity or TypeForm.IntOrString, _) => false,
        (_, JsonArray list) => list.Count == 0,
        (_, JsonObject map) => map.Count == 0,
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => IsEmptyString(value),
            JsonValueKind.False => true,
            JsonValueKind.Number => IsZero(value.AsValue()),
            _ => false,
        },
    };

    // A number that was made of an integer cannot be had as another type.
    private static bool IsZero(JsonValue value) =>
        (value.TryGetValue<long>(out var whole) && whole == 0)
        || (value.TryGetValue<int>(out var small) && small == 0)
        || (value.TryGetValue<double>(out var number) && number == 0);

    private static bool IsEmptyString(JsonNode value) => value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length == 0;
}

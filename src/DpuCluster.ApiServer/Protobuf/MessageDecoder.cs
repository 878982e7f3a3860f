using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog.Types;
using DpuCluster.ApiServer.Schemas.FieldValidation;

namespace DpuCluster.ApiServer.Protobuf;

/// <summary>
/// Makes the object of a protobuf message that the JSON of the same object would have made. One piece of code for all
/// kinds: the structures in the catalogue know the numbers of their fields. Numbers that they do not know are passed over.
/// </summary>
/// <remarks>
/// A message always has the fields that cannot be left out of the structure, also when they are empty; the object is
/// therefore brought into the form in which a server writes it (<see cref="TypedForm"/>).
/// </remarks>
internal static class MessageDecoder
{
    // Only the schemas of custom resources contain themselves; one that deep has never been seen.
    private const int DeepestNesting = 250;

    // Where a message is but a wrapper (of a list within a map, of JSON), its content is field 1.
    private const int Content = 1;

    /// <exception cref="ProtobufException">The bytes are not such a message.</exception>
    public static JsonObject Decode(ReadOnlySpan<byte> bytes, TypeDefinition type)
    {
        var obj = new JsonObject();
        Structure(bytes, type, obj, 0);
        TypedForm.Normalize(obj, type);
        return obj;
    }

    private static void Structure(ReadOnlySpan<byte> bytes, TypeDefinition type, JsonObject obj, int depth)
    {
        if (type.IsFree)
        {
            if (Json(bytes, type.Name) is not JsonObject content) return;
            foreach (var (name, value) in content.ToList())
            {
                content.Remove(name);
                obj[name] = value;
            }
        }
        else
        {
            Fields(bytes, type, type.ProtobufFields, obj, depth);
        }
    }

    private static void Fields(ReadOnlySpan<byte> bytes, TypeDefinition type, ProtobufFields fields, JsonObject obj, int depth)
    {
        if (depth > DeepestNesting) throw new ProtobufException("proto: exceeded maximum recursion depth");
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var (number, wire) = reader.Tag(type.Name);
            if (fields.Group(number) is { } group)
            {
                Expect(wire, WireType.Bytes, "group");
                Fields(reader.Bytes(), type, group, obj, depth + 1);
            }
            else if (fields.Field(number) is { } field)
            {
                Field(ref reader, wire, field, obj, depth);
            }
            else
            {
                reader.Skip(wire);
            }
        }
    }

    private static void Field(ref WireReader reader, WireType wire, FieldDefinition field, JsonObject obj, int depth)
    {
        switch (field.Type.Form)
        {
            case TypeForm.List:
                if (obj[field.Name] is not JsonArray list) obj[field.Name] = list = [];
                Items(ref reader, wire, field, list, depth);
                break;
            case TypeForm.Map:
                Expect(wire, WireType.Bytes, field.Name);
                if (obj[field.Name] is not JsonObject map) obj[field.Name] = map = [];
                Entry(reader.Bytes(), field, map, depth);
                break;
            case TypeForm.Structure when !field.Type.OrAny:
                Expect(wire, WireType.Bytes, field.Name);

                // A message in two parts is one message.
                if (obj[field.Name] is not JsonObject structure) obj[field.Name] = structure = [];
                Structure(reader.Bytes(), field.Type.Structure, structure, depth + 1);
                break;
            default:
                obj[field.Name] = Value(ref reader, wire, field.Type, field.Name, depth);
                break;
        }
    }

    private static void Items(ref WireReader reader, WireType wire, FieldDefinition field, JsonArray list, int depth)
    {
        var element = field.Type.Element!;
        if (wire == WireType.Bytes && element.Form is TypeForm.Int32 or TypeForm.Int64 or TypeForm.Bool)
        {
            var packed = new WireReader(reader.Bytes());
            while (!packed.AtEnd) list.Add(Value(ref packed, WireType.Varint, element, field.Name, depth));
            return;
        }

        list.Add(Value(ref reader, wire, element, field.Name, depth));
    }

    private static void Entry(ReadOnlySpan<byte> bytes, FieldDefinition field, JsonObject map, int depth)
    {
        const int Key = 1, Value_ = 2;
        var element = field.Type.Element!;
        var reader = new WireReader(bytes);
        var key = "";
        JsonNode? value = null;
        while (!reader.AtEnd)
        {
            var (number, wire) = reader.Tag(field.Name);
            switch (number)
            {
                case Key:
                    Expect(wire, WireType.Bytes, field.Name);
                    key = Encoding.UTF8.GetString(reader.Bytes());
                    break;
                case Value_:
                    value = Value(ref reader, wire, element, field.Name, depth);
                    break;
                default:
                    reader.Skip(wire);
                    break;
            }
        }

        map[key] = value;
    }

    private static JsonNode? Value(ref WireReader reader, WireType wire, TypeReference type, string field, int depth)
    {
        Expect(wire, type.Form switch
        {
            TypeForm.Int32 or TypeForm.Int64 or TypeForm.Bool => WireType.Varint,
            TypeForm.Float64 => WireType.Fixed64,
            _ => WireType.Bytes,
        }, field);
        switch (type.Form)
        {
            case TypeForm.Int32: return JsonValue.Create(unchecked((int)reader.Varint()));
            case TypeForm.Int64: return JsonValue.Create(unchecked((long)reader.Varint()));
            case TypeForm.Bool: return JsonValue.Create(reader.Varint() != 0);
            case TypeForm.Float64: return WellKnownMessages.Number(reader.Double());
            case TypeForm.Bytes: return JsonValue.Create(Convert.ToBase64String(reader.Bytes()));
            case TypeForm.Time: return WellKnownMessages.Time(reader.Bytes(), micro: false);
            case TypeForm.MicroTime: return WellKnownMessages.Time(reader.Bytes(), micro: true);
            case TypeForm.Quantity: return WellKnownMessages.Quantity(reader.Bytes());
            case TypeForm.IntOrString: return WellKnownMessages.IntOrString(reader.Bytes());
            case TypeForm.Any or TypeForm.RawObject: return Json(reader.Bytes(), field);
            case TypeForm.Structure when type.OrAny:
                return Alternative(reader.Bytes(), type, field, depth);
            case TypeForm.Structure:
                return Whole(reader.Bytes(), type, depth);
            case TypeForm.List:
                return Wrapped(reader.Bytes(), type, field, depth);
            default:
                return JsonValue.Create(Encoding.UTF8.GetString(reader.Bytes()));
        }
    }

    /// <summary>A list that is a value of a map.</summary>
    private static JsonArray Wrapped(ReadOnlySpan<byte> bytes, TypeReference type, string field, int depth)
    {
        var list = new JsonArray();
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var (number, wire) = reader.Tag(field);
            if (number == Content) list.Add(Value(ref reader, wire, type.Element!, field, depth));
            else reader.Skip(wire);
        }

        return list;
    }

    /// <summary>
    /// A structure or what may stand instead of it. The structure is field 1 and the list field 2; but where a boolean
    /// may stand, it is field 1 and always there, and the structure field 2.
    /// </summary>
    private static JsonNode Alternative(ReadOnlySpan<byte> bytes, TypeReference type, string field, int depth)
    {
        var orBool = type.Alternative == StructureAlternative.Bool;
        var allows = false;
        JsonObject? structure = null;
        var list = new JsonArray();
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var (number, wire) = reader.Tag(field);
            if (number > 2)
            {
                reader.Skip(wire);
            }
            else if (number == 1 && orBool)
            {
                Expect(wire, WireType.Varint, field);
                allows = reader.Varint() != 0;
            }
            else if (number == 2 && !orBool)
            {
                Expect(wire, WireType.Bytes, field);
                var item = reader.Bytes();
                list.Add(type.Alternative == StructureAlternative.Strings ? Encoding.UTF8.GetString(item) : Whole(item, type, depth));
            }
            else
            {
                Expect(wire, WireType.Bytes, field);
                structure = Whole(reader.Bytes(), type, depth);
            }
        }

        if (structure is not null) return structure;
        return orBool ? JsonValue.Create(allows) : list;
    }

    private static JsonObject Whole(ReadOnlySpan<byte> bytes, TypeReference type, int depth)
    {
        var structure = new JsonObject();
        Structure(bytes, type.Structure, structure, depth + 1);
        return structure;
    }

    /// <summary>JSON within a message; null when there is none.</summary>
    private static JsonNode? Json(ReadOnlySpan<byte> bytes, string field)
    {
        JsonNode? json = null;
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var (number, wire) = reader.Tag(field);
            if (number != Content)
            {
                reader.Skip(wire);
                continue;
            }

            Expect(wire, WireType.Bytes, field);
            var text = reader.Bytes();
            if (text.IsEmpty) continue;
            try
            {
                json = StrictJson.Parse(text.ToArray()).Node;
            }
            catch (StrictJsonException exception)
            {
                throw new ProtobufException($"field {field} does not hold JSON: {exception.Message}");
            }
        }

        return json;
    }

    private static void Expect(WireType found, WireType expected, string field)
    {
        if (found != expected) throw new ProtobufException($"proto: wrong wireType = {(int)found} for field {char.ToUpperInvariant(field[0])}{field[1..]}");
    }
}

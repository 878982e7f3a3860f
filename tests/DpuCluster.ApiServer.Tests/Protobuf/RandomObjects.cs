using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog.Types;

namespace DpuCluster.ApiServer.Tests.Protobuf;

/// <summary>Makes objects of a structure: any field may be there or not, empty or not.</summary>
internal sealed class RandomObjects(int seed)
{
    private const int DeepestNesting = 6;

    private static readonly string[] Texts = ["", "a", "nginx:1", "äöü €", "with \"quotes\"\n", "😀"];
    private static readonly string[] Quantities = ["0", "1", "100m", "1Gi", "1500M"];

    private readonly Random _random = new(seed);

    public JsonObject Make(TypeDefinition type)
    {
        var obj = Structure(type, 0);
        TypedForm.Normalize(obj, type);
        return obj;
    }

    private JsonObject Structure(TypeDefinition type, int depth)
    {
        if (type.IsFree) return type.Name == "FieldsV1" && _random.Next(2) == 0 ? new JsonObject { ["f:a"] = new JsonObject { ["."] = new JsonObject() } } : [];
        var obj = new JsonObject();
        foreach (var field in type.Fields.Where(f => f.ProtobufNumber > 0))
        {
            // A client that has no number or text there sends the number 0.
            if (field.Type is { Form: TypeForm.IntOrString, IsPointer: false })
            {
                obj[field.Name] = Value(field.Type, depth);
                continue;
            }

            // Wide kinds would grow without bounds if each field were as likely as in small ones.
            if (_random.Next(depth + (type.Fields.Count > 20 ? 3 : 1)) > 1) continue;
            if (depth >= DeepestNesting && field.Type.Form is TypeForm.Structure or TypeForm.List or TypeForm.Map) continue;
            if (Value(field.Type, depth) is { } value) obj[field.Name] = value;
        }

        return obj;
    }

    private JsonNode? Value(TypeReference type, int depth)
    {
        switch (type.Form)
        {
            case TypeForm.Int32: return JsonValue.Create(_random.Next(3) switch { 0 => 0, 1 => _random.Next(), _ => -_random.Next() });
            case TypeForm.Int64: return JsonValue.Create(_random.Next(2) == 0 ? 0 : _random.NextInt64(long.MinValue, long.MaxValue));
            case TypeForm.Float64: return _random.Next(2) == 0 ? JsonValue.Create(_random.Next()) : JsonValue.Create(_random.NextDouble());
            case TypeForm.Bool: return JsonValue.Create(_random.Next(2) == 0);
            case TypeForm.Bytes:
                var bytes = new byte[_random.Next(4)];
                _random.NextBytes(bytes);
                return JsonValue.Create(Convert.ToBase64String(bytes));
            case TypeForm.Time: return JsonValue.Create(Timestamps.Format(DateTimeOffset.FromUnixTimeSeconds(_random.Next()), micro: false));
            case TypeForm.MicroTime: return JsonValue.Create(Timestamps.Format(DateTimeOffset.FromUnixTimeMilliseconds(_random.NextInt64(1L << 41)).AddMicroseconds(_random.Next(1000)), micro: true));
            case TypeForm.Quantity: return JsonValue.Create(Quantities[_random.Next(Quantities.Length)]);
            case TypeForm.IntOrString: return _random.Next(2) == 0 ? JsonValue.Create(_random.Next()) : JsonValue.Create("25%");
            case TypeForm.Any or TypeForm.RawObject: return new JsonObject { ["any"] = new JsonArray(1, "b", null, true) };
            case TypeForm.Structure: return Alternative(type, depth);
            case TypeForm.List:
                // Protobuf knows no difference between an empty list and none.
                var list = new JsonArray();
                for (var i = _random.Next(1, 3); i > 0; i--) list.Add(Value(type.Element!, depth + 1));
                return list;
            case TypeForm.Map:
                var map = new JsonObject();
                for (var i = _random.Next(3); i > 0; i--) map["key" + i] = Value(type.Element!, depth + 1);
                return map;
            default: return JsonValue.Create(Texts[_random.Next(Texts.Length)]);
        }
    }

    private JsonNode Alternative(TypeReference type, int depth)
    {
        if (!type.OrAny || _random.Next(2) == 0) return Structure(type.Structure, depth + 1);
        return type.Alternative switch
        {
            StructureAlternative.Bool => JsonValue.Create(_random.Next(2) == 0),
            StructureAlternative.Strings => new JsonArray("a", ""),
            _ => new JsonArray(Structure(type.Structure, depth + 1)),
        };
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog.Types;

namespace DpuCluster.ApiServer.Tests.Protobuf;

/// <summary>
/// Writes an object as the clients of Kubernetes do: what is no pointer always, also when it is empty; pointers only
/// where they are set.
/// </summary>
internal static class MessageEncoder
{
    public static WireWriter Encode(JsonObject obj, TypeDefinition type)
    {
        if (type.IsFree) return obj.Count == 0 ? new WireWriter() : new WireWriter().Text(1, obj.ToJsonString());
        var writer = new WireWriter();
        var groups = new SortedDictionary<int, WireWriter>();
        foreach (var field in type.Fields.Where(f => f.ProtobufNumber > 0).OrderBy(f => f.ProtobufNumber))
        {
            var to = writer;
            if (field.ProtobufGroup > 0 && !groups.TryGetValue(field.ProtobufGroup, out to!)) groups[field.ProtobufGroup] = to = new WireWriter();
            Field(to, field, obj[field.Name]);
        }

        foreach (var (number, group) in groups) writer.Message(number, group);
        return writer;
    }

    private static void Field(WireWriter to, FieldDefinition field, JsonNode? value)
    {
        switch (field.Type.Form)
        {
            case TypeForm.List:
                foreach (var item in value as JsonArray ?? []) Value(to, field.ProtobufNumber, field.Type.Element!, item);
                break;
            case TypeForm.Map:
                foreach (var (key, item) in value as JsonObject ?? [])
                {
                    var entry = new WireWriter().Text(1, key);
                    Value(entry, 2, field.Type.Element!, item);
                    to.Message(field.ProtobufNumber, entry);
                }

                break;
            case TypeForm.Bytes when value is null:
                break;
            default:
                if (value is not null || !field.Type.IsPointer) Value(to, field.ProtobufNumber, field.Type, value);
                break;
        }
    }

    private static void Value(WireWriter to, int number, TypeReference type, JsonNode? value)
    {
        switch (type.Form)
        {
            case TypeForm.Int32 or TypeForm.Int64:
                to.Varint(number, Whole(value));
                break;
            case TypeForm.Bool:
                to.Varint(number, value is not null && (bool)value ? 1 : 0);
                break;
            case TypeForm.Float64:
                to.Double(number, value is null ? 0 : double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture));
                break;
            case TypeForm.Bytes:
                to.Bytes(number, Convert.FromBase64String(value?.ToString() ?? ""));
                break;
            case TypeForm.Time or TypeForm.MicroTime:
                to.Message(number, value is null ? new WireWriter() : Time(DateTimeOffset.Parse(value.ToString(), CultureInfo.InvariantCulture)));
                break;
            case TypeForm.Quantity:
                to.Message(number, new WireWriter().Text(1, value?.ToString() ?? "0"));
                break;
            case TypeForm.IntOrString:
                var isText = value?.GetValueKind() == System.Text.Json.JsonValueKind.String;
                to.Message(number, new WireWriter().Varint(1, isText ? 1 : 0).Varint(2, isText ? 0 : Whole(value)).Text(3, isText ? value!.ToString() : ""));
                break;
            case TypeForm.Any or TypeForm.RawObject:
                to.Message(number, new WireWriter().Text(1, value?.ToJsonString() ?? "null"));
                break;
            case TypeForm.Structure when type.OrAny:
                to.Message(number, Alternative(type, value!));
                break;
            case TypeForm.Structure:
                to.Message(number, Encode(value as JsonObject ?? [], type.Structure));
                break;
            case TypeForm.List:
                var list = new WireWriter();
                foreach (var item in (JsonArray)value!) Value(list, 1, type.Element!, item);
                to.Message(number, list);
                break;
            default:
                to.Bytes(number, Encoding.UTF8.GetBytes(value?.ToString() ?? ""));
                break;
        }
    }

    private static WireWriter Alternative(TypeReference type, JsonNode value)
    {
        var writer = new WireWriter();
        if (type.Alternative == StructureAlternative.Bool)
        {
            writer.Varint(1, value is JsonObject || (bool)value ? 1 : 0);
            return value is JsonObject schema ? writer.Message(2, Encode(schema, type.Structure)) : writer;
        }

        if (value is JsonObject structure) return writer.Message(1, Encode(structure, type.Structure));
        foreach (var item in (JsonArray)value)
        {
            if (type.Alternative == StructureAlternative.Strings) writer.Text(2, item!.ToString());
            else writer.Message(2, Encode((JsonObject)item!, type.Structure));
        }

        return writer;
    }

    private static WireWriter Time(DateTimeOffset time)
    {
        var seconds = time.ToUnixTimeSeconds();
        return new WireWriter().Varint(1, seconds).Varint(2, (time - DateTimeOffset.FromUnixTimeSeconds(seconds)).Ticks * TimeSpan.NanosecondsPerTick);
    }

    private static long Whole(JsonNode? value) => value is null ? 0 : long.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
}

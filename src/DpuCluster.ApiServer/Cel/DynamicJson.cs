using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Values of expressions made from JSON of which no schema is known: each is what it looks like.</summary>
internal static class DynamicJson
{
    public static object Of(JsonNode? node) => node switch
    {
        null => CelNull.Value,
        JsonObject map => new Map(map),
        JsonArray list => new List(list),
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.True => CelValues.True,
            JsonValueKind.False => CelValues.False,
            JsonValueKind.Number => Number(value),
            _ => CelNull.Value,
        },
        _ => CelNull.Value,
    };

    private static object Number(JsonValue value)
    {
        // Values that were made and not read hold their number in a type of their own: their text is the same for all.
        var text = value.ToJsonString();
        return long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var whole)
            ? whole
            : double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class Map(JsonObject json) : CelMap
    {
        public override int Count => json.Count;

        public override IEnumerable<object> Keys => json.Select(entry => (object)entry.Key);

        public override object? Find(object key) => key is string name && json.TryGetPropertyValue(name, out var value) ? Of(value) : null;
    }

    private sealed class List(JsonArray json) : CelList
    {
        public override int Count => json.Count;

        public override object this[int index] => Of(json[index]);
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace DpuCluster.ApiServer.Patches;

/// <summary>
/// Reads JSON the way kube-apiserver does where .NET's own reader differs: of a repeated key the last value counts,
/// malformed UTF-8 is replaced, and errors are in the words of Go's <c>encoding/json</c>, which clients get to see.
/// </summary>
internal static class JsonText
{
    internal const int MaxDepth = 512;

    /// <summary>Reads one JSON document.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="strictErrors">Gets <c>duplicate field "spec.list[0].name"</c> for every key that stands twice in one object; null when nobody asks.</param>
    /// <returns>The document; null for JSON's <c>null</c>.</returns>
    /// <exception cref="FormatException">It is not JSON; the message is what Go says.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> text, ICollection<string>? strictErrors = null)
    {
        if (!Utf8.IsValid(text))
            text = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text));
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
            reader.Read();
            var node = ReadValue(ref reader, strictErrors, "");
            reader.Read();
            return node;
        }
        catch (JsonException e)
        {
            throw new FormatException(GoJsonSyntax.Explain(text) ?? e.Message, e);
        }
        catch (InvalidOperationException e)
        {
            // A string with half a surrogate pair: Go would replace it, .NET refuses to decode it.
            throw new FormatException("invalid Unicode escape in string literal", e);
        }
    }

    /// <summary>What Go calls the JSON type of a value in its messages.</summary>
    public static string GoKind(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => "null",
    };

    private static JsonNode? ReadValue(ref Utf8JsonReader reader, ICollection<string>? strictErrors, string path)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var o = new JsonObject();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    var child = strictErrors is null ? "" : path.Length == 0 ? name : $"{path}.{name}";
                    var value = ReadValue(ref reader, strictErrors, child);
                    if (strictErrors is not null && o.ContainsKey(name))
                        strictErrors.Add($"duplicate field \"{child}\"");
                    o[name] = value;
                }
                return o;
            case JsonTokenType.StartArray:
                var a = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    a.Add(ReadValue(ref reader, strictErrors, strictErrors is null ? "" : $"{path}[{a.Count}]"));
                return a;
            case JsonTokenType.String:
                return JsonValue.Create(reader.GetString()!);
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var integer) ? JsonValue.Create(integer) : JsonValue.Create(reader.GetDouble());
            case JsonTokenType.True:
                return JsonValue.Create(true);
            case JsonTokenType.False:
                return JsonValue.Create(false);
            default:
                return null;
        }
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace DpuCluster.ApiServer.Schemas.FieldValidation;

/// <summary>A body that is not JSON or YAML; the message is worded as kube-apiserver words it.</summary>
internal sealed class StrictJsonException : FormatException
{
    public StrictJsonException(string message)
        : base(message)
    {
    }

    public StrictJsonException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>What a body says, and what strict field validation has against how it says it.</summary>
/// <param name="Node">The value; of fields that stand twice the last one.</param>
/// <param name="DuplicateFields">Paths of the fields that stand twice in one object, in the order of the body.</param>
/// <param name="StrictErrors">The same, worded for warnings and errors: <c>duplicate field "spec.x"</c>.</param>
internal sealed record StrictJsonResult(JsonNode? Node, IReadOnlyList<string> DuplicateFields, IReadOnlyList<string> StrictErrors);

/// <summary>
/// Reads bodies as kube-apiserver reads them: whole numbers as 64 bit integers where they fit, bytes that are not UTF-8
/// as replacement characters, nesting up to a limit, fields that stand twice reported.
/// </summary>
internal static class StrictJson
{
    /// <summary>
    /// Deepest nesting. What is read is written again within lists and events, and the JSON writer ends at 1,000; the
    /// walks along an object are recursive besides.
    /// </summary>
    public const int DeepestNesting = 900;

    /// <summary>Most duplicates that are reported; further ones are not looked at.</summary>
    public const int MostDuplicates = 100;

    /// <exception cref="StrictJsonException">The bytes are not JSON.</exception>
    public static StrictJsonResult Parse(ReadOnlyMemory<byte> utf8)
    {
        var bytes = utf8.Span;
        if (!Utf8.IsValid(bytes))
        {
            bytes = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes));
        }

        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = DeepestNesting });
        var duplicates = new DuplicateFields();
        try
        {
            reader.Read();
            var node = ReadValue(ref reader, duplicates);
            reader.Read();
            return new StrictJsonResult(node, duplicates.Paths, [.. duplicates.Paths.Select(path => $"duplicate field {GoText.Quote(path)}")]);
        }
        catch (JsonException exception)
        {
            throw new StrictJsonException(JsonSyntax.Explain(bytes), exception);
        }
    }

    /// <summary>Goes through the fields of a body that is JSON, in its order.</summary>
    /// <param name="utf8">The body.</param>
    /// <param name="paths">The paths that are looked for.</param>
    /// <param name="found">Told of each of them, as often as it stands in the body.</param>
    public static void Visit(ReadOnlyMemory<byte> utf8, IEnumerable<string> paths, Action<string> found)
    {
        var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = DeepestNesting });
        reader.Read();
        _ = ReadValue(ref reader, new DuplicateFields(paths, found));
    }

    private static JsonNode? ReadValue(ref Utf8JsonReader reader, DuplicateFields duplicates) => reader.TokenType switch
    {
        JsonTokenType.StartObject => ReadObject(ref reader, duplicates),
        JsonTokenType.StartArray => ReadArray(ref reader, duplicates),
        JsonTokenType.String => JsonValue.Create(ReadText(ref reader)),
        JsonTokenType.Number => ReadNumber(ref reader),
        JsonTokenType.True => JsonValue.Create(true),
        JsonTokenType.False => JsonValue.Create(false),
        _ => null,
    };

    private static JsonObject ReadObject(ref Utf8JsonReader reader, DuplicateFields duplicates)
    {
        var map = new JsonObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = ReadText(ref reader);
            duplicates.Enter(name);
            if (map.ContainsKey(name))
            {
                duplicates.Report();
            }

            reader.Read();
            map[name] = ReadValue(ref reader, duplicates);
            duplicates.Leave();
        }

        return map;
    }

    private static JsonArray ReadArray(ref Utf8JsonReader reader, DuplicateFields duplicates)
    {
        var list = new JsonArray();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            duplicates.Enter(list.Count);
            list.Add(ReadValue(ref reader, duplicates));
            duplicates.Leave();
        }

        return list;
    }

    private static JsonValue ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var integer))
        {
            return JsonValue.Create(integer);
        }

        if (reader.TryGetDouble(out var number) && double.IsFinite(number))
        {
            return JsonValue.Create(number);
        }

        throw new StrictJsonException(
            $"json: cannot unmarshal number {Encoding.ASCII.GetString(reader.ValueSpan)} into Go value of type float64");
    }

    private static string ReadText(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.GetString()!;
        }

        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: valid JSON, no valid text. It becomes a replacement character.
            return Unescape(Encoding.UTF8.GetString(reader.ValueSpan));
        }
    }

    private static string Unescape(string escaped)
    {
        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '\\')
            {
                text.Append(escaped[i]);
                continue;
            }

            i++;
            switch (escaped[i])
            {
                case 'u':
                    text.Append((char)int.Parse(escaped.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                    i += 4;
                    break;
                case var c:
                    text.Append(c switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => c });
                    break;
            }
        }

        var valid = new StringBuilder(text.Length);
        foreach (var rune in text.ToString().EnumerateRunes())
        {
            valid.Append(rune.ToString());
        }

        return valid.ToString();
    }
}

/// <summary>Follows a reader through a body, and notes the fields that stand twice.</summary>
internal sealed class DuplicateFields
{
    private readonly List<string> _paths = [];
    private readonly Stack<ValuePath> _place = new([ValuePath.Root]);
    private readonly HashSet<string> _lookedFor = [];
    private readonly HashSet<string> _lastNames = [];
    private readonly Action<string>? _found;

    public DuplicateFields()
    {
    }

    /// <summary>Besides, tells of fields that are looked for.</summary>
    public DuplicateFields(IEnumerable<string> lookedFor, Action<string> found)
    {
        _lookedFor = [.. lookedFor];

        // A path is made into text only where it can be one of them: bodies are large, and deep.
        _lastNames = [.. _lookedFor.SelectMany(Endings)];
        _found = found;
    }

    public IReadOnlyList<string> Paths => _paths;

    public void Enter(string name)
    {
        _place.Push(_place.Peek().Child(name));
        if (_found is not null && _lastNames.Contains(name) && _place.Peek().ToString() is var path && _lookedFor.Contains(path)) _found(path);
    }

    public void Enter(int index) => _place.Push(_place.Peek().Item(index));

    public void Leave() => _place.Pop();

    /// <summary>The field that was entered stands in its object already.</summary>
    public void Report()
    {
        var path = _place.Peek().ToString();
        if (_paths.Count < StrictJson.MostDuplicates && !_paths.Contains(path))
        {
            _paths.Add(path);
        }
    }

    /// <summary>What the last name of a path can be: names may have dots in them.</summary>
    private static IEnumerable<string> Endings(string path)
    {
        yield return path;
        for (var at = path.IndexOf('.', StringComparison.Ordinal); at >= 0; at = path.IndexOf('.', at + 1)) yield return path[(at + 1)..];
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.ChartGenerator.Templates;

/// <summary>The functions of Helm that the chart uses, as far as it uses them: whatever else they are given is refused.</summary>
internal static class TemplateFunctions
{
    /// <summary>What reads a file of the chart.</summary>
    public const string GetFile = ".Files.Get";

    /// <summary>Names of all functions; <c>include</c> and <see cref="GetFile"/> need the chart, and <c>and</c> and <c>or</c> not all of their arguments.</summary>
    public static IReadOnlySet<string> Names { get; } = new HashSet<string>
    {
        "and", "default", "eq", "fail", "gt", "include", "int", "list", "ne", "nindent", "not", "or", "quote", "toYaml", GetFile,
    };

    /// <summary>Calls a function that needs nothing but its arguments.</summary>
    /// <exception cref="TemplateException">It does not take these; or it is <c>fail</c>.</exception>
    public static JsonNode? Call(string function, IReadOnlyList<JsonNode?> arguments) => (function, arguments) switch
    {
        ("default", [var otherwise, var value]) => (IsTrue(value) ? value : otherwise)?.DeepClone(),
        ("eq", [var one, var other]) => SameKind(one, other) && JsonNode.DeepEquals(one, other),
        ("ne", [var one, var other]) => SameKind(one, other) && !JsonNode.DeepEquals(one, other),
        ("gt", [var one, var other]) => Number(one) > Number(other),
        ("fail", [JsonValue message]) => throw new TemplateException(Text(message)),
        ("int", [var value]) => Number(value),
        ("list", _) => new JsonArray([.. arguments.Select(one => one?.DeepClone())]),
        ("nindent", [JsonValue by, JsonValue text]) => Indent(Text(text), by.GetValue<long>()),
        ("not", [var value]) => !IsTrue(value),
        ("quote", [JsonValue text]) => JsonValue.Create(Text(text)).ToJsonString(),
        ("toYaml", [var value]) => Yaml.FromJson(Sorted(value)).TrimEnd('\n'),
        _ => throw new TemplateException($"{function} does not take {arguments.Count} arguments of these kinds"),
    };

    /// <summary>What Go's templates take for true: anything but false, zero and what is empty.</summary>
    public static bool IsTrue(JsonNode? value) => value switch
    {
        null => false,
        JsonObject map => map.Count > 0,
        JsonArray list => list.Count > 0,
        _ => value.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String => value.GetValue<string>().Length > 0,
            _ => Number(value) != 0,
        },
    };

    /// <summary>A value as it stands in a text.</summary>
    public static string Text(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => Number(value).ToString(CultureInfo.InvariantCulture),
        _ => throw new TemplateException("a map, a list or nothing cannot stand in a text"),
    };

    private static long Number(JsonNode? value) => value?.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new TemplateException($"{value?.ToJsonString()} is no whole number");

    private static bool SameKind(JsonNode? one, JsonNode? other) => one?.GetValueKind() == other?.GetValueKind()
        || (one?.GetValueKind() is JsonValueKind.True or JsonValueKind.False && other?.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
            ? true
            : throw new TemplateException("values of different kinds cannot be compared");

    private static string Indent(string text, long by)
    {
        var indent = new string(' ', (int)by);
        return $"\n{indent}{text.Replace("\n", $"\n{indent}", StringComparison.Ordinal)}";
    }

    /// <summary>Go writes the keys of a map in order.</summary>
    private static JsonNode? Sorted(JsonNode? value) => value switch
    {
        JsonObject map => new JsonObject(map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, Sorted(entry.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => value?.DeepClone(),
    };
}

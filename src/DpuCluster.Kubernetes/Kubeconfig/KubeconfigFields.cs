using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpuCluster.Kubernetes.Kubeconfig;

/// <summary>The fields of one entry, with errors that name file, entry and field, and never a value.</summary>
/// <param name="Source">File that the entry is in.</param>
/// <param name="Directory">Directory that its relative paths start from; <see langword="null"/> where it is in no file.</param>
/// <param name="Where">Such as <c>user "admin"</c>.</param>
/// <param name="Body">The fields.</param>
internal sealed record KubeconfigFields(string Source, string? Directory, string Where, JsonObject Body)
{
    public bool Has(string field) => Body[field] switch
    {
        null or JsonArray { Count: 0 } => false,
        JsonValue value => !(value.TryGetValue<string>(out var text) && text.Length == 0),
        _ => true,
    };

    /// <summary>Text; <see langword="null"/> where it is absent or empty.</summary>
    public string? Text(string field) => Body[field] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text.Length == 0 ? null : text,
        JsonValue => throw Error($"field \"{field}\" must be text: put it in quotes"),
        _ => throw Error($"field \"{field}\" must be text"),
    };

    public bool Boolean(string field) => Body[field] switch
    {
        null => false,
        JsonValue value when value.TryGetValue<bool>(out var boolean) => boolean,
        _ => throw Error($"field \"{field}\" must be true or false"),
    };

    public KubeconfigFields? Object(string field) => Body[field] switch
    {
        null => null,
        JsonObject value => this with { Body = value, Where = $"{Where}: {field}" },
        _ => throw Error($"field \"{field}\" must be a mapping"),
    };

    public IReadOnlyList<string> Texts(string field) => Body[field] switch
    {
        null => [],
        JsonArray items when items.All(item => item?.GetValueKind() == JsonValueKind.String) => [.. items.Select(item => item!.GetValue<string>())],
        _ => throw Error($"field \"{field}\" must be a list of texts"),
    };

    public IReadOnlyList<KubeconfigFields> Objects(string field) => Body[field] switch
    {
        null => [],
        JsonArray items when items.All(item => item is JsonObject) =>
            [.. items.Select((item, index) => this with { Body = (JsonObject)item!, Where = $"{Where}{(Where.Length == 0 ? "" : ": ")}{field}[{index}]" })],
        _ => throw Error($"field \"{field}\" must be a list of mappings"),
    };

    public byte[]? Base64(string field)
    {
        if (Text(field) is not { } text)
        {
            return null;
        }

        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            // The inner exception is left out: nothing of a value may reach a message.
            throw Error($"field \"{field}\" is not base64; encode the PEM text with base64, on one line");
        }
    }

    /// <summary>Full path of a file that a field names.</summary>
    public string? FilePath(string field) => Text(field) is not { } path ? null : Path.Combine(Directory ?? "", path);

    /// <summary>Reads the file that a field names.</summary>
    public byte[]? File(string field)
    {
        if (FilePath(field) is not { } path)
        {
            return null;
        }

        try
        {
            return System.IO.File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Error($"field \"{field}\": {path} cannot be read ({exception.GetType().Name}); name a file that exists and may be read", exception);
        }
    }

    public KubeconfigException Error(string problem, Exception? inner = null) =>
        new(Source, Where.Length == 0 ? problem : $"{Where}: {problem}", inner);

    // Records print their members, and these are credentials.
    public override string ToString() => $"{Source}: {Where}";
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpuCluster.Kubernetes.Serialization;

/// <summary>
/// YAML to JSON and back, with scalars typed as Kubernetes' tools type them: YAML 1.1 booleans (<c>yes</c>, <c>on</c>), octal, hexadecimal
/// and binary integers, digits with underscores; times stay text. Merge keys (<c>&lt;&lt;</c>) are merged, aliases expanded.
/// </summary>
public static class Yaml
{
    /// <summary>Reads text that holds one document, or none.</summary>
    /// <returns>The document; <see langword="null"/> where it is empty or says <c>null</c>.</returns>
    /// <exception cref="YamlFormatException">It is no YAML, not representable in JSON, beyond a limit, or more than one document.</exception>
    public static JsonNode? ToJson(string text, YamlLimits? limits = null)
    {
        var documents = ToJsonDocuments(text, limits);
        return documents.Count switch
        {
            0 => null,
            1 => documents[0],
            _ => throw new YamlFormatException("one document is expected, and there are more", 1, 1),
        };
    }

    /// <inheritdoc cref="ToJson(string, YamlLimits?)"/>
    public static JsonNode? ToJson(ReadOnlySpan<byte> utf8, YamlLimits? limits = null) => ToJson(Decode(utf8, limits), limits);

    /// <summary>Reads text that holds any number of documents.</summary>
    /// <returns>The documents in their order; an empty one is <see langword="null"/>.</returns>
    /// <exception cref="YamlFormatException">It is no YAML, not representable in JSON, or beyond a limit.</exception>
    public static IReadOnlyList<JsonNode?> ToJsonDocuments(string text, YamlLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        limits ??= YamlLimits.Default;
        if (text.Length > limits.MaxLength)
        {
            throw TooLong(text.Length, limits);
        }

        if (!IsUnicode(text))
        {
            throw new YamlFormatException("it is not valid Unicode", 1, 1);
        }

        return TryJson(text, limits) is { } json ? [json] : new YamlReader(text, limits).Read();
    }

    /// <inheritdoc cref="ToJsonDocuments(string, YamlLimits?)"/>
    public static IReadOnlyList<JsonNode?> ToJsonDocuments(ReadOnlySpan<byte> utf8, YamlLimits? limits = null) =>
        ToJsonDocuments(Decode(utf8, limits), limits);

    /// <summary>Writes a document in block style; reading it gives the same JSON again.</summary>
    public static string FromJson(JsonNode? node) => YamlWriter.Write(node);

    private static string Decode(ReadOnlySpan<byte> utf8, YamlLimits? limits)
    {
        limits ??= YamlLimits.Default;
        // A character takes at most three bytes of UTF-8 (a pair of surrogates four).
        if (utf8.Length > 3L * limits.MaxLength)
        {
            throw TooLong(utf8.Length, limits);
        }

        if (utf8.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException exception)
        {
            throw new YamlFormatException("it is not valid UTF-8", 1, 1, exception);
        }
    }

    private static bool IsUnicode(string text)
    {
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var consumed) != OperationStatus.Done)
            {
                return false;
            }

            rest = rest[consumed..];
        }

        return true;
    }

    private static UTF8Encoding StrictUtf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // JSON is nearly YAML; where they differ (escaped surrogates, tabs) what looks like JSON and is JSON is read as JSON.
    private static JsonNode? TryJson(string text, YamlLimits limits)
    {
        if (!text.AsSpan().TrimStart().StartsWith("{"))
        {
            return null;
        }

        try
        {
            var options = new JsonDocumentOptions { MaxDepth = limits.MaxDepth, AllowDuplicateProperties = false };
            return JsonNode.Parse(text, null, options);
        }
        catch (JsonException)
        {
            // Flow-style YAML, or an error that the YAML reader finds too, and tells with line and column.
            return null;
        }
    }

    private static YamlFormatException TooLong(int length, YamlLimits limits) =>
        new($"it is {length} characters long; {limits.MaxLength} are allowed", 1, 1);
}

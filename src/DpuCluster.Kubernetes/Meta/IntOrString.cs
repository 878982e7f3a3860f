using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DpuCluster.Kubernetes.Meta;

/// <summary>
/// A value that Kubernetes writes as a whole number or as text: a port by number or name, a count or a percentage, a quantity such
/// as <c>250m</c>. Equal only where both are written in the same way.
/// </summary>
[JsonConverter(typeof(IntOrStringConverter))]
public readonly record struct IntOrString
{
    /// <summary>Makes a number.</summary>
    public IntOrString(long number) => Number = number;

    /// <summary>Makes a text.</summary>
    public IntOrString(string text) => Text = text;

    /// <summary>The number; meaningless where <see cref="Text"/> is there.</summary>
    public long Number { get; }

    /// <summary>The text; <see langword="null"/> where it is a number.</summary>
    public string? Text { get; }

    /// <summary>Makes a number.</summary>
    public static implicit operator IntOrString(int number) => new(number);

    /// <summary>Makes a text.</summary>
    public static implicit operator IntOrString(string text) => new(text);

    /// <summary>Makes a text.</summary>
    public static IntOrString FromString(string text) => new(text);

    /// <summary>Makes a number.</summary>
    public static IntOrString FromInt32(int number) => new(number);

    /// <inheritdoc/>
    public override string ToString() => Text ?? Number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>JSON of an <see cref="IntOrString"/>.</summary>
public sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    /// <inheritdoc/>
    public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => new IntOrString(reader.GetString()!),
        JsonTokenType.Number when reader.TryGetInt64(out var number) => new IntOrString(number),
        // Quantities may be written as fractions; as text they mean the same.
        JsonTokenType.Number => new IntOrString(reader.GetDecimal().ToString(CultureInfo.InvariantCulture)),
        _ => throw new JsonException("a number or a string is wanted"),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value.Text is { } text)
        {
            writer.WriteStringValue(text);
        }
        else
        {
            writer.WriteNumberValue(value.Number);
        }
    }
}

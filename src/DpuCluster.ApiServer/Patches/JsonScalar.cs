using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Patches;

/// <summary>
/// A JSON value as something to compare and look up by: what names an item of a list. Numbers come before strings, strings
/// before booleans, and everything else last (compared as text), as in the path elements of field management.
/// </summary>
internal readonly struct JsonScalar : IEquatable<JsonScalar>, IComparable<JsonScalar>
{
    private readonly Kind _kind;
    private readonly bool _isInteger;
    private readonly long _integer;
    private readonly double _number;
    private readonly string? _text;

    private JsonScalar(Kind kind, long integer = 0, double number = 0, string? text = null, bool isInteger = false)
    {
        _kind = kind;
        _integer = integer;
        _number = number;
        _text = text;
        _isInteger = isInteger;
    }

    private enum Kind : byte
    {
        Number,
        String,
        Boolean,
        Other,
        Null,
    }

    public bool IsNull => _kind == Kind.Null;

    public bool IsString => _kind == Kind.String;

    /// <summary>The value of a node; an object or a list is taken as its JSON text.</summary>
    public static JsonScalar Of(JsonNode? node)
    {
        if (node is null)
            return new JsonScalar(Kind.Null);
        switch (node.GetValueKind())
        {
            case JsonValueKind.String:
                return OfString(node.GetValue<string>());
            case JsonValueKind.True:
                return new JsonScalar(Kind.Boolean, 1);
            case JsonValueKind.False:
                return new JsonScalar(Kind.Boolean, 0);
            case JsonValueKind.Number:
                var value = node.AsValue();
                if (value.TryGetValue<long>(out var integer))
                    return OfInteger(integer);
                if (value.TryGetValue<int>(out var small))
                    return OfInteger(small);
                return OfNumber(value.TryGetValue<double>(out var number)
                    ? number
                    : double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture));
            case JsonValueKind.Null:
                return new JsonScalar(Kind.Null);
            default:
                return new JsonScalar(Kind.Other, text: node.ToJsonString());
        }
    }

    public static JsonScalar OfString(string text) => new(Kind.String, text: text);

    public static JsonScalar OfInteger(long integer) => new(Kind.Number, integer, integer, isInteger: true);

    public static JsonScalar OfNumber(double number) => new(Kind.Number, 0, number);

    public int CompareTo(JsonScalar other)
    {
        if (_kind != other._kind)
            return _kind.CompareTo(other._kind);
        return _kind switch
        {
            Kind.Number when _isInteger && other._isInteger => _integer.CompareTo(other._integer),
            Kind.Number => _number.CompareTo(other._number),
            Kind.Boolean => _integer.CompareTo(other._integer),
            Kind.Null => 0,
            _ => string.CompareOrdinal(_text, other._text),
        };
    }

    public bool Equals(JsonScalar other) => CompareTo(other) == 0;

    public override bool Equals(object? obj) => obj is JsonScalar other && Equals(other);

    public override int GetHashCode() => _kind switch
    {
        Kind.Number => _number.GetHashCode(),
        Kind.Boolean => _integer.GetHashCode(),
        Kind.Null => 0,
        _ => string.GetHashCode(_text, StringComparison.Ordinal),
    };

    /// <summary>Writes the value as JSON.</summary>
    public void AppendJson(StringBuilder to)
    {
        switch (_kind)
        {
            case Kind.Number:
                if (_isInteger)
                    to.Append(CultureInfo.InvariantCulture, $"{_integer}");
                else
                    to.Append(_number.ToString("R", CultureInfo.InvariantCulture).Replace("E+", "e+", StringComparison.Ordinal).Replace("E-", "e-", StringComparison.Ordinal));
                break;
            case Kind.String:
                to.Append('"').Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(_text!)).Append('"');
                break;
            case Kind.Boolean:
                to.Append(_integer == 1 ? "true" : "false");
                break;
            case Kind.Null:
                to.Append("null");
                break;
            default:
                to.Append(_text);
                break;
        }
    }

    /// <summary>The value as Go quotes it in messages: strings in quotes, others plain.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        AppendJson(text);
        return text.ToString();
    }

    public static bool operator ==(JsonScalar left, JsonScalar right) => left.Equals(right);

    public static bool operator !=(JsonScalar left, JsonScalar right) => !left.Equals(right);
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Patches;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>One field of the key that names an item of a list.</summary>
internal readonly record struct KeyField(string Name, JsonScalar Value);

/// <summary>
/// One step of a path into an object: a field by name, or an item of a list by key, by value or by index. Ordered: fields,
/// keys, values, indices.
/// </summary>
internal readonly struct PathElement : IEquatable<PathElement>, IComparable<PathElement>
{
    private readonly Kind _kind;
    private readonly string? _name;
    private readonly KeyField[]? _parts;

    private PathElement(Kind kind, string? name, KeyField[]? parts)
    {
        _kind = kind;
        _name = name;
        _parts = parts;
    }

    private enum Kind : byte
    {
        Field,
        Key,
        Value,
        Index,
    }

    /// <summary>Name of the field; null for an item of a list.</summary>
    public string? FieldName => _kind == Kind.Field ? _name : null;

    public bool IsKey => _kind == Kind.Key;

    public static PathElement Field(string name) => new(Kind.Field, name, null);

    /// <summary>The item of a list that has these values in its key fields; <paramref name="key"/> becomes part of the element.</summary>
    public static PathElement Key(KeyField[] key)
    {
        if (key.Length > 1)
            Array.Sort(key, (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return new PathElement(Kind.Key, null, key);
    }

    public static PathElement Value(JsonScalar value) => new(Kind.Value, null, [new KeyField("", value)]);

    public static PathElement Index(int index) => new(Kind.Index, null, [new KeyField("", JsonScalar.OfInteger(index))]);

    /// <summary>Reads an element as it stands in FieldsV1: <c>f:name</c>, <c>k:{"name":"x"}</c>, <c>v:"x"</c>, <c>i:0</c>.</summary>
    /// <returns>Null for an element of a kind that is not known, which readers have to skip.</returns>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static PathElement? Parse(string text)
    {
        if (text.Length < 2 || text[1] != ':')
            throw new FormatException($"missing colon: {text}");
        var rest = text[2..];
        switch (text[0])
        {
            case 'f':
                return Field(rest);
            case 'i':
                return int.TryParse(rest, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)
                    ? Index(index)
                    : throw new FormatException($"not an index: {rest}");
            case 'v':
                return Value(JsonScalar.Of(JsonText.Parse(Encoding.UTF8.GetBytes(rest))));
            case 'k':
                return JsonText.Parse(Encoding.UTF8.GetBytes(rest)) is JsonObject { Count: > 0 } key
                    ? Key([.. key.Select(p => new KeyField(p.Key, JsonScalar.Of(p.Value)))])
                    : throw new FormatException($"not a key: {rest}");
            default:
                return null;
        }
    }

    /// <summary>As it stands in FieldsV1.</summary>
    public string ToFieldsV1()
    {
        if (_kind == Kind.Field)
            return "f:" + _name;
        var text = new StringBuilder();
        switch (_kind)
        {
            case Kind.Key:
                text.Append("k:{");
                for (var i = 0; i < _parts!.Length; i++)
                {
                    text.Append(i == 0 ? "" : ",");
                    JsonScalar.OfString(_parts[i].Name).AppendJson(text);
                    text.Append(':');
                    _parts[i].Value.AppendJson(text);
                }
                text.Append('}');
                break;
            default:
                text.Append(_kind == Kind.Value ? "v:" : "i:");
                _parts![0].Value.AppendJson(text);
                break;
        }
        return text.ToString();
    }

    /// <summary>As it stands in a path: <c>.name</c>, <c>[name="x"]</c>, <c>[="x"]</c>, <c>[0]</c>.</summary>
    public override string ToString() => _kind switch
    {
        Kind.Field => "." + _name,
        Kind.Key => $"[{string.Join(',', _parts!.Select(p => $"{p.Name}={p.Value}"))}]",
        Kind.Value => $"[={_parts![0].Value}]",
        _ => $"[{_parts![0].Value}]",
    };

    public int CompareTo(PathElement other)
    {
        if (_kind != other._kind)
            return _kind.CompareTo(other._kind);
        if (_kind == Kind.Field)
            return string.CompareOrdinal(_name, other._name);
        for (var i = 0; i < _parts!.Length && i < other._parts!.Length; i++)
        {
            var byName = string.CompareOrdinal(_parts[i].Name, other._parts[i].Name);
            if (byName != 0)
                return byName;
            var byValue = _parts[i].Value.CompareTo(other._parts[i].Value);
            if (byValue != 0)
                return byValue;
        }
        return _parts.Length.CompareTo(other._parts!.Length);
    }

    public bool Equals(PathElement other) => CompareTo(other) == 0;

    public override bool Equals(object? obj) => obj is PathElement other && Equals(other);

    public override int GetHashCode()
    {
        if (_kind == Kind.Field)
            return string.GetHashCode(_name, StringComparison.Ordinal);
        var hash = new HashCode();
        hash.Add(_kind);
        foreach (var part in _parts!)
            hash.Add(part.Value);
        return hash.ToHashCode();
    }

    public static bool operator ==(PathElement left, PathElement right) => left.Equals(right);

    public static bool operator !=(PathElement left, PathElement right) => !left.Equals(right);
}

using System.Buffers.Binary;
using System.Globalization;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Cel;

/// <summary>
/// Reads IP addresses as Go's <c>net/netip</c> does: no leading zeros, no shorthands, and the same words for what is wrong.
/// </summary>
internal sealed class AddressText
{
    private const int Length = 16;
    private const int GroupDigits = 4;

    private readonly string _text;
    private readonly byte[] _bytes = new byte[Length];
    private int _at;
    private int _count;
    private int _gap = -1;
    private string? _problem;

    private AddressText(string text) => _text = text;

    /// <summary>Reads an address: 4 or 16 bytes, and its zone, which is empty for none.</summary>
    /// <param name="text">The address.</param>
    /// <param name="problem">What is wrong with it; null for nothing.</param>
    public static (byte[] Bytes, string Zone)? Parse(string text, out string? problem)
    {
        var kind = text.IndexOfAny(['.', ':', '%']);
        var reader = new AddressText(text);
        if (kind < 0) reader.Fail("unable to parse IP");
        else if (text[kind] == '%') reader.Fail("missing IPv6 address");
        else if (text[kind] == '.') reader.ReadFields(text, 0);
        else return reader.ReadGroups(out problem);
        problem = reader._problem;
        return problem is null ? (reader._bytes[..4], "") : null;
    }

    private (byte[] Bytes, string Zone)? ReadGroups(out string? problem)
    {
        var percent = _text.IndexOf('%', StringComparison.Ordinal);
        var zone = percent < 0 ? "" : _text[(percent + 1)..];
        var groups = percent < 0 ? _text : _text[..percent];
        if (percent >= 0 && zone.Length == 0) Fail("zone must be a non-empty string");
        else ReadGroups(groups);
        problem = _problem;
        return problem is null ? (_bytes, zone) : null;
    }

    private void ReadGroups(string groups)
    {
        if (groups.StartsWith("::", StringComparison.Ordinal)) (_gap, _at) = (0, 2);
        while (_count < Length && _at < groups.Length)
        {
            if (!ReadGroup(groups)) return;
        }

        // Nothing at all is no gap, and no group.
        if (_at < groups.Length) Fail("trailing garbage after address", groups[_at..]);
        else if (_count < Length && _gap < 0) Fail("address string too short");
        else if (_count == Length && _gap >= 0) Fail("the :: must expand to at least one field of zeros");
        else if (_gap >= 0) Widen();
    }

    /// <returns>Whether to go on.</returns>
    private bool ReadGroup(string groups)
    {
        var end = _at;
        while (end < groups.Length && char.IsAsciiHexDigit(groups[end]))
        {
            if (end - _at == GroupDigits) return Fail("each group must have 4 or less digits", groups[_at..]);
            end++;
        }

        if (end == _at) return Fail("each colon-separated field must have at least one digit", groups[_at..]);
        if (end < groups.Length && groups[end] == '.') return ReadEnd(groups);
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(_count), ushort.Parse(groups.AsSpan(_at, end - _at), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        _count += sizeof(ushort);
        _at = end;
        return end == groups.Length || ReadColon(groups);
    }

    private bool ReadColon(string groups)
    {
        if (groups[_at] != ':') return Fail("unexpected character, want colon", groups[_at..]);
        if (_at + 1 == groups.Length) return Fail("colon must be followed by more characters", groups[_at..]);
        if (groups[++_at] != ':') return true;
        if (_gap >= 0) return Fail("multiple :: in address", groups[_at..]);
        _gap = _count;
        _at++;
        return true;
    }

    /// <summary>The last four bytes in the notation of IPv4.</summary>
    private bool ReadEnd(string groups)
    {
        if (_gap < 0 && _count != Length - 4) return Fail("embedded IPv4 address must replace the final 2 fields of the address", groups[_at..]);
        if (_count > Length - 4) return Fail("too many hex fields to fit an embedded IPv4 at the end of the address", groups[_at..]);
        ReadFields(groups[_at..], _count);
        _count += 4;
        _at = groups.Length;
        return _problem is null;
    }

    /// <summary>Reads four numbers into the bytes from a place on.</summary>
    private void ReadFields(string fields, int to)
    {
        var (field, value, digits) = (0, 0, 0);
        for (var i = 0; i < fields.Length; i++)
        {
            if (char.IsAsciiDigit(fields[i]))
            {
                if (digits > 0 && value == 0) Fail("IPv4 field has octet with leading zero");
                value = (value * 10) + fields[i] - '0';
                digits++;
                if (value > byte.MaxValue) Fail("IPv4 field has value >255");
            }
            else if (fields[i] != '.')
            {
                Fail("unexpected character", fields[i..]);
            }
            else if (digits == 0 || i == fields.Length - 1)
            {
                Fail("IPv4 field must have at least one digit", fields[i..]);
            }
            else if (field == 3)
            {
                Fail("IPv4 address too long");
            }
            else
            {
                _bytes[to + field++] = (byte)value;
                (value, digits) = (0, 0);
            }

            if (_problem is not null) return;
        }

        if (field < 3) Fail("IPv4 address too short");
        else _bytes[to + 3] = (byte)value;
    }

    /// <summary>Puts zeros where the gap is.</summary>
    private void Widen()
    {
        var behind = _count - _gap;
        _bytes.AsSpan(_gap, behind).CopyTo(_bytes.AsSpan(Length - behind));
        _bytes.AsSpan(_gap, Length - _count).Clear();
    }

    private bool Fail(string problem, string at = "")
    {
        _problem ??= $"ParseAddr({GoText.Quote(_text)}): {problem}{(at.Length == 0 ? "" : $" (at {GoText.Quote(at)})")}";
        return false;
    }
}

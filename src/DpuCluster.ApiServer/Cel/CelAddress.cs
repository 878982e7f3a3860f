using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DpuCluster.ApiServer.Cel;

/// <summary>An IP address in one of the forms that Kubernetes accepts: no zone, no leading zeros, no IPv4 within IPv6.</summary>
internal sealed class CelIp(byte[] bytes) : CelOpaque
{
    public byte[] Bytes { get; } = bytes;

    public override string TypeName => CelLibraryTypes.Ip.Name;

    public bool IsV4 => Bytes.Length == 4;

    public bool IsUnspecified => Bytes.All(b => b == 0);

    public bool IsLoopback => IsV4 ? Bytes[0] == 127 : Bytes[15] == 1 && Bytes.Take(15).All(b => b == 0);

    public bool IsLinkLocalMulticast => IsV4 ? Bytes is [224, 0, 0, _] : Bytes[0] == 0xff && (Bytes[1] & 0x0f) == 2;

    public bool IsLinkLocalUnicast => IsV4 ? Bytes is [169, 254, _, _] : Bytes[0] == 0xfe && (Bytes[1] & 0xc0) == 0x80;

    private bool IsMulticast => IsV4 ? (Bytes[0] & 0xf0) == 0xe0 : Bytes[0] == 0xff;

    public bool IsGlobalUnicast =>
        !IsUnspecified && !IsLoopback && !IsMulticast && !IsLinkLocalUnicast && !(IsV4 && Bytes.All(b => b == 255));

    public static CelIp? Parse(string text)
    {
        if (!text.Contains(':', StringComparison.Ordinal))
            return ParseV4(text) is { } v4 ? new CelIp(v4) : null;
        if (text.Length > 45 || !text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.'))
            return null;
        var lastColon = text.LastIndexOf(':');
        if (text.Contains('.', StringComparison.Ordinal) && ParseV4(text[(lastColon + 1)..]) is null)
            return null;
        if (!IPAddress.TryParse(text, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6
            || address.IsIPv4MappedToIPv6)
            return null;
        return text.Split(':').Any(part => part.Length > 4 && !part.Contains('.', StringComparison.Ordinal))
            ? null
            : new CelIp(address.GetAddressBytes());
    }

    private static byte[]? ParseV4(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 4)
            return null;
        var bytes = new byte[4];
        for (var i = 0; i < 4; i++)
        {
            if (parts[i].Length is 0 or > 3 || (parts[i].Length > 1 && parts[i][0] == '0')
                || !byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i]))
                return null;
        }
        return bytes;
    }

    public override bool Equals(object? obj) => obj is CelIp other && Bytes.AsSpan().SequenceEqual(other.Bytes);

    public override int GetHashCode() => HashCode.Combine(Bytes.Length, Bytes[^1], Bytes[^2], Bytes[0]);

    /// <summary>The canonical form: the longest run of zeros of an IPv6 address is left out.</summary>
    public override string ToString()
    {
        if (IsV4)
            return string.Join('.', Bytes);
        var (start, length) = LongestZeros();
        var text = new StringBuilder();
        for (var i = 0; i < 8; i++)
        {
            if (i == start)
            {
                text.Append("::");
                i += length - 1;
                continue;
            }
            if (text.Length > 0 && text[^1] != ':')
                text.Append(':');
            text.Append(Group(i).ToString("x", CultureInfo.InvariantCulture));
        }
        return text.ToString();
    }

    private int Group(int index) => (Bytes[index * 2] << 8) | Bytes[index * 2 + 1];

    private (int Start, int Length) LongestZeros()
    {
        var best = (Start: -1, Length: 1);
        for (var i = 0; i < 8; i++)
        {
            var end = i;
            while (end < 8 && Group(end) == 0)
                end++;
            if (end - i > best.Length)
                best = (i, end - i);
            i = Math.Max(i, end);
        }
        return best;
    }
}

/// <summary>An address with the length of its network part.</summary>
internal sealed class CelCidr(CelIp address, int prefix) : CelOpaque
{
    public CelIp Address { get; } = address;

    public int Prefix { get; } = prefix;

    public override string TypeName => CelLibraryTypes.Cidr.Name;

    public static CelCidr? Parse(string text)
    {
        var slash = text.LastIndexOf('/');
        if (slash < 0 || CelIp.Parse(text[..slash]) is not { } address)
            return null;
        var digits = text.AsSpan(slash + 1);
        if (digits.Length is 0 or > 3 || (digits.Length > 1 && digits[0] == '0')
            || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var prefix) || prefix > address.Bytes.Length * 8)
            return null;
        return new CelCidr(address, prefix);
    }

    public bool Contains(CelIp other)
    {
        if (other.Bytes.Length != Address.Bytes.Length)
            return false;
        for (var bit = 0; bit < Prefix; bit++)
        {
            var mask = 0x80 >> (bit % 8);
            if ((other.Bytes[bit / 8] & mask) != (Address.Bytes[bit / 8] & mask))
                return false;
        }
        return true;
    }

    public bool Contains(CelCidr other) => other.Prefix >= Prefix && Contains(other.Address);

    public CelCidr Masked()
    {
        var bytes = (byte[])Address.Bytes.Clone();
        for (var bit = Prefix; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new CelCidr(new CelIp(bytes), Prefix);
    }

    public override bool Equals(object? obj) => obj is CelCidr other && other.Prefix == Prefix && other.Address.Equals(Address);

    public override int GetHashCode() => HashCode.Combine(Address, Prefix);

    public override string ToString() => $"{Address}/{Prefix}";
}

using System.Globalization;
using System.Text;
using DpuCluster.ApiServer.Schemas;

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

    /// <summary>Reads an address; null for none.</summary>
    /// <param name="text">The address.</param>
    /// <param name="problem">What is wrong with it; null for nothing.</param>
    public static CelIp? Parse(string text, out string? problem)
    {
        if (AddressText.Parse(text, out problem) is not var (bytes, zone))
        {
            problem = $"IP Address {GoText.Quote(text)} parse error during conversion from string: {problem}";
            return null;
        }

        problem = zone.Length > 0 ? $"IP address {GoText.Quote(text)} with zone value is not allowed"
            : IsMapped(bytes) ? $"IPv4-mapped IPv6 address {GoText.Quote(text)} is not allowed"
            : null;
        return problem is null ? new CelIp(bytes) : null;
    }

    /// <summary>Whether it is an IPv4 address within IPv6.</summary>
    public static bool IsMapped(byte[] bytes) => bytes is [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, _, _, _, _];

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

    /// <summary>Reads a range; null for none.</summary>
    /// <param name="text">The range.</param>
    /// <param name="problem">What is wrong with it; null for nothing.</param>
    public static CelCidr? Parse(string text, out string? problem)
    {
        const string context = "network address parse error during conversion from string: ";
        var slash = text.LastIndexOf('/');
        var bits = text[(slash + 1)..];
        problem = null;
        if (slash < 0) problem = "no '/'";
        else if (AddressText.Parse(text[..slash], out problem) is var (bytes, zone))
        {
            if (zone.Length > 0) problem = "IPv6 zones cannot be present in a prefix";
            else if (bits.Length == 0 || !bits.All(char.IsAsciiDigit) || bits is ['0', _, ..]) problem = "bad bits after slash: " + GoText.Quote(bits);
            else if (!int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)) problem = "bad bits after slash: " + GoText.Quote(bits);
            else if (prefix > bytes.Length * 8) problem = "prefix length out of range";
            else if (!CelIp.IsMapped(bytes)) return new CelCidr(new CelIp(bytes), prefix);
        }

        // The original says twice what it was about.
        problem = context + (problem is null ? $"IPv4-mapped IPv6 address {GoText.Quote(text)} is not allowed" : $"{context}netip.ParsePrefix({GoText.Quote(text)}): {problem}");
        return null;
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

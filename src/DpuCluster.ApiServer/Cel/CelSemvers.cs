using System.Globalization;
using System.Numerics;
using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>A version as of semver.org.</summary>
internal sealed class CelSemver(ulong major, ulong minor, ulong patch, string[] preRelease) : CelOpaque
{
    public override string TypeName => CelLibraryTypes.Semver.Name;

    public ulong Major { get; } = major;

    public ulong Minor { get; } = minor;

    public ulong Patch { get; } = patch;

    private string[] PreRelease { get; } = preRelease;

    /// <summary>Reads a version; null when it is not one.</summary>
    /// <param name="text">The version.</param>
    /// <param name="normalize">Whether a leading <c>v</c>, missing numbers and leading zeros are fine.</param>
    public static CelSemver? Parse(string text, bool normalize)
    {
        if (normalize && text.StartsWith('v'))
            text = text[1..];
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        if (plus >= 0 && !text[(plus + 1)..].Split('.').All(IsIdentifier))
            return null;
        text = plus < 0 ? text : text[..plus];
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        string[] preRelease = dash < 0 ? [] : text[(dash + 1)..].Split('.');
        if (!preRelease.All(part => IsIdentifier(part) && !(part.Length > 1 && part[0] == '0' && part.All(char.IsAsciiDigit))))
            return null;
        var numbers = (dash < 0 ? text : text[..dash]).Split('.').ToList();
        while (normalize && numbers.Count < 3)
            numbers.Add("0");
        if (numbers.Count != 3)
            return null;
        var values = new ulong[3];
        for (var i = 0; i < 3; i++)
        {
            if ((!normalize && numbers[i].Length > 1 && numbers[i][0] == '0')
                || !ulong.TryParse(numbers[i], NumberStyles.None, CultureInfo.InvariantCulture, out values[i]))
                return null;
        }
        return new CelSemver(values[0], values[1], values[2], preRelease);
    }

    public int CompareTo(CelSemver other)
    {
        var numbers = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        if (numbers != 0)
            return Math.Sign(numbers);
        if (PreRelease.Length == 0 || other.PreRelease.Length == 0)
            return other.PreRelease.Length.CompareTo(PreRelease.Length) switch { 0 => 0, var order => Math.Sign(order) };
        for (var i = 0; i < Math.Min(PreRelease.Length, other.PreRelease.Length); i++)
        {
            var order = Compare(PreRelease[i], other.PreRelease[i]);
            if (order != 0)
                return order;
        }
        return PreRelease.Length.CompareTo(other.PreRelease.Length);
    }

    public override bool Equals(object? obj) => obj is CelSemver other && CompareTo(other) == 0;

    public override int GetHashCode() => HashCode.Combine(Major, Minor, Patch, PreRelease.Length);

    private static int Compare(string left, string right)
    {
        var leftIsNumber = left.All(char.IsAsciiDigit);
        var rightIsNumber = right.All(char.IsAsciiDigit);
        if (leftIsNumber && rightIsNumber)
            return BigInteger.Parse(left, CultureInfo.InvariantCulture).CompareTo(BigInteger.Parse(right, CultureInfo.InvariantCulture));
        return leftIsNumber ? -1 : rightIsNumber ? 1 : Math.Sign(string.CompareOrdinal(left, right));
    }

    private static bool IsIdentifier(string part) =>
        part.Length is > 0 and <= 256 && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}

/// <summary>Functions of versions.</summary>
internal static class CelSemvers
{
    public static void Declare(CelFunctionTable table)
    {
        var type = CelLibraryTypes.Semver;
        foreach (var parameters in new CelType[][] { [CelType.String], [CelType.String, CelType.Bool] })
        {
            table.Global("isSemver", parameters, CelType.Bool, Parsing((version, _) => CelValues.Bool(version is not null)));
            table.Global("semver", parameters, type, Parsing((version, text) =>
                version ?? (object)new CelError($"Invalid semver {CelFormatting.Quote(text)}")));
        }
        table.Member("major", [type], Int, One(v => (long)Math.Min(v.Major, long.MaxValue)));
        table.Member("minor", [type], Int, One(v => (long)Math.Min(v.Minor, long.MaxValue)));
        table.Member("patch", [type], Int, One(v => (long)Math.Min(v.Patch, long.MaxValue)));
        table.Member("compareTo", [type, type], Int, Two((a, b) => (long)a.CompareTo(b)));
        table.Member("isLessThan", [type, type], CelType.Bool, Two((a, b) => CelValues.Bool(a.CompareTo(b) < 0)));
        table.Member("isGreaterThan", [type, type], CelType.Bool, Two((a, b) => CelValues.Bool(a.CompareTo(b) > 0)));
    }

    private static CelFunctionBody Parsing(Func<CelSemver?, string, object> body) => (frame, arguments) =>
    {
        frame.ChargeText(CelValues.Size(arguments[0]));
        var text = (string)arguments[0];
        return body(CelSemver.Parse(text, arguments.Length > 1 && arguments[1] is true), text);
    };

    private static CelFunctionBody One(Func<CelSemver, object> body) => (frame, arguments) =>
    {
        frame.Charge(1);
        return body((CelSemver)arguments[0]);
    };

    private static CelFunctionBody Two(Func<CelSemver, CelSemver, object> body) => (frame, arguments) =>
    {
        frame.Charge(1);
        return body((CelSemver)arguments[0], (CelSemver)arguments[1]);
    };
}

using System.Globalization;
using System.Numerics;
using DpuCluster.ApiServer.Schemas;
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
    /// <param name="problem">What is wrong with it; null for nothing.</param>
    public static CelSemver? Parse(string text, bool normalize, out string? problem)
    {
        problem = null;
        if (normalize && (text = Normalized(text)).Length == 0)
        {
            problem = "short version cannot contain PreRelease/Build meta data";
            return null;
        }

        if (text.Length == 0)
        {
            problem = "Version string empty";
            return null;
        }

        var parts = text.Split('.', 3);
        if (parts.Length < 3)
        {
            problem = "No Major.Minor.Patch elements found";
            return null;
        }

        var plus = parts[2].IndexOf('+', StringComparison.Ordinal);
        var build = plus < 0 ? null : parts[2][(plus + 1)..].Split('.');
        var patch = plus < 0 ? parts[2] : parts[2][..plus];
        var dash = patch.IndexOf('-', StringComparison.Ordinal);
        string[] preRelease = dash < 0 ? [] : patch[(dash + 1)..].Split('.');
        patch = dash < 0 ? patch : patch[..dash];
        var numbers = new ulong[3];
        problem = Number("Major", parts[0], out numbers[0]) ?? Number("Minor", parts[1], out numbers[1]) ?? Number("Patch", patch, out numbers[2])
            ?? preRelease.Select(PreReleaseProblem).FirstOrDefault(one => one is not null)
            ?? build?.Select(BuildProblem).FirstOrDefault(one => one is not null);
        return problem is null ? new CelSemver(numbers[0], numbers[1], numbers[2], preRelease) : null;
    }

    /// <summary>With three numbers and without what does not belong before them; empty for what cannot be made longer.</summary>
    private static string Normalized(string text)
    {
        var parts = (text.StartsWith('v') ? text[1..] : text).Split('.', 3);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length <= 1) continue;
            var bare = parts[i].TrimStart('0');
            parts[i] = bare.Length == 0 || !char.IsAsciiDigit(bare[0]) ? "0" + bare : bare;
        }

        if (parts.Length == 3) return string.Join('.', parts);
        return parts[^1].AsSpan().ContainsAny('+', '-') ? "" : string.Join('.', parts.Concat(Enumerable.Repeat("0", 3 - parts.Length)));
    }

    private static string? Number(string name, string text, out ulong number)
    {
        number = 0;
        if (!text.All(char.IsAsciiDigit)) return $"Invalid character(s) found in {name.ToLowerInvariant()} number {GoText.Quote(text)}";
        if (text is ['0', _, ..]) return $"{name} number must not contain leading zeroes {GoText.Quote(text)}";
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) ? null
            : $"strconv.ParseUint: parsing {GoText.Quote(text)}: {(text.Length == 0 ? "invalid syntax" : "value out of range")}";
    }

    private static string? PreReleaseProblem(string part)
    {
        if (part.Length == 0) return "Prerelease is empty";
        if (!part.All(IsOfIdentifiers)) return $"Invalid character(s) found in prerelease {GoText.Quote(part)}";
        return part is ['0', _, ..] && part.All(char.IsAsciiDigit) ? $"Numeric PreRelease version must not contain leading zeroes {GoText.Quote(part)}" : null;
    }

    private static string? BuildProblem(string part)
    {
        if (part.Length == 0) return "Build meta data is empty";
        return part.All(IsOfIdentifiers) ? null : $"Invalid character(s) found in build meta data {GoText.Quote(part)}";
    }

    private static bool IsOfIdentifiers(char c) => char.IsAsciiLetterOrDigit(c) || c == '-';

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
            table.Global("semver", parameters, type, Parsing((version, problem) => version ?? (object)new CelError(problem!)));
        }
        table.Member("major", [type], Int, One(v => (long)Math.Min(v.Major, long.MaxValue)));
        table.Member("minor", [type], Int, One(v => (long)Math.Min(v.Minor, long.MaxValue)));
        table.Member("patch", [type], Int, One(v => (long)Math.Min(v.Patch, long.MaxValue)));
        table.Member("compareTo", [type, type], Int, Two((a, b) => (long)a.CompareTo(b)));
        table.Member("isLessThan", [type, type], CelType.Bool, Two((a, b) => CelValues.Bool(a.CompareTo(b) < 0)));
        table.Member("isGreaterThan", [type, type], CelType.Bool, Two((a, b) => CelValues.Bool(a.CompareTo(b) > 0)));
    }

    private static CelFunctionBody Parsing(Func<CelSemver?, string?, object> body) => (frame, arguments) =>
    {
        frame.ChargeText(CelValues.Size(arguments[0]));
        return body(CelSemver.Parse((string)arguments[0], arguments.Length > 1 && arguments[1] is true, out var problem), problem);
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

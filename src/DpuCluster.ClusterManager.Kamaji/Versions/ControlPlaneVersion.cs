using System.Globalization;
using System.Text.RegularExpressions;

namespace DpuCluster.ClusterManager.Kamaji.Versions;

/// <summary>A version of Kubernetes, such as <c>v1.30.2</c> or <c>v1.31.0-rc.1</c>, ordered as Semantic Versioning 2.0.0 says.</summary>
internal sealed partial record ControlPlaneVersion(int Major, int Minor, int Patch, string Prerelease) : IComparable<ControlPlaneVersion>
{
    /// <summary>Reads a version, with or without the leading <c>v</c>; <see langword="null"/> where it is none.</summary>
    public static ControlPlaneVersion? Read(string? text)
    {
        var match = Pattern().Match(text ?? "");
        return match.Success ? new(Number(match, 1), Number(match, 2), Number(match, 3), match.Groups[4].Value) : null;
    }

    /// <inheritdoc/>
    public int CompareTo(ControlPlaneVersion? other)
    {
        if (other is null)
        {
            return 1;
        }

        var numbers = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        return numbers != 0 ? numbers : ComparePrereleases(Prerelease, other.Prerelease);
    }

    /// <summary>The version as Kubernetes writes it.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"v{Major}.{Minor}.{Patch}{(Prerelease.Length > 0 ? "-" : "")}{Prerelease}");

    private static int ComparePrereleases(string one, string other)
    {
        if (one.Length == 0 || other.Length == 0)
        {
            // What is released comes after what leads to it.
            return (one.Length == 0).CompareTo(other.Length == 0);
        }

        var (left, right) = (one.Split('.'), other.Split('.'));
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var order = (int.TryParse(left[i], NumberStyles.None, CultureInfo.InvariantCulture, out var a), int.TryParse(right[i], NumberStyles.None, CultureInfo.InvariantCulture, out var b)) switch
            {
                (true, true) => a.CompareTo(b),
                (true, false) => -1,
                (false, true) => 1,
                _ => string.CompareOrdinal(left[i], right[i]),
            };
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\Av?(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?\z")]
    private static partial Regex Pattern();
}

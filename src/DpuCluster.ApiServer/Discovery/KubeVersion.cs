using System.Globalization;
using System.Text.RegularExpressions;

namespace DpuCluster.ApiServer.Discovery;

/// <summary>The order of API versions: stable ones first, then beta, then alpha, each from the newest down; any other name last, by alphabet.</summary>
internal static partial class KubeVersion
{
    /// <summary>Negative when <paramref name="one"/> is preferred to <paramref name="other"/>.</summary>
    public static int Compare(string one, string other)
    {
        var (a, b) = (Rank(one), Rank(other));
        if (a is null && b is null) return string.CompareOrdinal(one, other);
        if (a is null) return 1;
        if (b is null) return -1;
        return b.Value.CompareTo(a.Value);
    }

    private static (int Stability, long Major, long Minor)? Rank(string version)
    {
        var match = Pattern().Match(version);
        if (!match.Success) return null;
        var stability = match.Groups["kind"].Value switch { "" => 2, "beta" => 1, _ => 0 };
        return (stability, Number(match.Groups["major"]), Number(match.Groups["minor"]));
    }

    private static long Number(Group group) =>
        long.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"^v(?<major>[1-9][0-9]*)((?<kind>alpha|beta)(?<minor>[1-9][0-9]*))?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}

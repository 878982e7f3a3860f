using System.Globalization;

namespace DpuCluster.Controllers.Informers;

/// <summary>
/// Order of resource versions. They are opaque by contract, but comparable as unsigned integers on every server since
/// Kubernetes 1.35 (KEP 5504), and in practice before; where one does not parse nothing is assumed.
/// </summary>
internal static class ResourceVersions
{
    /// <summary>Whether <paramref name="seen"/> is surely at least as new as <paramref name="wanted"/>.</summary>
    public static bool IsAtLeast(string? seen, string? wanted) =>
        seen is not null && wanted is not null && (seen == wanted || (TryParse(seen, out var a) && TryParse(wanted, out var b) && a >= b));

    /// <summary>Whether <paramref name="version"/> is surely older than <paramref name="other"/>.</summary>
    public static bool IsOlder(string? version, string? other) =>
        TryParse(version, out var a) && TryParse(other, out var b) && a < b;

    private static bool TryParse(string? version, out ulong number) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

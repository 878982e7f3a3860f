using System.Globalization;
using DpuCluster.Api;

namespace DpuCluster.Provisioning.Assessment;

/// <summary>Something that a person should look at before it becomes an outage. Does not gate readiness.</summary>
/// <param name="Reason">For programs: reason of the event and label of the metric.</param>
/// <param name="Message">For people; the same words as long as the facts are the same.</param>
internal sealed record ClusterWarning(string Reason, string Message);

/// <summary>The warnings of a cluster, computed from what is known of it.</summary>
internal static class ClusterWarnings
{
    /// <summary>How long before its end a client certificate is warned of.</summary>
    public static readonly TimeSpan CertificateNotice = TimeSpan.FromDays(30);

    public static IReadOnlyList<ClusterWarning> Of(
        DPUCluster cluster, KubeconfigObservation kubeconfig, string? reportedVersion, DateTimeOffset now)
    {
        var warnings = new List<ClusterWarning>();
        if (kubeconfig is KubeconfigObservation.Accepted { CertificateExpiry: { } expiry } && expiry - now <= CertificateNotice)
        {
            // The date, not the days that are left: a message that changes every day would be written every day.
            var date = expiry.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
            var tense = expiry <= now ? "expired on" : "expires on";
            warnings.Add(new(WarningReason.CertificateExpiring,
                $"the client certificate in Secret {cluster.Spec.Kubeconfig} {tense} {date}: put a new kubeconfig into the Secret"));
        }

        if (cluster.Spec.Type == ClusterType.Static
            && cluster.Spec.Version is { Length: > 0 } wanted
            && reportedVersion is { Length: > 0 } reported
            && !SameVersion(wanted, reported))
        {
            warnings.Add(new(WarningReason.VersionMismatch,
                $"spec.version is {wanted}, and the control plane reports {reported}: correct spec.version or upgrade the control plane"));
        }

        return warnings;
    }

    /// <summary>
    /// Whether two versions are the same: with or without the leading v; build metadata (<c>v1.30.2+k3s1</c>) counts only when
    /// both have it.
    /// </summary>
    internal static bool SameVersion(string wanted, string reported)
    {
        var (wantedCore, wantedBuild) = Split(wanted);
        var (reportedCore, reportedBuild) = Split(reported);
        return wantedCore == reportedCore && (wantedBuild.Length == 0 || reportedBuild.Length == 0 || wantedBuild == reportedBuild);

        static (string Core, string Build) Split(string version)
        {
            var bare = version.Trim();
            bare = bare.StartsWith('v') || bare.StartsWith('V') ? bare[1..] : bare;
            var plus = bare.IndexOf('+', StringComparison.Ordinal);
            return plus < 0 ? (bare, "") : (bare[..plus], bare[(plus + 1)..]);
        }
    }
}

/// <summary>The reasons of warnings.</summary>
internal static class WarningReason
{
    /// <summary>The client certificate of the admin kubeconfig ends within 30 days, or has ended.</summary>
    public const string CertificateExpiring = "CertificateExpiring";

    /// <summary>The object is being deleted, and for a while nothing was heard of the cluster manager that has to clean up.</summary>
    public const string AwaitingCleanUp = "AwaitingCleanUp";

    /// <summary>An adopted control plane does not report the version that <c>spec.version</c> expects.</summary>
    public const string VersionMismatch = "VersionMismatch";
}

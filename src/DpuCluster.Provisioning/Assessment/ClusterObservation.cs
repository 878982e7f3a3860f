namespace DpuCluster.Provisioning.Assessment;

/// <summary>What the provisioning controller knows of a cluster besides the object itself.</summary>
/// <param name="Kubeconfig">What became of reading the admin kubeconfig.</param>
/// <param name="Health">What the health checks say so far.</param>
internal sealed record ClusterObservation(KubeconfigObservation Kubeconfig, HealthReport Health);

/// <summary>What became of reading the admin kubeconfig of a cluster.</summary>
internal abstract record KubeconfigObservation
{
    /// <summary><c>spec.kubeconfig</c> names no Secret.</summary>
    internal sealed record NotNamed : KubeconfigObservation;

    /// <summary>The Secret is missing, or what it holds is refused.</summary>
    /// <param name="Reason">Reason for the condition.</param>
    /// <param name="Message">What is wrong, where, and what to do.</param>
    internal sealed record Refused(string Reason, string Message) : KubeconfigObservation;

    /// <summary>The kubeconfig is good, and health is checked with it.</summary>
    /// <param name="CertificateExpiry">When its client certificate ends; null where it has none.</param>
    internal sealed record Accepted(DateTimeOffset? CertificateExpiry) : KubeconfigObservation;
}

/// <summary>What the health checks of a control plane say so far.</summary>
internal enum HealthVerdict
{
    /// <summary>No verdict yet: no check has finished, or only one and it failed.</summary>
    Unknown,

    /// <summary>The last check passed, or failed for the first time since one passed.</summary>
    Healthy,

    /// <summary>At least the last two checks failed.</summary>
    Unhealthy,
}

/// <summary>The verdict, and what was learned on the way.</summary>
/// <param name="Verdict">Whether the control plane is healthy.</param>
/// <param name="Cause">Why the last check failed; empty after one that passed. Worded so that the same cause gives the same words.</param>
/// <param name="Version">The version that the control plane reports; null while it is not known.</param>
/// <param name="Nodes">How many nodes have joined; null while it is not known.</param>
internal sealed record HealthReport(HealthVerdict Verdict, string Cause, string? Version, int? Nodes)
{
    /// <summary>Before the first check.</summary>
    public static HealthReport None { get; } = new(HealthVerdict.Unknown, "", null, null);
}

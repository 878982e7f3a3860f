using DpuCluster.Api;

namespace DpuCluster.ClusterManager.Kamaji.Versions;

/// <summary>Which version a control plane should be told to run now, and what to say about it; pure.</summary>
/// <param name="Version">For the TenantControlPlane; <see langword="null"/> where there is none to begin with.</param>
/// <param name="Refusal">Why <c>spec.version</c> is not followed, for people; <see langword="null"/> where it is.</param>
/// <param name="Upgrade">What is under way, for people; <see langword="null"/> where nothing is.</param>
internal sealed record VersionPlan(string? Version, string? Refusal = null, string? Upgrade = null)
{
    /// <summary>Makes the plan.</summary>
    /// <param name="wanted"><c>spec.version</c> of the cluster.</param>
    /// <param name="tenant">The TenantControlPlane as it is; <see langword="null"/> where there is none.</param>
    public static VersionPlan Make(string? wanted, TenantControlPlane? tenant)
    {
        var goal = ControlPlaneVersion.Read(wanted);
        if (tenant?.Spec?.Kubernetes?.Version is not { } told || ControlPlaneVersion.Read(told) is not { } current)
        {
            return goal is null ? new(null, Malformed(wanted)) : new(goal.ToString());
        }

        var state = tenant.Status?.KubernetesResources?.Version;
        var installed = ControlPlaneVersion.Read(state?.Version);
        if (goal is null)
        {
            return new(told, $"{Malformed(wanted)}; the control plane stays at {told}", Underway(installed, current, state));
        }

        // Whatever never ran has nothing that could be lost: a version that does not exist can be put right.
        if (goal.CompareTo(current) == 0 || installed is null)
        {
            return new(goal.ToString(), Upgrade: installed is null ? null : Underway(installed, current, state));
        }

        if (goal.CompareTo(current) < 0)
        {
            return new(told, $"{goal} is older than {current}, which the control plane runs or is on its way to: a downgrade is not possible; "
                + $"set spec.version to {current} or newer", Underway(installed, current, state));
        }

        var reachable = goal.Major == current.Major && goal.Minor <= current.Minor + 1;
        if (!reachable)
        {
            return new(told, $"from {current} to {goal} a minor version would be skipped: set spec.version to a {current.Major}.{current.Minor + 1} first, "
                + "such as v" + $"{current.Major}.{current.Minor + 1}.0, and go on when that runs", Underway(installed, current, state));
        }

        // Kubernetes bears one minor at a time: the next step waits until this one is done.
        return Underway(installed, current, state) is { } upgrade && goal.Minor > current.Minor
            ? new(told, Upgrade: $"{upgrade}; then it goes on to {goal}")
            : new(goal.ToString(), Upgrade: $"from {installed} to {goal}");
    }

    private static string? Underway(ControlPlaneVersion? installed, ControlPlaneVersion current, TenantVersion? state) =>
        installed is not null && (installed.CompareTo(current) != 0 || state?.Status == TenantState.Upgrading) ? $"from {installed} to {current}" : null;

    private static string Malformed(string? wanted) =>
        string.IsNullOrEmpty(wanted)
            ? "spec.version is empty: write the Kubernetes version to run, such as v1.30.2"
            : $"spec.version is \"{(wanted.Length > 40 ? wanted[..40] + "…" : wanted)}\", which is no Kubernetes version: write all three numbers, such as v1.30.2";
}

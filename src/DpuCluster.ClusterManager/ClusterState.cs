using System.Collections.Immutable;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ClusterManager;

/// <summary>Where a control plane stands, as its cluster manager sees it. Immutable.</summary>
public sealed record ClusterState
{
    private ClusterState(string reason, string message)
    {
        Reason = reason;
        Message = message;
    }

    /// <summary>Status of the condition <c>Created</c>.</summary>
    internal bool IsCreated { get; private init; }

    /// <summary>Reason of the condition <c>Created</c>, and of <c>Stalled</c> where that is set.</summary>
    internal string Reason { get; }

    /// <summary>Message of the condition <c>Created</c>, and of <c>Stalled</c> where that is set.</summary>
    internal string Message { get; }

    /// <summary>Whether only the user can help.</summary>
    internal bool IsStalled { get; private init; }

    /// <summary>The Secret for <c>spec.kubeconfig</c>; null where the user supplies it.</summary>
    internal string? KubeconfigSecret { get; private init; }

    /// <summary>Further conditions, by type; a null value takes the condition away.</summary>
    internal ImmutableSortedDictionary<string, ManagerCondition?> Conditions { get; private init; } =
        ImmutableSortedDictionary.Create<string, ManagerCondition?>(StringComparer.Ordinal);

    /// <summary>How long the state must last before it is written; <see langword="null"/>: it is written at once.</summary>
    internal TimeSpan? WrittenAfter { get; private init; }

    /// <summary>When to call again though nothing has happened.</summary>
    internal TimeSpan? Again { get; private init; }

    /// <summary>The control plane exists, and its admin kubeconfig is published.</summary>
    /// <param name="kubeconfigSecret">
    /// Name of the Secret in the cluster's namespace: put into <c>spec.kubeconfig</c> where that is empty, before
    /// <c>Created</c> becomes <c>True</c>. <see langword="null"/> where the user names the Secret.
    /// </param>
    /// <param name="message">What was done, for people.</param>
    public static ClusterState Created(string? kubeconfigSecret = null, string message = "the control plane exists and its kubeconfig is published") =>
        new(ClusterReason.Created, message) { IsCreated = true, KubeconfigSecret = kubeconfigSecret };

    /// <summary>The control plane does not exist yet, and time or others will help.</summary>
    /// <param name="reason">Why, for programs: CamelCase, as Kubernetes wants reasons.</param>
    /// <param name="message">Why, for people, and what to do about it.</param>
    public static ClusterState Creating(string reason, string message) => new(reason, message);

    /// <summary>Only the user can help, by changing the spec: the cluster becomes <c>Failed</c>.</summary>
    /// <param name="reason">Why, for programs: CamelCase, as Kubernetes wants reasons.</param>
    /// <param name="message">What is wrong and what to write instead, for people.</param>
    public static ClusterState Stalled(string reason, string message) => new(reason, message) { IsStalled = true };

    /// <summary>
    /// The same state with one more condition of the manager's own. Every condition but <c>Upgraded</c> gates readiness: while it is
    /// not <c>True</c> the cluster is not Ready.
    /// </summary>
    /// <exception cref="ArgumentException">The type is <c>Ready</c>, <c>Created</c> or <c>Stalled</c>, which are not the manager's to set so.</exception>
    public ClusterState With(string conditionType, bool holds, string reason, string message) =>
        this with { Conditions = Conditions.SetItem(Own(conditionType), new(holds, reason, message)) };

    /// <summary>The same state, in which a condition that the manager set earlier no longer applies and goes.</summary>
    /// <exception cref="ArgumentException">The type is <c>Ready</c>, <c>Created</c> or <c>Stalled</c>, which are not the manager's to set so.</exception>
    public ClusterState Without(string conditionType) => this with { Conditions = Conditions.SetItem(Own(conditionType), null) };

    /// <summary>The same state, to be asked for again after a time even if nothing happens before.</summary>
    public ClusterState After(TimeSpan again) => this with { Again = again };

    /// <summary>
    /// The same state, which is on its way to another by itself: it is written only when the cluster has been in such states for this long.
    /// Saves the writes that nobody would have had time to read.
    /// </summary>
    public ClusterState IfItLasts(TimeSpan time) => this with { WrittenAfter = time };

    private static string Own(string conditionType) =>
        conditionType is ClusterConditionType.Ready or ClusterConditionType.Created or ClusterConditionType.Stalled
            ? throw new ArgumentException($"the condition {conditionType} is set through Created, Creating and Stalled", nameof(conditionType))
            : conditionType;
}

/// <summary>A condition of a manager's own.</summary>
/// <param name="Holds">Whether it is <c>True</c>.</param>
/// <param name="Reason">Why, for programs.</param>
/// <param name="Message">Why, for people.</param>
internal sealed record ManagerCondition(bool Holds, string Reason, string Message)
{
    public string Status => Holds ? ConditionStatus.True : ConditionStatus.False;
}

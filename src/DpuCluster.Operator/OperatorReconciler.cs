using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Controllers.Events;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Operator.Applying;
using DpuCluster.Operator.Components;

namespace DpuCluster.Operator;

/// <summary>Installs what the one DPFOperatorConfig asks for, keeps it so, and removes what it does not ask for any more.</summary>
internal sealed class OperatorReconciler(
    Func<NamespacedName, DPFOperatorConfig?> find,
    Func<NamespacedName, bool> secretExists,
    SystemMembers members,
    ObjectWriter<DPFOperatorConfig> writer,
    StatusWriter<DPFOperatorConfig> status,
    EventRecorder events,
    OperatorOptions options,
    TimeProvider clock) : IReconciler
{
    /// <summary>Who writes, as <c>managedFields</c> shows it.</summary>
    public const string FieldManager = "dpucluster-operator";

    /// <summary>The finalizer: the reference implementation's.</summary>
    public const string Finalizer = "dpu.nvidia.com/dpfoperatorconfig";

    /// <summary>After how long something that somebody else must put right is tried again, where nothing tells of a change.</summary>
    public static readonly TimeSpan RetryProblems = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken cancellation)
    {
        if (find(key) is not { } config)
        {
            return ReconcileResult.Done;
        }

        if (key != OperatorHost.Config)
        {
            await TellAsync(config, OperatorAssessment.Ignored(config, OperatorHost.Config, clock.GetUtcNow()), cancellation).ConfigureAwait(false);
            return ReconcileResult.Done;
        }

        var paused = config.Spec?.Overrides?.Paused is true;
        if (config.IsBeingDeleted && !paused)
        {
            return await RemoveAsync(config, cancellation).ConfigureAwait(false);
        }

        var wanted = options.Components.Select(component => (Component: component, Choice: component.Choose(config.Spec ?? new())))
            .Where(one => one.Choice.IsWanted).ToList();
        var pullSecrets = (config.Spec?.ImagePullSecrets ?? []).Distinct(StringComparer.Ordinal).ToList();
        var seen = new OperatorObservation
        {
            IsPaused = paused,
            MissingSecrets = [.. pullSecrets.Where(name => !secretExists(new(key.Namespace, name)))],
            Deployments = wanted.ToDictionary(one => one.Component.Role.Name, one => members.Deployment(one.Component.Role.Name)),
        };
        if (!paused)
        {
            config = await writer.AddFinalizerAsync(config, Finalizer, FieldManager, cancellation).ConfigureAwait(false);
        }

        if (!paused && seen.MissingSecrets.Count == 0)
        {
            config = await StandForSetAsync(config, cancellation).ConfigureAwait(false);
            var manifests = wanted.Select(one =>
                ComponentManifests.Of(one.Component, key.Namespace, one.Choice.Image ?? options.Image, pullSecrets, options)).ToList();
            seen = await members.ReconcileAsync(manifests, seen, cancellation).ConfigureAwait(false);
        }

        await TellAsync(config, OperatorAssessment.Assess(config, seen, clock.GetUtcNow()), cancellation).ConfigureAwait(false);
        return seen.Problems.Count > 0 ? ReconcileResult.After(RetryProblems) : ReconcileResult.Done;
    }

    private async Task<ReconcileResult> RemoveAsync(DPFOperatorConfig config, CancellationToken cancellation)
    {
        if (!config.HasFinalizer(Finalizer))
        {
            return ReconcileResult.Done;
        }

        var seen = await members.ReconcileAsync([], new(), cancellation).ConfigureAwait(false);
        if (seen is { Leaving.Count: 0, Problems.Count: 0 })
        {
            await writer.DropFinalizerAsync(config, Finalizer, FieldManager, cancellation).ConfigureAwait(false);
            return ReconcileResult.Done;
        }

        await TellAsync(config, OperatorAssessment.Assess(config, seen, clock.GetUtcNow()), cancellation).ConfigureAwait(false);
        return seen.Problems.Count > 0 ? ReconcileResult.After(RetryProblems) : ReconcileResult.Done;
    }

    /// <summary>Makes the config the parent of the set: before there are members, as the specification wants it.</summary>
    private async Task<DPFOperatorConfig> StandForSetAsync(DPFOperatorConfig config, CancellationToken cancellation)
    {
        var (labels, annotations) = (config.Metadata.Labels, config.Metadata.Annotations);
        if (labels?.GetValueOrDefault(ApplySet.IdLabel) == members.SetId
            && annotations?.GetValueOrDefault(ApplySet.ToolingAnnotation) == ApplySet.Tooling
            && annotations.GetValueOrDefault(ApplySet.KindsAnnotation) == SystemMembers.Kinds)
        {
            return config;
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["labels"] = new JsonObject { [ApplySet.IdLabel] = members.SetId },
                ["annotations"] = new JsonObject { [ApplySet.ToolingAnnotation] = ApplySet.Tooling, [ApplySet.KindsAnnotation] = SystemMembers.Kinds },
            },
        };
        return await writer.PatchAsync(
            config.Metadata.Namespace, config.Metadata.Name!, Patch.Merge(patch), new() { FieldManager = FieldManager }, cancellation).ConfigureAwait(false);
    }

    private async Task TellAsync(DPFOperatorConfig config, DPFOperatorConfigStatus desired, CancellationToken cancellation)
    {
        await status.WriteAsync(config, config with { Status = desired }, cancellation).ConfigureAwait(false);
        var (before, after) = (config.Status?.Conditions.Find(OperatorConditionType.Ready), desired.Conditions.Find(OperatorConditionType.Ready)!);
        if (before?.Status == after.Status && before.Reason == after.Reason)
        {
            return;
        }

        if (after.Reason == OperatorReason.Error)
        {
            events.Warning(config, after.Reason, after.Message, "Install");
        }
        else
        {
            events.Normal(config, after.Reason, after.IsTrue ? "Everything that is wanted is installed and runs." : after.Message, "Install");
        }
    }
}

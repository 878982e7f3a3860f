using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Client;

/// <summary>What a consumer asks of a DPUCluster.</summary>
public static class DpuClusterReadiness
{
    extension(DPUCluster self)
    {
        /// <summary>Whether the cluster can be used now: its <c>Ready</c> condition is <c>True</c>, and nobody is deleting it.</summary>
        public bool IsReady => !self.IsBeingDeleted && self.Status?.Conditions?.Any(condition => condition is { Type: ClusterConditionType.Ready, IsTrue: true }) is true;

        /// <summary>The state of the cluster as a clause of a sentence, with the condition that says why it is not ready.</summary>
        public string Explanation
        {
            get
            {
                if (self.IsBeingDeleted)
                {
                    return "it is being deleted";
                }

                var phase = $"phase {self.Status?.Phase ?? ClusterPhase.Pending}";
                var conditions = self.Status?.Conditions ?? [];
                // Ready tells the cause where there is one; before the first health check, another condition does.
                var told = conditions.FirstOrDefault(condition => condition is { Type: ClusterConditionType.Stalled, IsTrue: true })
                    ?? conditions.FirstOrDefault(condition => condition.Type == ClusterConditionType.Ready)
                    ?? conditions.FirstOrDefault(condition => !condition.IsTrue);
                return told is null
                    ? $"{phase}, and no condition says why: do the provisioning controller and the cluster manager of type {self.Spec.Type} run?"
                    : $"{phase}, {told.Type} is {told.Status} ({told.Reason}): {told.Message}";
            }
        }
    }
}

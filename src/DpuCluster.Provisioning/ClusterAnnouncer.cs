using System.Collections.Concurrent;
using DpuCluster.Api;
using DpuCluster.Controllers.Events;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Provisioning.Assessment;

namespace DpuCluster.Provisioning;

/// <summary>Tells people, by events, what changed about a cluster and, once a day at most, what to look at before it breaks.</summary>
internal sealed class ClusterAnnouncer(EventRecorder events, TimeProvider clock)
{
    /// <summary>Least time between two events about the same warning.</summary>
    public static readonly TimeSpan WarningInterval = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<(NamespacedName Cluster, string Reason), DateTimeOffset> _warned = new();

    /// <param name="before">The cluster before the assessment was written.</param>
    /// <param name="assessment">What was written.</param>
    public void Announce(DPUCluster before, ClusterAssessment assessment)
    {
        var ready = assessment.Status.Conditions.Find(ClusterConditionType.Ready);
        var earlier = before.Status?.Conditions.Find(ClusterConditionType.Ready);
        if (ready is not null && (ready.Status != earlier?.Status || ready.Reason != earlier.Reason))
        {
            if (ready.IsTrue)
            {
                // Warnings get events of their own.
                events.Normal(before, ready.Reason, ClusterAssessment.HealthyMessage, "AssessCluster");
            }
            else if (ready.Reason is ReadyReason.Creating or ReadyReason.Deleting)
            {
                events.Normal(before, ready.Reason, ready.Message, "AssessCluster");
            }
            else
            {
                events.Warning(before, ready.Reason, ready.Message, "AssessCluster");
            }
        }

        var now = clock.GetUtcNow();
        foreach (var warning in assessment.Warnings)
        {
            var key = (before.Key, warning.Reason);
            if (!_warned.TryGetValue(key, out var last) || now - last >= WarningInterval)
            {
                _warned[key] = now;
                events.Warning(before, warning.Reason, warning.Message, "AssessCluster");
            }
        }
    }

    /// <summary>The cluster is gone, or going.</summary>
    public void Forget(NamespacedName cluster)
    {
        foreach (var key in _warned.Keys.Where(key => key.Cluster == cluster))
        {
            _warned.TryRemove(key, out _);
        }
    }
}

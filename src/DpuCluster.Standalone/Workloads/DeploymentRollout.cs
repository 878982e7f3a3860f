using System.Globalization;
using System.Text.Json.Nodes;

namespace DpuCluster.Standalone.Workloads;

/// <summary>How many pods each replica set of a deployment should have next: a function of the deployment and its replica sets.</summary>
internal static class DeploymentRollout
{
    /// <summary>The label that tells the replica sets of one deployment, and their pods, apart.</summary>
    public const string HashLabel = "pod-template-hash";

    /// <summary>The annotation that numbers the states of the template.</summary>
    public const string RevisionAnnotation = "deployment.kubernetes.io/revision";

    /// <summary>The replica set of the present template; <see langword="null"/> where there is none yet.</summary>
    public static ReplicaSet? Newest(Deployment deployment, IEnumerable<ReplicaSet> sets)
    {
        var hash = TemplateHash.Of(deployment.Spec?.Template);
        return sets.FirstOrDefault(set => set.Metadata.Labels?.GetValueOrDefault(HashLabel) == hash);
    }

    /// <summary>The number of a replica set's template.</summary>
    public static long Revision(ReplicaSet set) =>
        long.TryParse(set.Metadata.Annotations?.GetValueOrDefault(RevisionAnnotation), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : 0;

    /// <summary>The replica set that the present template asks for.</summary>
    public static ReplicaSet Make(Deployment deployment, IReadOnlyList<ReplicaSet> sets)
    {
        var template = deployment.Spec?.Template ?? new();
        var hash = TemplateHash.Of(template);
        var labels = new Dictionary<string, string>(template.Metadata?.Labels ?? ClusterNode.NoLabels) { [HashLabel] = hash };
        var selector = deployment.Spec?.Selector?.DeepClone() as JsonObject ?? [];
        if (selector["matchLabels"] is not JsonObject matched)
        {
            selector["matchLabels"] = matched = [];
        }

        matched[HashLabel] = hash;
        var revision = sets.Select(Revision).DefaultIfEmpty(0).Max() + 1;
        return new()
        {
            Metadata = new()
            {
                Name = $"{deployment.Metadata.Name}-{hash}",
                Namespace = deployment.Metadata.Namespace,
                Labels = labels,
                Annotations = new Dictionary<string, string> { [RevisionAnnotation] = revision.ToString(CultureInfo.InvariantCulture) },
                OwnerReferences = [PodFactory.Owner(deployment, Deployment.Resource)],
            },
            Spec = new()
            {
                Replicas = First(deployment, sets),
                Selector = selector,
                Template = template with { Metadata = (template.Metadata ?? new()) with { Labels = labels } },
                MinReadySeconds = deployment.Spec?.MinReadySeconds,
            },
        };
    }

    /// <summary>The replica sets whose number should change, and to what.</summary>
    public static IEnumerable<(ReplicaSet Set, int Replicas)> Scale(Deployment deployment, ReplicaSet newest, IReadOnlyList<ReplicaSet> sets)
    {
        var wanted = deployment.Spec?.Replicas ?? 1;
        var old = sets.Where(set => set.Metadata.Uid != newest.Metadata.Uid && Wanted(set) > 0)
            .OrderBy(set => set.Metadata.CreationTimestamp).ToList();
        if (deployment.Spec?.Strategy?.Type == "Recreate")
        {
            foreach (var set in old)
            {
                yield return (set, 0);
            }

            var gone = sets.All(set => set == newest || (Wanted(set) == 0 && (set.Status?.Replicas ?? 0) == 0));
            if (gone && Wanted(newest) != wanted)
            {
                yield return (newest, wanted);
            }

            yield break;
        }

        var (surge, unavailable) = Bounds(deployment);
        var total = sets.Sum(Wanted);
        if (Wanted(newest) > wanted)
        {
            yield return (newest, wanted);
        }
        else if (Wanted(newest) < wanted && total < wanted + surge)
        {
            yield return (newest, Math.Min(wanted, Wanted(newest) + wanted + surge - total));
        }

        // Pods that do not work may go at any time; of those that do, as many as the bound leaves room for.
        var spare = sets.Sum(Available) - (wanted - unavailable);
        foreach (var set in old)
        {
            var broken = Math.Max(0, Wanted(set) - Available(set));
            var working = Math.Clamp(spare, 0, Wanted(set) - broken);
            spare -= working;
            if (broken + working > 0)
            {
                yield return (set, Wanted(set) - broken - working);
            }
        }
    }

    /// <summary>Replica sets of older templates that are kept no longer.</summary>
    public static IEnumerable<ReplicaSet> Outdated(Deployment deployment, ReplicaSet newest, IEnumerable<ReplicaSet> sets) => sets
        .Where(set => set.Metadata.Uid != newest.Metadata.Uid && Wanted(set) == 0 && (set.Status?.Replicas ?? 0) == 0)
        .OrderByDescending(Revision)
        .Skip(deployment.Spec?.RevisionHistoryLimit ?? 10);

    public static int Wanted(ReplicaSet set) => set.Spec?.Replicas ?? 1;

    public static int Available(ReplicaSet set) => set.Status?.AvailableReplicas ?? 0;

    /// <summary>How many pods there may be too many, and too few, on the way.</summary>
    public static (int Surge, int Unavailable) Bounds(Deployment deployment)
    {
        var wanted = deployment.Spec?.Replicas ?? 1;
        if (deployment.Spec?.Strategy?.Type == "Recreate")
        {
            return (0, wanted);
        }

        var bounds = deployment.Spec?.Strategy?.RollingUpdate;
        var surge = ScaledValue.Of(bounds?.MaxSurge, wanted, roundUp: true, otherwise: (wanted + 3) / 4);
        var unavailable = ScaledValue.Of(bounds?.MaxUnavailable, wanted, roundUp: false, otherwise: wanted / 4);

        // Without room on either side nothing could ever move.
        return surge == 0 && unavailable == 0 ? (0, 1) : (surge, unavailable);
    }

    private static int First(Deployment deployment, IReadOnlyList<ReplicaSet> sets)
    {
        var wanted = deployment.Spec?.Replicas ?? 1;
        var total = sets.Sum(Wanted);
        return deployment.Spec?.Strategy?.Type == "Recreate"
            ? total == 0 && sets.All(set => (set.Status?.Replicas ?? 0) == 0) ? wanted : 0
            : Math.Clamp(wanted + Bounds(deployment).Surge - total, 0, wanted);
    }
}

using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>What workloads ask of a pod.</summary>
internal static class PodState
{
    /// <summary>The pod is neither over nor about to be.</summary>
    public static bool IsActive(this Pod pod) => !pod.IsBeingDeleted && !pod.IsOver();

    /// <summary>The pod's containers have ended for good.</summary>
    public static bool IsOver(this Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";

    public static bool IsReady(this Pod pod) => !pod.IsBeingDeleted && pod.Status?.Conditions.Of("Ready")?.IsTrue is true;

    /// <summary>How long until the pod, if it stays ready, is available: zero when it is; <see langword="null"/> while it is not ready.</summary>
    public static TimeSpan? UntilAvailable(this Pod pod, int? minReadySeconds, DateTimeOffset now)
    {
        if (!pod.IsReady())
        {
            return null;
        }

        var left = (pod.Status!.Conditions.Of("Ready")!.LastTransitionTime ?? now) + TimeSpan.FromSeconds(minReadySeconds ?? 0) - now;
        return minReadySeconds is > 0 && left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    public static bool IsAvailable(this Pod pod, int? minReadySeconds, DateTimeOffset now) =>
        pod.UntilAvailable(minReadySeconds, now) == TimeSpan.Zero;

    /// <summary>The shortest time after which one more of the pods may be available; <see langword="null"/> where time alone changes nothing.</summary>
    public static TimeSpan? NextAvailable(IEnumerable<Pod> pods, int? minReadySeconds, DateTimeOffset now) =>
        pods.Select(pod => pod.UntilAvailable(minReadySeconds, now)).Where(left => left > TimeSpan.Zero).Min();
}

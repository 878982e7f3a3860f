using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone;

/// <summary>How objects say that nothing real is behind them.</summary>
internal static class Simulation
{
    /// <summary>
    /// The annotation of simulated nodes and pods. A person may put it on a Node of their own making: from then on the environment
    /// plays its kubelet.
    /// </summary>
    public const string Annotation = "dpucluster.dev/simulated";

    /// <summary>The annotation of a simulated node on which pods take this many seconds to start.</summary>
    public const string StartSecondsAnnotation = "dpucluster.dev/pod-start-seconds";

    /// <summary>The annotation of a simulated node with the images, separated by commas, that cannot be pulled there.</summary>
    public const string MissingImagesAnnotation = "dpucluster.dev/missing-images";

    public static bool IsSimulated(this IKubernetesObject obj) => obj.Metadata.Annotations?.GetValueOrDefault(Annotation) == "true";
}

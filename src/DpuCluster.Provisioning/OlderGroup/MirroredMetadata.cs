namespace DpuCluster.Provisioning.OlderGroup;

/// <summary>Which labels and annotations go along with an object that is mirrored: those that say something about the cluster.</summary>
internal static class MirroredMetadata
{
    /// <summary>
    /// By these, tools know the objects that they themselves have applied. On a mirrored object they would be untrue: it would be pruned as
    /// an object that is no longer in their source.
    /// </summary>
    private static readonly string[] OfTools =
    [
        "kubectl.kubernetes.io/",
        "applyset.kubernetes.io/",
        "meta.helm.sh/",
        "helm.sh/",
        "helm.toolkit.fluxcd.io/",
        "kustomize.toolkit.fluxcd.io/",
        "argocd.argoproj.io/",
        "config.k8s.io/",
        "config.kubernetes.io/",
        "app.kubernetes.io/managed-by",
    ];

    /// <summary>Those of these labels or annotations that are mirrored; <see langword="null"/> where none are.</summary>
    public static IReadOnlyDictionary<string, string>? Of(IReadOnlyDictionary<string, string>? all)
    {
        var mirrored = (all ?? new Dictionary<string, string>())
            .Where(entry => !OfTools.Any(prefix => entry.Key.StartsWith(prefix, StringComparison.Ordinal)))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .ToDictionary();
        return mirrored.Count > 0 ? mirrored : null;
    }
}

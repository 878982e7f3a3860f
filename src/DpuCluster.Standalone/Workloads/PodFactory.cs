using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>Makes pods from templates.</summary>
internal static class PodFactory
{
    /// <param name="owner">The workload.</param>
    /// <param name="ownerResource">Its kind.</param>
    /// <param name="template">What the pod looks like.</param>
    /// <param name="runner">Tells which pods are more than a simulation; all others say what they are.</param>
    /// <param name="label">The label that tells which state of the template it was made from, and its value.</param>
    public static Pod Make(IKubernetesObject owner, ResourceType ownerResource, PodTemplate template, IPodRunner runner, (string Key, string Value)? label)
    {
        var labels = new Dictionary<string, string>(template.Metadata?.Labels ?? ClusterNode.NoLabels);
        if (label is { } revision)
        {
            labels[revision.Key] = revision.Value;
        }

        var annotations = new Dictionary<string, string>(template.Metadata?.Annotations ?? ClusterNode.NoLabels);
        if (!runner.Runs(template.Spec ?? new()))
        {
            annotations[Simulation.Annotation] = "true";
        }

        return new()
        {
            Metadata = new()
            {
                GenerateName = $"{owner.Metadata.Name}-",
                Namespace = owner.Metadata.Namespace,
                Labels = labels,
                Annotations = annotations,
                Finalizers = template.Metadata?.Finalizers,
                OwnerReferences = [Owner(owner, ownerResource)],
            },
            Spec = template.Spec ?? new(),
        };
    }

    /// <summary>The reference of whatever a workload makes.</summary>
    public static OwnerReference Owner(IKubernetesObject owner, ResourceType resource) => new()
    {
        ApiVersion = resource.ApiVersion,
        Kind = resource.Kind,
        Name = owner.Metadata.Name!,
        Uid = owner.Metadata.Uid!,
        Controller = true,
        BlockOwnerDeletion = true,
    };
}

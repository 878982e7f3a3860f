using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Pods;

/// <summary>What is to be run for a pod.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Controller">Which process of this project it is, such as <c>static-cluster-manager</c>.</param>
/// <param name="Arguments">Its arguments, with addresses of its own to listen on.</param>
/// <param name="Environment">What the pod says of its environment.</param>
/// <param name="Kubeconfig">File with the service account's connection.</param>
/// <param name="LeaseIdentity">Who it is to those who wait for its lease: the pod, of which one process runs at a time, also after a restart.</param>
/// <param name="Address">The pod's own address; <see langword="null"/> where this system has no addresses to give.</param>
/// <param name="Log">Where its output goes.</param>
internal sealed record ContainerStart(
    NamespacedName Pod,
    string Controller,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    string Kubeconfig,
    string LeaseIdentity,
    string? Address,
    PodLog Log);

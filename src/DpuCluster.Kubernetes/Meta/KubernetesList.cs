namespace DpuCluster.Kubernetes.Meta;

/// <summary>One page of a collection, or all of it.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
/// <param name="Items">The objects; each carries <c>apiVersion</c> and <c>kind</c> even where the server left them out.</param>
/// <param name="ResourceVersion">The state that the list shows; where a watch goes on from.</param>
/// <param name="Continue">Token of the next page; <see langword="null"/> on the last.</param>
/// <param name="RemainingItemCount">How many objects follow this page, where the server says so.</param>
public sealed record KubernetesList<T>(IReadOnlyList<T> Items, string ResourceVersion, string? Continue, long? RemainingItemCount);

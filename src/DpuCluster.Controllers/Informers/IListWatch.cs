using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Informers;

/// <summary>Where an informer reads from: one collection of one server.</summary>
internal interface IListWatch<T>
    where T : class, IKubernetesObject<T>
{
    Task<KubernetesList<T>> ListAsync(int? limit, string? continuation, CancellationToken cancellation);

    IAsyncEnumerable<WatchEvent<T>> WatchAsync(string? resourceVersion, bool sendInitialEvents, TimeSpan timeout, CancellationToken cancellation);
}

/// <summary>The collection behind a client.</summary>
internal sealed class ClientListWatch<T>(ResourceClient<T> client, InformerScope scope) : IListWatch<T>
    where T : class, IKubernetesObject<T>
{
    public Task<KubernetesList<T>> ListAsync(int? limit, string? continuation, CancellationToken cancellation) => client.ListAsync(
        scope.Namespace,
        new ListOptions { LabelSelector = scope.LabelSelector, FieldSelector = scope.FieldSelector, Limit = limit, Continue = continuation },
        cancellation);

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync(
        string? resourceVersion, bool sendInitialEvents, TimeSpan timeout, CancellationToken cancellation) => client.WatchAsync(
        scope.Namespace,
        new WatchOptions
        {
            LabelSelector = scope.LabelSelector,
            FieldSelector = scope.FieldSelector,
            ResourceVersion = resourceVersion,
            SendInitialEvents = sendInitialEvents ? true : null,
            Timeout = timeout,
        },
        cancellation);
}

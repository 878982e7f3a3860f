using DpuCluster.Controllers.Leases;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>
/// The writing half of a <see cref="ResourceClient{T}"/>, for reconcilers: refuses to write once the lease is lost, also what has waited
/// since before for a connection or another try, and after a write makes the next reconciliation of the objects concerned wait until the informers have seen it.
/// </summary>
/// <typeparam name="T">Type of the objects.</typeparam>
/// <remarks>Every method throws what its namesake throws, and <see cref="LeadershipLostException"/>.</remarks>
public sealed class ObjectWriter<T>
    where T : class, IKubernetesObject<T>
{
    private readonly ResourceClient<T> _client;
    private readonly WriteTracker _tracker;

    /// <summary>Makes a writer.</summary>
    public ObjectWriter(ResourceClient<T> client, WriteTracker tracker, ILeadership leadership)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(tracker);
        ArgumentNullException.ThrowIfNull(leadership);
        (_client, _tracker) = (client.Guarded(leadership.ThrowIfLost), tracker);
    }

    /// <inheritdoc cref="ResourceClient{T}.CreateAsync"/>
    public Task<T> CreateAsync(T obj, WriteOptions? options, CancellationToken cancellation) =>
        WriteAsync(static (client, args, cancellation) => client.CreateAsync(args.obj, args.options, cancellation), (obj, options), options, cancellation);

    /// <inheritdoc cref="ResourceClient{T}.ReplaceAsync"/>
    public Task<T> ReplaceAsync(T obj, WriteOptions? options, CancellationToken cancellation) =>
        WriteAsync(static (client, args, cancellation) => client.ReplaceAsync(args.obj, args.options, cancellation), (obj, options), options, cancellation);

    /// <inheritdoc cref="ResourceClient{T}.ReplaceStatusAsync"/>
    public Task<T> ReplaceStatusAsync(T obj, WriteOptions? options, CancellationToken cancellation) =>
        WriteAsync(static (client, args, cancellation) => client.ReplaceStatusAsync(args.obj, args.options, cancellation), (obj, options), options, cancellation);

    /// <inheritdoc cref="ResourceClient{T}.PatchAsync(string, string, Patch, WriteOptions, CancellationToken)"/>
    public Task<T> PatchAsync(string? ns, string name, Patch patch, WriteOptions? options, CancellationToken cancellation) => WriteAsync(
        static (client, args, cancellation) => client.PatchAsync(args.ns, args.name, args.patch, args.options, cancellation), (ns, name, patch, options), options, cancellation);

    /// <inheritdoc cref="ResourceClient{T}.PatchStatusAsync"/>
    public Task<T> PatchStatusAsync(string? ns, string name, Patch patch, WriteOptions? options, CancellationToken cancellation) => WriteAsync(
        static (client, args, cancellation) => client.PatchStatusAsync(args.ns, args.name, args.patch, args.options, cancellation), (ns, name, patch, options), options, cancellation);

    /// <inheritdoc cref="ResourceClient{T}.ApplyAsync(T, WriteOptions, CancellationToken)"/>
    public Task<T> ApplyAsync(T obj, WriteOptions options, CancellationToken cancellation) =>
        WriteAsync(static (client, args, cancellation) => client.ApplyAsync(args.obj, args.options, cancellation), (obj, options), options, cancellation);

    /// <inheritdoc cref="ResourceClient{T}.ApplyStatusAsync"/>
    public Task<T> ApplyStatusAsync(T obj, WriteOptions options, CancellationToken cancellation) =>
        WriteAsync(static (client, args, cancellation) => client.ApplyStatusAsync(args.obj, args.options, cancellation), (obj, options), options, cancellation);

    /// <inheritdoc cref="ResourceClient{T}.DeleteAsync"/>
    public async Task<DeleteResult> DeleteAsync(string? ns, string name, DeleteOptions? options, CancellationToken cancellation)
    {
        var result = await _client.DeleteAsync(ns, name, options, cancellation).ConfigureAwait(false);
        if (options?.DryRun is not true)
        {
            _tracker.Deleted(_client.Resource, new NamespacedName(ns ?? "", name), options?.PreconditionUid);
        }

        return result;
    }

    private async Task<T> WriteAsync<TArgs>(
        Func<ResourceClient<T>, TArgs, CancellationToken, Task<T>> write, TArgs args, WriteOptions? options, CancellationToken cancellation)
    {
        var written = await write(_client, args, cancellation).ConfigureAwait(false);
        if (options?.DryRun is not true)
        {
            _tracker.Wrote(_client.Resource, written);
        }

        return written;
    }
}

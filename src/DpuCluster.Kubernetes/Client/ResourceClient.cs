using System.Runtime.CompilerServices;
using System.Text.Json;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Kubernetes.Client;

/// <summary>Reads, writes and watches the objects of one resource.</summary>
/// <typeparam name="T">Type of the objects.</typeparam>
/// <remarks>See <see cref="KubernetesClient"/> for what requests throw.</remarks>
public sealed class ResourceClient<T>
    where T : class, IKubernetesObject<T>
{
    private const int PageSize = 500;

    private readonly RequestSender _sender;
    private readonly ObjectCodec<T> _codec;
    private readonly bool _metadataOnly;
    private readonly Action? _guard;

    internal ResourceClient(RequestSender sender, ResourceType resource, bool metadataOnly)
    {
        ArgumentNullException.ThrowIfNull(resource);
        _sender = sender;
        _codec = new ObjectCodec<T>(resource);
        _metadataOnly = metadataOnly;
        Resource = resource;
    }

    private ResourceClient(ResourceClient<T> client, Action guard)
    {
        (_sender, _codec, _metadataOnly, Resource) = (client._sender, client._codec, client._metadataOnly, client.Resource);
        _guard = guard;
    }

    /// <summary>Which resource this is.</summary>
    public ResourceType Resource { get; }

    /// <summary>The same objects, for whoever may lose the right to write them.</summary>
    /// <param name="guard">
    /// Throws where nothing may be written. Asked before each try of a write, and again when the first byte of its body is about to be sent, which
    /// may be long after: what it throws is thrown by the write, and the server has not been asked. From many threads; must not wait.
    /// </param>
    public ResourceClient<T> Guarded(Action guard)
    {
        ArgumentNullException.ThrowIfNull(guard);
        return new ResourceClient<T>(this, guard);
    }

    private string Accept => _metadataOnly ? MediaTypes.Metadata : MediaTypes.Json;

    /// <summary>Reads one object.</summary>
    /// <param name="ns">Its namespace; <see langword="null"/> where the resource is cluster-scoped.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="KubernetesException">Among others: there is no such object (<see cref="KubernetesException.IsNotFound"/>).</exception>
    public Task<T> GetAsync(string? ns, string name, CancellationToken cancellation) => ObjectAsync(
        new ApiRequest("get", HttpMethod.Get, ObjectPath(ns, name)) { Idempotent = true, Accept = Accept }, cancellation);

    /// <summary>Reads one object; <see langword="null"/> where it does not exist. A resource that the server does not know is an error.</summary>
    public async Task<T?> FindAsync(string? ns, string name, CancellationToken cancellation)
    {
        try
        {
            return await GetAsync(ns, name, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsNotFound && !string.IsNullOrEmpty(exception.Status.Details?.Name))
        {
            return null;
        }
    }

    /// <summary>Reads one page of a collection.</summary>
    /// <param name="ns">Namespace; <see langword="null"/> for all, and where the resource is cluster-scoped.</param>
    /// <param name="options">Which objects, and how many; all where it says nothing.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<KubernetesList<T>> ListAsync(string? ns, ListOptions? options, CancellationToken cancellation)
    {
        options ??= new();
        var path = new PathBuilder(Resource.Path(ns))
            .With("labelSelector", options.LabelSelector)
            .With("fieldSelector", options.FieldSelector)
            .With("limit", options.Limit)
            .With("continue", options.Continue)
            .With("resourceVersion", options.ResourceVersion)
            .With("resourceVersionMatch", options.ResourceVersionMatch)
            .ToString();
        var request = new ApiRequest("list", HttpMethod.Get, path)
        {
            Idempotent = true,
            Accept = _metadataOnly ? MediaTypes.MetadataList : MediaTypes.Json,
        };
        return ReadAsync(request, (body, codec) => ListReader.Read(body, codec), cancellation);
    }

    /// <summary>Reads a collection page by page, 500 objects at a time where the options say nothing else.</summary>
    /// <exception cref="KubernetesException">
    /// Among others: the pages took so long that the state of the first is no longer kept (<see cref="KubernetesException.IsGone"/>).
    /// </exception>
    public async IAsyncEnumerable<T> ListAllAsync(string? ns, ListOptions? options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var next = (options ?? new()) with { Limit = options?.Limit ?? PageSize };
        while (true)
        {
            var page = await ListAsync(ns, next, cancellation).ConfigureAwait(false);
            foreach (var item in page.Items)
            {
                yield return item;
            }

            if (page.Continue is null)
            {
                yield break;
            }

            // The token says which state the pages show; saying it twice is refused.
            next = next with { Continue = page.Continue, ResourceVersion = null, ResourceVersionMatch = null };
        }
    }

    /// <summary>Watches a collection until the server ends the watch.</summary>
    /// <param name="ns">Namespace; <see langword="null"/> for all, and where the resource is cluster-scoped.</param>
    /// <param name="options">What to watch, from where.</param>
    /// <param name="cancellation">Ends the watch.</param>
    /// <exception cref="KubernetesException">The server refused the watch or sent an error in it, such as that the history is gone.</exception>
    /// <exception cref="IOException">The connection broke, or the stream ended in the middle of an event.</exception>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync(
        string? ns, WatchOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var response = await _sender.SendAsync(
            new ApiRequest("watch", HttpMethod.Get, WatchPath(ns, options)) { Idempotent = true, Streams = true, Accept = Accept },
            static (response, _) => Task.FromResult(response),
            cancellation).ConfigureAwait(false);
        using (response)
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            await foreach (var read in WatchReader.ReadAsync(stream, _codec, WatchReader.DefaultMaxLine, cancellation).ConfigureAwait(false))
            {
                yield return read;
            }
        }
    }

    /// <summary>Creates an object.</summary>
    /// <returns>The object as the server keeps it.</returns>
    /// <exception cref="KubernetesException">Among others: one of this name exists (<see cref="KubernetesException.IsAlreadyExists"/>).</exception>
    public Task<T> CreateAsync(T obj, WriteOptions? options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(obj);
        return WriteAsync("create", HttpMethod.Post, Resource.Path(NamespaceOf(obj)), Body(obj), MediaTypes.Json, options, false, cancellation);
    }

    /// <summary>Replaces an object. With a resource version in its metadata: only if nobody else has changed it since.</summary>
    /// <exception cref="KubernetesException">Among others: somebody has (<see cref="KubernetesException.IsConflict"/>).</exception>
    public Task<T> ReplaceAsync(T obj, WriteOptions? options, CancellationToken cancellation) => PutAsync(obj, null, options, cancellation);

    /// <summary>Replaces the status of an object; nothing else of it changes.</summary>
    public Task<T> ReplaceStatusAsync(T obj, WriteOptions? options, CancellationToken cancellation) => PutAsync(obj, "status", options, cancellation);

    /// <summary>Changes an object.</summary>
    public Task<T> PatchAsync(string? ns, string name, Patch patch, WriteOptions? options, CancellationToken cancellation) =>
        PatchAsync(ns, name, null, patch, options, cancellation);

    /// <summary>Changes the status of an object.</summary>
    public Task<T> PatchStatusAsync(string? ns, string name, Patch patch, WriteOptions? options, CancellationToken cancellation) =>
        PatchAsync(ns, name, "status", patch, options, cancellation);

    /// <summary>Server-side apply: what the object says becomes so, and belongs to the field manager; what it said earlier and says no more goes.</summary>
    /// <param name="obj">Name, and only the fields that the field manager wants.</param>
    /// <param name="options">With <see cref="WriteOptions.FieldManager"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="KubernetesException">Among others: a field belongs to another manager (<see cref="KubernetesException.IsConflict"/>).</exception>
    public Task<T> ApplyAsync(T obj, WriteOptions options, CancellationToken cancellation) => ApplyAsync(obj, null, options, cancellation);

    /// <summary>Server-side apply of the status.</summary>
    public Task<T> ApplyStatusAsync(T obj, WriteOptions options, CancellationToken cancellation) => ApplyAsync(obj, "status", options, cancellation);

    /// <summary>Deletes an object.</summary>
    /// <exception cref="KubernetesException">
    /// Among others: there is none (<see cref="KubernetesException.IsNotFound"/>), a precondition does not hold (<see cref="KubernetesException.IsConflict"/>).
    /// </exception>
    public Task<DeleteResult> DeleteAsync(string? ns, string name, DeleteOptions? options, CancellationToken cancellation)
    {
        var request = new ApiRequest("delete", HttpMethod.Delete, ObjectPath(ns, name))
        {
            Body = Deletion.Body(options ?? new()),
            ContentType = MediaTypes.Json,
            Idempotent = true,
            Guard = _guard,
        };
        return ReadAsync(request, static (body, _) => Deletion.Read(body), cancellation);
    }

    private Task<T> PutAsync(T obj, string? subresource, WriteOptions? options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(obj);
        return WriteAsync(
            "update", HttpMethod.Put, ObjectPath(NamespaceOf(obj), NameOf(obj), subresource), Body(obj), MediaTypes.Json, options, true, cancellation);
    }

    private Task<T> PatchAsync(string? ns, string name, string? subresource, Patch patch, WriteOptions? options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(patch);
        return WriteAsync(
            patch.IsIdempotent ? "apply" : "patch", HttpMethod.Patch, ObjectPath(ns, name, subresource), patch.Body, patch.ContentType, options, patch.IsIdempotent, cancellation);
    }

    private Task<T> ApplyAsync(T obj, string? subresource, WriteOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(obj);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.FieldManager);
        var body = Body(obj.Metadata.ManagedFields is null ? obj : obj.WithMetadata(obj.Metadata with { ManagedFields = null }));
        return PatchAsync(NamespaceOf(obj), NameOf(obj), subresource, Patch.Apply(body), options, cancellation);
    }

    private Task<T> WriteAsync(
        string verb, HttpMethod method, string path, ReadOnlyMemory<byte> body, string contentType, WriteOptions? options, bool idempotent, CancellationToken cancellation)
    {
        options ??= new();
        var query = new PathBuilder(path)
            .With("fieldManager", options.FieldManager)
            .With("force", options.Force)
            .With("dryRun", options.DryRun ? "All" : null)
            .With("fieldValidation", options.FieldValidation)
            .ToString();
        var request = new ApiRequest(verb, method, query) { Body = body, ContentType = contentType, Idempotent = idempotent, Accept = Accept, Guard = _guard };
        return ObjectAsync(request, cancellation);
    }

    private Task<T> ObjectAsync(ApiRequest request, CancellationToken cancellation) =>
        ReadAsync(request, static (body, codec) => codec.Read(body), cancellation);

    private Task<TAnswer> ReadAsync<TAnswer>(ApiRequest request, BodyReader<TAnswer> read, CancellationToken cancellation) => _sender.SendAsync(
        request,
        async (response, cancellation) =>
        {
            using var body = await PooledBody.ReadAsync(response.Content, PooledBody.Limit, cancellation).ConfigureAwait(false);
            if (body.IsCut)
            {
                throw new IOException($"{request.Method} {request.Path}: the answer is longer than {PooledBody.Limit >> 20} MiB; list in pages");
            }

            try
            {
                return read(body.Span, _codec);
            }
            catch (JsonException exception)
            {
                throw new IOException($"{request.Method} {request.Path}: the answer cannot be read: {exception.Message}", exception);
            }
        },
        cancellation);

    private ReadOnlyMemory<byte> Body(T obj) => obj is PartialObjectMetadata
        ? throw new InvalidOperationException($"{Resource}: only the metadata is at hand, so the object cannot be written; patch it")
        : _codec.Write(obj);

    private string WatchPath(string? ns, WatchOptions options) => new PathBuilder(Resource.Path(ns))
        .With("watch", true)
        .With("labelSelector", options.LabelSelector)
        .With("fieldSelector", options.FieldSelector)
        .With("resourceVersion", options.ResourceVersion)
        .With("allowWatchBookmarks", options.AllowBookmarks)
        .With("sendInitialEvents", options.SendInitialEvents switch { true => "true", false => "false", null => null })
        .With("resourceVersionMatch", options.SendInitialEvents is null ? null : "NotOlderThan")
        .With("timeoutSeconds", options.Timeout is { } timeout ? (long)Math.Ceiling(timeout.TotalSeconds) : null)
        .ToString();

    private string ObjectPath(string? ns, string name, string? subresource = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (Resource.Namespaced && string.IsNullOrEmpty(ns))
        {
            throw new ArgumentException($"{Resource} is namespaced: an object of it is named by namespace and name", nameof(ns));
        }

        return Resource.Path(ns, name, subresource);
    }

    private string? NamespaceOf(T obj)
    {
        if (!Resource.Namespaced)
        {
            return null;
        }

        return obj.Metadata.Namespace is { Length: > 0 } ns
            ? ns
            : throw new ArgumentException($"{Resource} is namespaced: the object must say in which namespace it is", nameof(obj));
    }

    private string NameOf(T obj) => obj.Metadata.Name is { Length: > 0 } name
        ? name
        : throw new ArgumentException($"{Resource}: the object has no name", nameof(obj));

    private delegate TAnswer BodyReader<out TAnswer>(ReadOnlySpan<byte> body, ObjectCodec<T> codec);
}

using System.Text;
using System.Text.Json;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Client;

/// <summary>
/// A client of one Kubernetes API server. Safe for use by many threads; make one a server and keep it, since it owns the
/// connections.
/// </summary>
/// <remarks>
/// Every request throws <see cref="KubernetesException"/> where the server answers with an error, <see cref="TimeoutException"/>
/// where it does not answer in time, and <see cref="HttpRequestException"/> or <see cref="IOException"/> where it cannot be reached or the
/// connection breaks. None of their messages holds a credential.
/// </remarks>
public sealed class KubernetesClient : IDisposable
{
    private const int MaxRawBody = 64 * 1024;

    private readonly RequestSender _sender;

    /// <summary>Makes a client; it connects when the first request is sent.</summary>
    public KubernetesClient(ClientConfiguration configuration, KubernetesClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Configuration = configuration;
        _sender = new RequestSender(configuration, options ?? new KubernetesClientOptions());
    }

    /// <summary>What the client was made of.</summary>
    public ClientConfiguration Configuration { get; }

    /// <summary>The objects of a type.</summary>
    public ResourceClient<T> Resources<T>()
        where T : class, IKubernetesObject<T> => new(_sender, T.Resource, metadataOnly: false);

    /// <summary>The objects of a kind that has no type here.</summary>
    public ResourceClient<Unstructured> Unstructured(ResourceType resource) => new(_sender, resource, metadataOnly: false);

    /// <summary>The metadata of the objects of any kind; nothing else of them is sent by the server.</summary>
    public ResourceClient<PartialObjectMetadata> Metadata(ResourceType resource) => new(_sender, resource, metadataOnly: true);

    /// <summary>Which version the server is.</summary>
    public Task<VersionInfo> GetVersionAsync(CancellationToken cancellation) => _sender.SendAsync(
        new ApiRequest("get", HttpMethod.Get, "/version") { Idempotent = true },
        static async (response, cancellation) =>
        {
            using var body = await PooledBody.ReadAsync(response.Content, MaxRawBody, cancellation).ConfigureAwait(false);
            if (body.IsCut)
            {
                throw new IOException($"GET /version: the answer is longer than {MaxRawBody / 1024} KiB; is this a Kubernetes API server?");
            }

            try
            {
                return JsonSerializer.Deserialize(body.Span, KubernetesJsonContext.Default.VersionInfo) ?? new VersionInfo();
            }
            catch (JsonException exception)
            {
                throw new IOException("GET /version: the answer is no JSON object; is this a Kubernetes API server?", exception);
            }
        },
        cancellation);

    /// <summary>Sends <c>GET</c> to a path, such as <c>/readyz</c>, and gives whatever comes; of a body over 64 KiB the start (<see cref="RawAnswer.IsCut"/>).</summary>
    /// <param name="path">Path, with query where one is needed; begins with <c>/</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<RawAnswer> GetRawAsync(string path, CancellationToken cancellation) => GetRawAsync(path, MaxRawBody, cancellation);

    /// <summary>Sends <c>GET</c> to a path, such as <c>/metrics</c>, and gives whatever comes; of a long body the start (<see cref="RawAnswer.IsCut"/>).</summary>
    /// <param name="path">Path, with query where one is needed; begins with <c>/</c>.</param>
    /// <param name="limit">How much of the body is read, in bytes.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<RawAnswer> GetRawAsync(string path, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path[0] != '/')
        {
            throw new ArgumentException("a path begins with /", nameof(path));
        }

        return _sender.SendAsync(
            new ApiRequest("get", HttpMethod.Get, path) { Idempotent = true, AnyCode = true, Accept = "*/*" },
            async (response, cancellation) =>
            {
                using var body = await PooledBody.ReadAsync(response.Content, limit, cancellation).ConfigureAwait(false);
                return new RawAnswer(response.StatusCode, Encoding.UTF8.GetString(body.Span), body.IsCut);
            },
            cancellation);
    }

    /// <summary>Closes the connections; requests that are under way fail.</summary>
    public void Dispose() => _sender.Dispose();
}

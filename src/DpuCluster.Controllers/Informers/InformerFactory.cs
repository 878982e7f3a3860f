using DpuCluster.Controllers.Metrics;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpuCluster.Controllers.Informers;

/// <summary>
/// Makes informers, one for each resource and scope however often it is asked for, and runs them. Asked for after
/// <see cref="Start"/>, an informer runs at once.
/// </summary>
public sealed class InformerFactory : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(Type Type, ResourceType Resource, InformerScope Scope), IRunnableInformer> _informers = [];
    private readonly List<Task> _running = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly KubernetesClient _client;
    private readonly InformerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly RuntimeMetrics? _metrics;
    private bool _started;
    private bool _disposed;

    /// <summary>Makes a factory of informers of one server.</summary>
    public InformerFactory(KubernetesClient client, TimeProvider? clock = null, ILoggerFactory? loggerFactory = null)
        : this(client, clock, loggerFactory, null, null)
    {
    }

    internal InformerFactory(
        KubernetesClient client, TimeProvider? clock, ILoggerFactory? loggerFactory, RuntimeMetrics? metrics, InformerOptions? options)
    {
        _client = client;
        _clock = clock ?? TimeProvider.System;
        _logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("DpuCluster.Controllers.Informers");
        _metrics = metrics;
        _options = options ?? new InformerOptions();
    }

    /// <summary>The informers so far.</summary>
    public IReadOnlyList<IInformer> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _informers.Values];
            }
        }
    }

    /// <summary>The informer of a typed resource.</summary>
    /// <param name="scope">Which part of the collection; <see langword="null"/> for everything.</param>
    /// <param name="optional">
    /// Whether to go on without it where the server refuses it (forbidden, no such kind). Needed by one caller, it is needed.
    /// </param>
    public Informer<T> For<T>(InformerScope? scope = null, bool optional = false)
        where T : class, IKubernetesObject<T> => Get(T.Resource, _client.Resources<T>, scope, optional);

    /// <summary>The informer of a resource's metadata only: for Secrets, and wherever the rest does not matter.</summary>
    /// <inheritdoc cref="For{T}" path="/param"/>
    public Informer<PartialObjectMetadata> Metadata(ResourceType resource, InformerScope? scope = null, bool optional = false) =>
        Get(resource, () => _client.Metadata(resource), scope, optional);

    /// <summary>The informer of a resource that has no type here.</summary>
    /// <inheritdoc cref="For{T}" path="/param"/>
    public Informer<Unstructured> Unstructured(ResourceType resource, InformerScope? scope = null, bool optional = false) =>
        Get(resource, () => _client.Unstructured(resource), scope, optional);

    /// <summary>Runs all informers, present and future, until the factory is disposed.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_started)
            {
                return;
            }

            _started = true;
            foreach (var informer in _informers.Values)
            {
                Run(informer);
            }
        }
    }

    /// <summary>Waits until every informer has synced.</summary>
    public Task WaitForSyncAsync(CancellationToken cancellation) =>
        Task.WhenAll(All.Select(informer => informer.WaitForSyncAsync(cancellation)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            running = [.. _running];
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private Informer<T> Get<T>(ResourceType resource, Func<ResourceClient<T>> client, InformerScope? scope, bool optional)
        where T : class, IKubernetesObject<T>
    {
        scope ??= InformerScope.Everything;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_informers.TryGetValue((typeof(T), resource, scope), out var known))
            {
                var shared = (Informer<T>)known;
                shared.Optional &= optional;
                return shared;
            }

            var informer = new Informer<T>(resource, new ClientListWatch<T>(client(), scope), _options, _clock, _logger, _metrics) { Optional = optional };
            _informers.Add((typeof(T), resource, scope), informer);
            if (_started)
            {
                Run(informer);
            }

            return informer;
        }
    }

    private void Run(IRunnableInformer informer) => _running.Add(Task.Run(() => informer.RunAsync(_stopping.Token)));
}

/// <summary>An informer that the factory can run.</summary>
internal interface IRunnableInformer : IInformer
{
    Task RunAsync(CancellationToken cancellation);
}

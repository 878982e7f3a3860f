using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Authentication;
using DpuCluster.ApiServer.Authorization;
using DpuCluster.ApiServer.Background;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Kinds;
using DpuCluster.ApiServer.Certificates;
using DpuCluster.ApiServer.CustomResources;
using DpuCluster.ApiServer.Discovery;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Http.Verbs;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Storage;
using DpuCluster.ApiServer.Storage.Durability;

namespace DpuCluster.ApiServer;

/// <summary>Puts the parts of a server together. What belongs to no part alone is here, and nothing else.</summary>
internal sealed class ServerParts : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ServiceAccountTokens _tokens;
    private readonly CrdRegistrar _crds;
    private readonly DurableLog? _log;
    private readonly Bootstrap _bootstrap;
    private readonly BackgroundWork _background;
    private Task _running = Task.CompletedTask;
    private volatile bool _ready;
    private volatile ServerVersion _version;

    /// <param name="options">How the server is set up.</param>
    /// <param name="authority">Its certificate authority.</param>
    /// <param name="data">Where its objects are kept; null for memory. Goes with the parts, whatever becomes of this call.</param>
    /// <exception cref="DataRefusedException">What is in the data directory is damaged, or of a newer format.</exception>
    public ServerParts(EmbeddedApiServerOptions options, CertificateAuthority authority, DataDirectory? data)
    {
        var clock = options.Clock;
        _version = ServerVersion.Parse(options.Version);
        var services = new ServiceAllocator(options.ServiceNetwork, mayBeGiven: options.NodePortMayBeGiven);
        KubernetesServiceAddress = services.FirstAddress;
        Registry = new ResourceRegistry(ResourceCatalog.Create(services, CrdErrors));
        var logger = options.LoggerFactory.CreateLogger("DpuCluster.ApiServer");
        var recovered = data is null ? null : RecoveredState.Read(data.Files, logger);
        _log = recovered is null ? null : new DurableLog(data!.Files, recovered, logger);
        Store = new ObjectStore(_log is null ? NoLog.Instance : _log, options.HistoryLimit, recovered);
        var webhooks = new WebhookConnections(new ServiceEndpoints(Store), clock);
        if (recovered is not null)
        {
            try
            {
                RestoredObjects.Restore(Registry, Store, recovered, data!.Path, webhooks);
                RecoveredState.RemoveObsolete(data.Files);
                _log!.Start(Store);
            }
            catch
            {
                _log!.Dispose();
                throw;
            }
        }

        var served = new ServedObjects(Registry);
        var observers = new CommitObservers();
        var authorizer = new RbacAuthorizer(Store);
        var admissionMetrics = new AdmissionMetrics();
        var admission = new AdmissionControl(new AdmissionWebhooks(Store, Registry, webhooks, authorizer, admissionMetrics, clock), new RbacEscalation(authorizer));
        Writer = new ResourceWriter(Registry, Store, served, observers, admission, clock);
        Deleter = new ResourceDeleter(Store, served, observers, admission, clock);
        _crds = new CrdRegistrar(Registry, Store, new Lazy<ResourceWriter>(() => Writer), webhooks, clock);
        observers.Add(CrdRegistrar.Group, CrdRegistrar.Plural, _crds.ObserveAsync);
        _tokens = new ServiceAccountTokens(Store, clock, options.TokenKeyPem);
        var authenticator = new Authenticator(authority, [new StaticTokens(options.Tokens), _tokens]);
        var metrics = new ServerMetrics(admissionMetrics);
        var tables = new TableAnswers(clock);
        var answers = new ObjectAnswers(tables);
        var decoder = new ObjectDecoder(Registry);
        var endpoints = new ApiEndpoints(
            new ReadEndpoint(Store, answers),
            new WatchEndpoint(Store, tables, clock, _stopping.Token),
            new WriteEndpoint(Writer, decoder, authorizer, answers),
            new DeleteEndpoint(Store, Deleter, answers),
            new PathEndpoints(Registry, Store, metrics, () => _ready, () => _version, clock));
        new ReviewEndpoints(authenticator, authorizer, decoder, Writer, admission, clock).Register(endpoints);
        new ScaleEndpoint(Store, Writer).Register(endpoints);
        endpoints.Add("", "serviceaccounts", "token", "create", new TokenEndpoint(Store, _tokens, admission, clock).CreateAsync);
        endpoints.Add("", "pods", "binding", "create", new BindingEndpoint(Writer, admission, clock).CreateAsync);
        endpoints.Add("", "pods", "log", "get", new PodLogEndpoint(Store, options.PodLogs, _stopping.Token).GetAsync);
        endpoints.Add("", "namespaces", "finalize", "update", new FinalizeEndpoint(Store, Writer, decoder, admission, answers).UpdateAsync);
        Handler = new ApiHandler(authenticator, authorizer, Registry, Store, endpoints, metrics, clock, logger);
        _bootstrap = new Bootstrap(Registry, Store, Writer, authority.CertificatePem);
        observers.Add("", "namespaces", _bootstrap.ObserveNamespaceAsync);
        _background = new BackgroundWork(Store,
        [
            new GarbageCollector(Registry, Store, Writer, Deleter),
            new NamespaceController(Registry, Store, Writer, Deleter),
            new CrdFinalizer(Registry, Store, Writer, Deleter),
            new EventExpiry(Registry, Store, Deleter, clock),
            new RoleAggregation(Registry, Store, Writer),
        ], clock, logger);
    }

    public ResourceRegistry Registry { get; }

    public ObjectStore Store { get; }

    public ResourceWriter Writer { get; }

    public ResourceDeleter Deleter { get; }

    public ApiHandler Handler { get; }

    /// <summary>The version that the server says it is.</summary>
    public string Version
    {
        get => _version.Text;
        set => _version = ServerVersion.Parse(value);
    }

    /// <summary>Cluster address of the service <c>kubernetes</c>.</summary>
    public string KubernetesServiceAddress { get; }

    /// <summary>Makes what every cluster has, and begins to work in the background.</summary>
    public async Task BootstrapAsync(int port, CancellationToken cancellation)
    {
        await _crds.ResumeAsync().ConfigureAwait(false);
        _running = _background.RunAsync(Store.Tail, _stopping.Token);
        await _bootstrap.RunAsync(KubernetesServiceAddress, port, cancellation).ConfigureAwait(false);
        _ready = true;
    }

    private static void CrdErrors(JsonObject crd, JsonObject? old, ICollection<FieldError> errors)
    {
        var validator = new CustomResources.CrdValidator(new CrdRuleChecks(ValidationRulesCheck.Errors, RunOnDefault));
        foreach (var error in old is null ? validator.ValidateCreate(crd) : validator.ValidateUpdate(crd, old)) errors.Add(error);
    }

    /// <summary>What the rules of a schema find in one of its defaults, which stands at the path.</summary>
    private static IReadOnlyList<FieldError> RunOnDefault(Schema schema, JsonNode value, string path) =>
        [.. ValidationRules.For(schema).Validate(value, null).Errors.Select(error => error with { Field = error.Field == FieldPath.Whole ? path : FieldPath.Child(path, error.Field) })];

    /// <summary>Ends watches and background work.</summary>
    public async Task StopAsync()
    {
        _ready = false;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _log?.Dispose();
        _tokens.Dispose();
        _stopping.Dispose();
    }
}

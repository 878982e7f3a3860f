using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Tests.Hosting;

/// <summary>A small API server, a client of it, and hosts that end with the test.</summary>
public abstract class HostFixture : IAsyncLifetime
{
    private protected static readonly HttpClient Http = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true });

    private readonly List<(CancellationTokenSource Stop, Task Running)> _hosts = [];

    private protected SmallApiServer Server { get; private set; } = null!;

    protected KubernetesClient Client { get; private set; } = null!;

    protected ResourceClient<ConfigMap> Maps => Client.Resources<ConfigMap>();

    private protected RecordingLoggerFactory Logs { get; } = new();

    protected ControllerHostOptions Options => new()
    {
        Name = "test-manager",
        Client = Server.Client,
        MetricsBindAddress = "127.0.0.1:0",
        HealthProbeBindAddress = "127.0.0.1:0",
        LeaseNamespace = "leases",
        LoggerFactory = Logs,
    };

    public async Task InitializeAsync()
    {
        Server = await SmallApiServer.StartAsync();
        Client = new KubernetesClient(Server.Client);
    }

    public async Task DisposeAsync()
    {
        foreach (var (stop, running) in _hosts)
        {
            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
        }

        Client.Dispose();
        Logs.Dispose();
        await Server.DisposeAsync();
    }

    protected async Task<(CancellationTokenSource Stop, Task Running)> RunAsync(ControllerHost host)
    {
        var stop = new CancellationTokenSource();
        var running = host.RunAsync(stop.Token);
        _hosts.Add((stop, running));
        await host.Started;
        return (stop, running);
    }

    /// <summary>A host with one controller, of ConfigMaps.</summary>
    private protected ControllerHost Host(ControllerHostOptions? options = null, Reconcile? reconcile = null) =>
        ControllerHost.CreateBuilder(options ?? Options)
            .Lease("test.dpu.nvidia.com")
            .AddController(context => context.Controller("configmap").For<ConfigMap>().Build(reconcile ?? ((_, _) => Task.FromResult(ReconcileResult.Done))))
            .Build();

    private protected static async Task<(HttpStatusCode Code, string Text)> Get(Uri at, string path, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(at, path));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    protected static ConfigMap Map(string name, params (string Key, string Value)[] data) => new()
    {
        Metadata = new ObjectMeta { Namespace = "ns", Name = name },
        Data = data.ToDictionary(entry => entry.Key, entry => entry.Value),
    };
}

/// <summary>Keeps every log line.</summary>
internal sealed class RecordingLoggerFactory : ILoggerFactory, ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = [];

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((logLevel, formatter(state, exception)));

    public void Dispose()
    {
    }
}

using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DpuCluster.Faults.Tests;

/// <summary>A server, a proxy in front of it, and a client that goes through.</summary>
public abstract class ProxyFixture : IAsyncLifetime
{
    protected const string Namespace = "default";

    private readonly List<KubernetesClient> _clients = [];

    protected FaultyServer Server { get; private set; } = null!;

    protected FaultProxy Proxy { get; private set; } = null!;

    protected ResourceClient<ConfigMap> Maps => Server.Direct.Resources<ConfigMap>();

    public async Task InitializeAsync()
    {
        Server = await FaultyServer.StartAsync();
        Proxy = await FaultProxy.StartAsync(Server.Configuration);
    }

    public async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await Proxy.DisposeAsync();
        await Server.DisposeAsync();
    }

    /// <summary>A client through the proxy; by default one that tries nothing again, and gives up only where a test wants it.</summary>
    protected KubernetesClient Through(KubernetesClientOptions? options = null)
    {
        var client = new KubernetesClient(Proxy.Client, options ?? new() { MaxRetries = 0, PingTimeout = TimeSpan.FromMinutes(1) });
        _clients.Add(client);
        return client;
    }

    /// <summary>Puts a proxy in place of the one that there is.</summary>
    protected async Task SpeakAsync(HttpProtocols protocols)
    {
        await Proxy.DisposeAsync();
        Proxy = await FaultProxy.StartAsync(Server.Configuration, protocols);
    }

    protected Task<ConfigMap> CreateAsync(string name) =>
        Maps.CreateAsync(new() { Metadata = new() { Namespace = Namespace, Name = name, Labels = new Dictionary<string, string> { ["test"] = "yes" } } }, null, default);

    /// <summary>Everything that a watch of the test's own objects tells, until it ends; then the error, if any.</summary>
    protected static async Task<(List<WatchEvent<ConfigMap>> Events, Exception? End)> CollectAsync(
        KubernetesClient client, string from, TimeSpan? timeout = null, Action? onFirst = null)
    {
        List<WatchEvent<ConfigMap>> events = [];
        var options = new WatchOptions { ResourceVersion = from, LabelSelector = "test=yes", Timeout = timeout ?? TimeSpan.FromSeconds(300) };
        using var patience = new CancellationTokenSource(Testing.Eventually.Patience);
        var end = await Record.ExceptionAsync(async () =>
        {
            await foreach (var change in client.Resources<ConfigMap>().WatchAsync(Namespace, options, patience.Token))
            {
                events.Add(change);
                if (events.Count == 1)
                {
                    onFirst?.Invoke();
                }
            }
        });
        return (events, end);
    }
}

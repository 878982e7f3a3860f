using System.Net.Http.Headers;
using System.Text;
using DpuCluster.Bench.Measure;
using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Bench.Scenarios;

/// <summary>
/// Creates and reads ConfigMaps over HTTP/1.1 connections that stay open, and does with the answers no more than it must: it has the
/// two cores together with what is measured.
/// </summary>
internal sealed class ConfigMapClient : IDisposable
{
    /// <summary>Where the ConfigMaps are.</summary>
    public const string Path = "/api/v1/namespaces/default/configmaps";

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpMessageInvoker _http;
    private readonly Uri _maps;

    /// <param name="server">The server.</param>
    /// <param name="connections">How many connections it may open.</param>
    public ConfigMapClient(ClientConfiguration server, int connections)
    {
        var handler = Connections.CreateHandler(server, new KubernetesClientOptions(), server.ClientCertificate, server.ClientCertificateChain);
        handler.MaxConnectionsPerServer = connections;
        _http = new HttpMessageInvoker(handler);
        _maps = new Uri(server.Server, Path);
    }

    /// <summary>A ConfigMap of some 400 bytes of JSON.</summary>
    public static string Body(string name) => $$$"""
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","namespace":"default","labels":{"app":"bench"}},"data":{"name":"{{{name}}}","text":"{{{Filling}}}"}}
        """;

    /// <summary>Creates a ConfigMap.</summary>
    public async Task CreateAsync(string name, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Post, _maps);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Body(name))) { Headers = { ContentType = Json } };
        await SendAsync(request, cancellation);
    }

    /// <summary>Reads one.</summary>
    public async Task GetAsync(string name, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, new Uri($"{_maps}/{name}"));
        await SendAsync(request, cancellation);
    }

    public void Dispose() => _http.Dispose();

    private static string Filling { get; } = new('x', 300);

    private static HttpRequestMessage Request(HttpMethod method, Uri address) =>
        new(method, address) { Version = new(1, 1), VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private async Task SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var response = await _http.SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            throw await FailedAsync(response, cancellation);
        }

        await response.Content.CopyToAsync(Stream.Null, cancellation);
    }

    private static async Task<BenchException> FailedAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        new($"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellation)}");
}

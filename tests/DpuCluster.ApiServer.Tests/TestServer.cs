using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests;

/// <summary>A started server and a client of it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly HttpClient _admin;
    private readonly HttpClient _bare;

    private TestServer(EmbeddedApiServer server)
    {
        Server = server;
        _admin = Client(server, server.IssueClientCertificate("kubernetes-admin", ["system:masters"]).ToX509Certificate());
        _bare = Client(server, null);
    }

    public EmbeddedApiServer Server { get; }

    public static async Task<TestServer> StartAsync(EmbeddedApiServerOptions? options = null) => new(await EmbeddedApiServer.StartAsync(options));

    public static HttpClient Client(EmbeddedApiServer server, X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, peer, chain, errors) =>
        {
            if (errors == SslPolicyErrors.None) return true;
            using var own = new X509Chain();
            own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            own.ChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(server.CertificateAuthority.CertificatePem));
            own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return own.Build((X509Certificate2)peer!) && !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch);
        };
        if (certificate is not null) handler.SslOptions.ClientCertificates = [certificate];
        return new HttpClient(handler) { BaseAddress = server.Address };
    }

    /// <summary>Sends a request.</summary>
    /// <param name="call">Method and path: <c>GET /api/v1/namespaces</c>.</param>
    /// <param name="body">Object (sent as JSON), string or bytes (sent as they are) or null.</param>
    /// <param name="headers">Headers besides the defaults.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<HttpResponseMessage> SendAsync(string call, object? body = null, IReadOnlyDictionary<string, string>? headers = null, CancellationToken cancellation = default)
    {
        var space = call.IndexOf(' ', StringComparison.Ordinal);
        var method = call[..space];
        var request = new HttpRequestMessage(new HttpMethod(method), call[(space + 1)..]);
        var contentType = method == "PATCH" ? "application/merge-patch+json" : "application/json";
        request.Headers.TryAddWithoutValidation("Accept", headers?.GetValueOrDefault("Accept") ?? "application/json");
        foreach (var (name, value) in headers ?? new Dictionary<string, string>())
        {
            if (name == "Content-Type") contentType = value;
            else if (name != "Accept") request.Headers.TryAddWithoutValidation(name, value);
        }

        var bytes = body switch
        {
            null => null,
            byte[] given => given,
            string text => Encoding.UTF8.GetBytes(text),
            JsonNode node => Encoding.UTF8.GetBytes(node.ToJsonString()),
            _ => throw new ArgumentException("not a body", nameof(body)),
        };
        if (bytes is not null)
        {
            request.Content = new ByteArrayContent(bytes);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        var client = headers?.ContainsKey("Authorization") == true ? _bare : _admin;
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    /// <summary>Sends a request and reads the answer, which must have the status.</summary>
    public async Task<JsonObject> AskAsync(string call, object? body = null, HttpStatusCode status = HttpStatusCode.OK, IReadOnlyDictionary<string, string>? headers = null)
    {
        using var response = await SendAsync(call, body, headers);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(status, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>Opens a watch.</summary>
    public async Task<TestWatch> WatchAsync(string path, CancellationToken cancellation = default)
    {
        var response = await SendAsync($"GET {path}", cancellation: cancellation);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return new TestWatch(response, new StreamReader(await response.Content.ReadAsStreamAsync(cancellation)));
    }

    public static JsonObject ConfigMap(string name, string? value = null, string? label = null)
    {
        var obj = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = name } };
        if (value is not null) obj["data"] = new JsonObject { ["k"] = value };
        if (label is not null) obj["metadata"]!["labels"] = new JsonObject { ["l"] = label };
        return obj;
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        _bare.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>An open watch.</summary>
internal sealed class TestWatch(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    /// <summary>The next event; null when the stream ends.</summary>
    public async Task<JsonObject?> NextAsync(CancellationToken cancellation = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        var line = await reader.ReadLineAsync(patience.Token);
        return line is null ? null : JsonNode.Parse(line)!.AsObject();
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}

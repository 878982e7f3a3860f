using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DpuCluster.ApiServer.Certificates;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace DpuCluster.Faults;

/// <summary>
/// Stands between clients and a Kubernetes API server, terminates TLS, and does to connections and requests what a test wants. Without a
/// fault, everything passes as it is.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("faults");
    private readonly X509Certificate2 _certificate;
    private readonly ConcurrentDictionary<ClientConnection, bool> _connections = [];
    private readonly WebApplication _application;
    private Upstream _upstream;
    private int _accepted;
    private int _active;

    private FaultProxy(ClientConfiguration server, HttpProtocols protocols)
    {
        _upstream = new Upstream(server);
        _certificate = _authority.IssueServer("fault-proxy", ["localhost", "127.0.0.1"]).ToX509Certificate();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = protocols;
                listen.Use(next => context => AcceptAsync(context, next));
                listen.UseHttps(_certificate);
            });
        });
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    /// <summary>Asked once for each request; <see langword="null"/> where it shall pass.</summary>
    public Func<ProxiedRequest, Fault?> Plan { get; set; } = static _ => null;

    /// <summary>Asked once for each new connection; <see langword="null"/> where it shall pass.</summary>
    public Func<ConnectionFault?> OnConnect { get; set; } = static () => null;

    /// <summary>
    /// Told of every change that the server has made and answered, with the answer's body, before whoever asked for it is; from many threads.
    /// </summary>
    public Action<ProxiedRequest, ReadOnlyMemory<byte>>? OnChanged { get; set; }

    /// <summary>Whether new connections are reset at once, as while a server is down.</summary>
    public bool Refuses { get; set; }

    /// <summary>
    /// Whether a watch from a version that the server does not have yet is answered with silence, as real servers do, and not with the
    /// error of the embedded one.
    /// </summary>
    public bool SilentFutures { get; set; }

    /// <summary>Every request so far, in order.</summary>
    public ConcurrentQueue<ProxiedRequest> Requests { get; } = [];

    /// <summary>Connections that are open.</summary>
    public int OpenConnections => _connections.Count;

    /// <summary>Connections that ever were.</summary>
    public int AcceptedConnections => Volatile.Read(ref _accepted);

    /// <summary>Requests that are under way, watches included.</summary>
    public int ActiveRequests => Volatile.Read(ref _active);

    /// <summary>What a client needs to go through the proxy. It is whoever the proxy is to the server.</summary>
    public ClientConfiguration Client => new()
    {
        Server = new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()),
        CertificateAuthorities = [X509Certificate2.CreateFromPem(_authority.CertificatePem)],
    };

    /// <summary>The same for a process of its own: a kubeconfig, in YAML, whose only context goes through the proxy.</summary>
    /// <param name="token">Bearer token of whoever uses it; <see langword="null"/> for nobody in particular.</param>
    public string Kubeconfig(string? token = null) => KubeconfigDocument.Create(
        KubeconfigCluster.Create("proxy", Client.Server, Encoding.ASCII.GetBytes(_authority.CertificatePem)),
        KubeconfigUser.Create("client", token ?? ""),
        KubeconfigContext.Create("proxy", "proxy", "client")).Write();

    /// <summary>Starts a proxy.</summary>
    /// <param name="server">The server behind it, and as whom the proxy comes to it; what a client says of itself goes along.</param>
    /// <param name="protocols">What the proxy speaks with clients.</param>
    public static async Task<FaultProxy> StartAsync(ClientConfiguration server, HttpProtocols protocols = HttpProtocols.Http1AndHttp2)
    {
        ArgumentNullException.ThrowIfNull(server);
        var proxy = new FaultProxy(server, protocols);
        await proxy._application.StartAsync();
        return proxy;
    }

    /// <summary>Breaks every connection.</summary>
    public void CutAll()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Cut();
        }
    }

    /// <summary>Makes every connection that there is half-open; new ones are not.</summary>
    public void StallAll(HalfOpen direction)
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Stall(direction);
        }
    }

    /// <summary>Puts another server behind the proxy, as a restart does: every connection breaks.</summary>
    public void Switch(ClientConfiguration server)
    {
        using var former = Interlocked.Exchange(ref _upstream, new Upstream(server));
        CutAll();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        CutAll();
        await _application.DisposeAsync();
        _upstream.Dispose();
        _certificate.Dispose();
        _authority.Dispose();
    }

    private async Task AcceptAsync(ConnectionContext context, ConnectionDelegate next)
    {
        Interlocked.Increment(ref _accepted);
        if (Refuses)
        {
            context.Abort();
            return;
        }

        var transport = context.Transport;
        await using var connection = new ClientConnection(context, OnConnect());
        _connections[connection] = true;
        context.Transport = connection;
        try
        {
            await next(context);
        }
        finally
        {
            context.Transport = transport;
            _connections.TryRemove(connection, out _);
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var request = new ProxiedRequest(http.Request.Method, http.Request.Path.Value!, http.Request.QueryString.Value ?? "", http.Request.Protocol);
        Requests.Enqueue(request);
        Interlocked.Increment(ref _active);
        try
        {
            await AnswerAsync(http, request, Plan(request));
        }
        catch (Exception exception) when (http.RequestAborted.IsCancellationRequested && exception is not OutOfMemoryException)
        {
            // The client has gone, or its connection was cut: nobody is left to be told.
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // The server behind is away: so is the proxy, for this client.
            http.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _active);
        }
    }

    private async Task AnswerAsync(HttpContext http, ProxiedRequest request, Fault? fault)
    {
        switch (fault)
        {
            case AnswerFault answer:
                await AnswerAsync(http.Response, answer);
                return;
            case StallFault:
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
                return;
            case DelayFault delay:
                await Task.Delay(delay.Delay, http.RequestAborted);
                break;
        }

        http.RequestAborted.ThrowIfCancellationRequested();
        using var answered = await Volatile.Read(ref _upstream).SendAsync(http, http.RequestAborted);
        if (SilentFutures && request.IsWatch && answered.StatusCode == HttpStatusCode.GatewayTimeout)
        {
            http.Response.ContentType = "application/json";
            await http.Response.StartAsync(http.RequestAborted);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        }

        if (OnChanged is { } told && !request.IsRead && answered.IsSuccessStatusCode)
        {
            // All of it first, whoever still listens: the server has made the change.
            await answered.Content.LoadIntoBufferAsync(CancellationToken.None);
            told(request, await answered.Content.ReadAsByteArrayAsync(CancellationToken.None));
        }

        Upstream.CopyHead(answered, http.Response);
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await http.Response.StartAsync(http.RequestAborted);
        var body = await answered.Content.ReadAsStreamAsync(http.RequestAborted);
        await new DamagedBody(http, fault as StreamFault ?? new StreamFault()).CopyAsync(body, request.IsWatch && answered.IsSuccessStatusCode);
    }

    private static async Task AnswerAsync(HttpResponse response, AnswerFault answer)
    {
        response.StatusCode = answer.Code;
        response.ContentType = answer.ContentType;
        if (answer.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        await response.WriteAsync(answer.Body, response.HttpContext.RequestAborted);
    }
}

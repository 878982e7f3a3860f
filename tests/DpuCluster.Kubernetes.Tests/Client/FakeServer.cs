using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DpuCluster.Kubernetes.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Kubernetes.Tests.Client;

/// <summary>One request as it reached the server.</summary>
internal sealed record Seen(string Method, string Path, string Query, string Body, IReadOnlyDictionary<string, string> Headers, string Protocol, X509Certificate2? Certificate);

/// <summary>A real HTTP server that answers what the test says, and remembers what it was asked.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private readonly Handshakes _handshakes;

    private FakeServer(WebApplication application, Handshakes handshakes) => (_application, _handshakes) = (application, handshakes);

    public ConcurrentQueue<Seen> Requests { get; } = [];

    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public ClientConfiguration Configuration => new() { Server = Address };

    /// <summary>Name that the last client asked for in the TLS handshake (SNI).</summary>
    public string? TlsName => _handshakes.Name;

    /// <summary>Called in each TLS handshake, which waits for it.</summary>
    public Action Handshaking
    {
        set => _handshakes.Begun = value;
    }

    public Seen Last => Requests.Last();

    public static Task<FakeServer> Start(string body, HttpStatusCode code = HttpStatusCode.OK) => Start((_, response) => Answer(response, (int)code, body));

    public static async Task<FakeServer> Start(
        Func<Seen, HttpResponse, Task> answer, X509Certificate2? certificate = null, bool wantsClientCertificate = false, HttpProtocols overTls = HttpProtocols.Http1AndHttp2)
    {
        var handshakes = new Handshakes();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = certificate is null ? HttpProtocols.Http1 : overTls;
            if (certificate is not null)
            {
                listen.UseHttps(https =>
                {
                    https.ServerCertificateSelector = (_, name) =>
                    {
                        handshakes.Name = name;
                        handshakes.Begun();
                        return certificate;
                    };
                    https.ClientCertificateMode = wantsClientCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
                    https.AllowAnyClientCertificate();
                });
            }
        }));
        var application = builder.Build();
        var server = new FakeServer(application, handshakes);
        application.Run(async context =>
        {
            var request = context.Request;
            using var reader = new StreamReader(request.Body, Encoding.UTF8);
            var seen = new Seen(
                request.Method,
                request.Path,
                request.QueryString.Value ?? "",
                await reader.ReadToEndAsync(),
                request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                request.Protocol,
                context.Connection.ClientCertificate);
            server.Requests.Enqueue(seen);
            await answer(seen, context.Response);
        });
        await application.StartAsync();
        return server;
    }

    public static Task Answer(HttpResponse response, int code, string body, string type = "application/json")
    {
        response.StatusCode = code;
        response.ContentType = type;
        return response.WriteAsync(body);
    }

    public static Task Status(HttpResponse response, int code, string reason, string message, string details = "{}") => Answer(
        response, code, $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{message}}","reason":"{{reason}}","details":{{details}},"code":{{code}}}""");

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    /// <summary>What is known of handshakes, and done in them.</summary>
    private sealed class Handshakes
    {
        public string? Name { get; set; }

        public Action Begun { get; set; } = static () => { };
    }
}

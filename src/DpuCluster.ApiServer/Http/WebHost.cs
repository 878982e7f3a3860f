using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using DpuCluster.ApiServer.Authentication;
using DpuCluster.ApiServer.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DpuCluster.ApiServer.Http;

/// <summary>Listens: Kestrel with TLS, and nothing of a web framework above it.</summary>
internal sealed class WebHost : IAsyncDisposable
{
    private static readonly TimeSpan GraceOnStop = TimeSpan.FromSeconds(2);

    private static readonly X509ChainPolicy TrustNobody = new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    private readonly WebApplication _application;
    private readonly X509Certificate2 _certificate;

    private WebHost(WebApplication application, X509Certificate2 certificate)
    {
        _application = application;
        _certificate = certificate;
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Port = BindingAddress.Parse(address).Port;
    }

    public int Port { get; }

    public static async Task<WebHost> StartAsync(EmbeddedApiServerOptions options, IssuedCertificate leaf, RequestDelegate handle, CancellationToken cancellation)
    {
        var certificate = leaf.ToX509Certificate();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(options.LoggerFactory);
        builder.Services.AddSingleton<IHostLifetime>(NoLifetime.Instance);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = GraceOnStop);
        // What a watch writes goes to the socket from the thread that wrote it: with hundreds of watches, another hand-over each is what an event would wait for.
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseSockets(static sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestHeadersTotalSize = 1024 * 1024;
            kestrel.Limits.MaxRequestLineSize = 1024 * 1024;
            kestrel.Limits.MaxRequestBufferSize = 4 * 1024 * 1024;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(10);
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(32);
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Limits.Http2.InitialStreamWindowSize = 1024 * 1024;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
            kestrel.Listen(options.Address, options.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = certificate,
                    SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    ClientCertificateMode = ClientCertificateMode.AllowCertificate,

                    // Whether a certificate is good is decided with the request, so that a client learns by a 401 that it is not.
                    ClientCertificateValidation = static (_, _, _) => true,

                    // For the same reason the handshake need not look through all authorities that the system trusts.
                    OnAuthenticate = static (_, tls) => tls.CertificateChainPolicy = TrustNobody,
                    HandshakeTimeout = TimeSpan.FromSeconds(10),
                });
                listen.Use(static next => connection =>
                {
                    connection.Features.Set(new ConnectionCertificate(connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate));
                    return next(connection);
                });
            });
        });
        var application = builder.Build();
        application.Run(handle);
        try
        {
            await application.StartAsync(cancellation).ConfigureAwait(false);
            return new WebHost(application, certificate);
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            certificate.Dispose();
            throw;
        }
    }

    public Task StopAsync(CancellationToken cancellation) => _application.StopAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync().ConfigureAwait(false);
        _certificate.Dispose();
    }

    /// <summary>The server lives as its owner says, not as signals to the process do.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public static NoLifetime Instance { get; } = new();

        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

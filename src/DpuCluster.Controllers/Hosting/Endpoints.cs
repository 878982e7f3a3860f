using System.Net;
using DpuCluster.Controllers.Metrics;
using DpuCluster.Kubernetes;
using DpuCluster.Kubernetes.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DpuCluster.Controllers.Hosting;

/// <summary>The HTTP endpoints of a host: <c>/healthz</c>, <c>/readyz</c> on one address, <c>/metrics</c> on another or the same.</summary>
internal sealed class Endpoints : IAsyncDisposable
{
    private readonly ControllerHostOptions _options;
    private readonly MetricsRegistry _metrics;
    private readonly HealthChecks _checks;
    private readonly MetricsGuard? _guard;
    private readonly BindAddress? _metricsAt;
    private readonly BindAddress? _probesAt;
    private readonly bool _shared;
    private WebApplication? _app;

    public Endpoints(ControllerHostOptions options, MetricsRegistry metrics, HealthChecks checks, KubernetesClient client)
    {
        (_options, _metrics, _checks) = (options, metrics, checks);
        _metricsAt = BindAddress.Parse(options.MetricsBindAddress, "--metrics-bind-address");
        _probesAt = BindAddress.Parse(options.HealthProbeBindAddress, "--health-probe-bind-address");
        _shared = _metricsAt is not null && _metricsAt == _probesAt && _metricsAt.Port != 0;
        _guard = options.MetricsSecure && _metricsAt is not null ? new MetricsGuard(client, options.Clock) : null;
    }

    public Uri? MetricsAddress { get; private set; }

    public Uri? ProbeAddress { get; private set; }

    public async Task StartAsync(CancellationToken cancellation)
    {
        if (_metricsAt is null && _probesAt is null)
        {
            return;
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());

        // Signals and the end of the process are the business of whoever runs the host.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore();
        if (_guard is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 100;
            kestrel.Limits.MaxRequestBodySize = 0;
            if (_metricsAt is not null)
            {
                Listen(kestrel, _metricsAt, _shared ? Role.Both : Role.Metrics);
            }

            if (_probesAt is not null && !_shared)
            {
                Listen(kestrel, _probesAt, Role.Probes);
            }
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
        try
        {
            await _app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new UserErrorException(
                $"--metrics-bind-address {_options.MetricsBindAddress}, --health-probe-bind-address {_options.HealthProbeBindAddress}: {exception.Message.TrimEnd('.')}",
                "give another port, or 0 for none",
                exception);
        }

        Addresses();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync().ConfigureAwait(false);
            _app = null;
        }
    }

    private void Listen(KestrelServerOptions kestrel, BindAddress at, Role role)
    {
        var secure = _guard is not null && role != Role.Probes;
        void Configure(ListenOptions listen)
        {
            listen.Protocols = secure && _options.EnableHttp2 ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
            if (secure)
            {
                listen.UseHttps(SelfSigned.Certificate(_options.Name));
            }

            listen.Use(next => connection =>
            {
                connection.Features.Set(new RoleFeature(role));
                return next(connection);
            });
        }

        if (at.Address is null && at.Port != 0)
        {
            kestrel.ListenAnyIP(at.Port, Configure);
        }
        else
        {
            // Kestrel takes "any free port" for one address only.
            kestrel.Listen(at.Address ?? IPAddress.Any, at.Port, Configure);
        }
    }

    private void Addresses()
    {
        var bound = _app!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(Reachable).ToList();
        MetricsAddress = _metricsAt is null ? null : bound[0];
        ProbeAddress = _probesAt is null ? null : bound[^1];
    }

    private static Uri Reachable(string address) =>
        new(address.Replace("://[::]:", "://127.0.0.1:", StringComparison.Ordinal).Replace("://0.0.0.0:", "://127.0.0.1:", StringComparison.Ordinal));

    private async Task AnswerAsync(HttpContext http)
    {
        var role = http.Features.Get<RoleFeature>()?.Role ?? Role.Both;
        var path = http.Request.Path.Value ?? "";
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        }
        else if (role != Role.Probes && path == "/metrics")
        {
            await AnswerMetricsAsync(http).ConfigureAwait(false);
        }
        else if (role != Role.Metrics && path.TrimEnd('/') is "/healthz" or "/readyz")
        {
            var report = path.StartsWith("/readyz", StringComparison.Ordinal)
                ? _checks.Ready()
                : await _checks.LiveAsync(http.RequestAborted).ConfigureAwait(false);
            http.Response.StatusCode = report.Passed ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError;
            await TextAsync(http, "text/plain; charset=utf-8", report.Text(http.Request.Query.ContainsKey("verbose"))).ConfigureAwait(false);
        }
        else
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private async Task AnswerMetricsAsync(HttpContext http)
    {
        var verdict = _guard is null
            ? StatusCodes.Status200OK
            : await _guard.JudgeAsync(http.Request.Headers.Authorization, http.RequestAborted).ConfigureAwait(false);
        http.Response.StatusCode = verdict;
        if (verdict == StatusCodes.Status200OK)
        {
            await TextAsync(http, MetricsRegistry.ContentType, _metrics.Render()).ConfigureAwait(false);
        }
    }

    private static Task TextAsync(HttpContext http, string type, string text)
    {
        http.Response.ContentType = type;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.WriteAsync(text, http.RequestAborted);
    }

    private enum Role
    {
        Metrics,
        Probes,
        Both,
    }

    private sealed record RoleFeature(Role Role);

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

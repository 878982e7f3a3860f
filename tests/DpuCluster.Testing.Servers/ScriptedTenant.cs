using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Certificates;
using DpuCluster.Kubernetes.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DpuCluster.Testing.Servers;

/// <summary>
/// A control plane over real HTTPS that answers as the test says, and keeps who asked for what: for what the embedded server,
/// which always behaves, cannot show. It answers health checks, its version, the number of its nodes, and one watch.
/// </summary>
public sealed class ScriptedTenant : IAsyncDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("tenant-authority");
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _watchesEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _connections;
    private int _watches;

    private ScriptedTenant()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        var pem = _authority.IssueServer("tenant", ["127.0.0.1", "localhost"]).ToX509Certificate();
        // A key that came from PEM must be exported once before TLS can use it on every platform.
        var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadPkcs12(
            pem.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pkcs12), null);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Use(next => async connection =>
                {
                    Interlocked.Increment(ref _connections);
                    try
                    {
                        await next(connection);
                    }
                    finally
                    {
                        Interlocked.Decrement(ref _connections);
                    }
                });
                listen.UseHttps(certificate);
            }));
        builder.Services.AddLogging();
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>The address.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>Who (by bearer token) asked for which path, in order.</summary>
    public ConcurrentQueue<(string Token, string Path)> Requests { get; } = [];

    /// <summary>What to answer instead of the regular answer: code and body; null for the regular one.</summary>
    public Func<string, (int Code, string Body)?> Answer { get; set; } = _ => null;

    /// <summary>Whether requests get no answer at all.</summary>
    public bool Hangs { get; set; }

    /// <summary>The version that it reports.</summary>
    public string Version { get; set; } = "v1.30.2";

    /// <summary>How many nodes have joined.</summary>
    public int Nodes { get; set; }

    /// <summary>For how many seconds the last watch was asked for, in the client's words.</summary>
    public string? WatchSeconds { get; private set; }

    /// <summary>Connections that are open: where there is none, nothing that was sent is still to come.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Watches that are open.</summary>
    public int Watches => Volatile.Read(ref _watches);

    public static async Task<ScriptedTenant> StartAsync()
    {
        var tenant = new ScriptedTenant();
        await tenant._app.StartAsync();
        return tenant;
    }

    /// <summary>Kubeconfig of a user with a bearer token.</summary>
    /// <param name="token">The token; every one is accepted.</param>
    /// <param name="change">What to change about an ordinary kubeconfig.</param>
    public string Kubeconfig(string token = "token-1", Action<JsonObject>? change = null)
    {
        var kubeconfig = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Config",
            ["clusters"] = new JsonArray(new JsonObject
            {
                ["name"] = "tenant",
                ["cluster"] = new JsonObject
                {
                    ["server"] = Address.ToString().TrimEnd('/'),
                    ["certificate-authority-data"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(_authority.CertificatePem)),
                },
            }),
            ["users"] = new JsonArray(new JsonObject { ["name"] = "admin", ["user"] = new JsonObject { ["token"] = token } }),
            ["contexts"] = new JsonArray(new JsonObject
            {
                ["name"] = "admin@tenant",
                ["context"] = new JsonObject { ["cluster"] = "tenant", ["user"] = "admin" },
            }),
            ["current-context"] = "admin@tenant",
        };
        change?.Invoke(kubeconfig);
        return Yaml.FromJson(kubeconfig);
    }

    /// <summary>How often a path was asked for so far.</summary>
    public int Asked(string path) => Requests.Count(request => request.Path == path);

    /// <summary>Ends the open watches, as a server does that goes down.</summary>
    public void EndWatches() =>
        Interlocked.Exchange(ref _watchesEnd, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app.DisposeAsync();
        _authority.Dispose();
        _stop.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var watch = context.Request.Query["watch"].ToString() is "true" or "1";
        Requests.Enqueue((context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal), watch ? $"watch {path}" : path));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stop.Token);
        try
        {
            if (Hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, end.Token);
            }

            if (watch)
            {
                WatchSeconds = context.Request.Query["timeoutSeconds"];
                await WatchAsync(context, end.Token);
                return;
            }

            var (code, body) = Answer(path) ?? Regular(path);
            context.Response.StatusCode = code;
            context.Response.ContentType = body.StartsWith('{') ? "application/json" : "text/plain";
            await context.Response.WriteAsync(body, end.Token);
        }
        catch (OperationCanceledException)
        {
            // The client has gone, or the test is over.
        }
    }

    private async Task WatchAsync(HttpContext context, CancellationToken end)
    {
        Interlocked.Increment(ref _watches);
        try
        {
            context.Response.ContentType = "application/json";
            await context.Response.StartAsync(end);
            await context.Response.Body.FlushAsync(end);
            await Volatile.Read(ref _watchesEnd).Task.WaitAsync(end);
        }
        finally
        {
            Interlocked.Decrement(ref _watches);
        }
    }

    private (int Code, string Body) Regular(string path) => path switch
    {
        "/readyz" => (200, "ok"),
        "/version" => (200, new JsonObject { ["major"] = "1", ["minor"] = "30", ["gitVersion"] = Version }.ToJsonString()),
        "/api/v1/nodes" => (200, NodeList().ToJsonString()),
        _ => (404, "not found"),
    };

    private JsonObject NodeList()
    {
        var list = new JsonObject
        {
            ["kind"] = "PartialObjectMetadataList",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = "1" },
            ["items"] = new JsonArray(),
        };
        if (Nodes > 0)
        {
            list["items"]!.AsArray().Add((JsonNode)new JsonObject
            {
                ["kind"] = "PartialObjectMetadata",
                ["apiVersion"] = "meta.k8s.io/v1",
                ["metadata"] = new JsonObject { ["name"] = "dpu-1" },
            });
        }

        if (Nodes > 1)
        {
            list["metadata"]!["remainingItemCount"] = Nodes - 1;
            list["metadata"]!["continue"] = "next";
        }

        return list;
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DpuCluster.Client.Tests;

/// <summary>
/// Just enough of an API server over real HTTP: get, list by name, and watch of one object at a time, with knobs that make it
/// refuse. It keeps objects by their path.
/// </summary>
internal sealed class FakeApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2? _certificate;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonObject> _objects = [];
    private readonly List<(long Version, string Type, string Path, JsonObject Object)> _history = [];
    private readonly List<Channel<bool>> _watchers = [];
    private readonly CancellationTokenSource _stop = new();
    private long _version = 100;

    private FakeApiServer(X509Certificate2? certificate)
    {
        _certificate = certificate;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        builder.Services.AddLogging();
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>The address.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
        .Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>Tokens that requests came with, in order.</summary>
    public ConcurrentQueue<string> TokensSeen { get; } = [];

    /// <summary>Paths of requests, with <c>watch </c> before those of watches, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The code to answer a request with instead; null for the regular answer.</summary>
    public Func<HttpRequest, int?> Refuse { get; set; } = _ => null;

    /// <summary>Answers wait for this.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public int OpenWatches
    {
        get
        {
            lock (_lock)
            {
                return _watchers.Count;
            }
        }
    }

    public static async Task<FakeApiServer> StartAsync(bool tls = false)
    {
        var server = new FakeApiServer(tls ? TestCertificates.Server() : null);
        await server._app.StartAsync();
        return server;
    }

    public void Put(string collection, string name, JsonObject obj)
    {
        lock (_lock)
        {
            var path = $"{collection}/{name}";
            var type = _objects.ContainsKey(path) ? "MODIFIED" : "ADDED";
            var kept = (JsonObject)obj.DeepClone();
            kept["metadata"]!["resourceVersion"] = $"{++_version}";
            _objects[path] = kept;
            Tell(type, path, kept);
        }
    }

    public void Delete(string collection, string name)
    {
        lock (_lock)
        {
            _objects.Remove($"{collection}/{name}", out var obj);
            obj!["metadata"]!["resourceVersion"] = $"{++_version}";
            Tell("DELETED", $"{collection}/{name}", obj);
        }
    }

    public void EndWatches()
    {
        lock (_lock)
        {
            _watchers.ForEach(watcher => watcher.Writer.TryComplete());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        EndWatches();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _certificate?.Dispose();
        _stop.Dispose();
    }

    private void Tell(string type, string path, JsonObject obj)
    {
        _history.Add((_version, type, path, (JsonObject)obj.DeepClone()));
        _watchers.ForEach(watcher => watcher.Writer.TryWrite(true));
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        var path = request.Path.Value!;
        var watch = request.Query["watch"].ToString() is "true" or "1";
        TokensSeen.Enqueue(request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal));
        Requests.Enqueue(watch ? $"watch {path}" : path);
        await Gate.WaitAsync(context.RequestAborted);
        if (Refuse(request) is { } code)
        {
            await AnswerAsync(context, code, Failure(code, path));
            return;
        }

        if (watch)
        {
            await WatchAsync(context, path);
            return;
        }

        JsonObject answer;
        lock (_lock)
        {
            if (request.Query.ContainsKey("fieldSelector") || _objects.Keys.Any(key => Path.GetDirectoryName(key) == path))
            {
                var items = _objects.Where(entry => Path.GetDirectoryName(entry.Key) == path && Selected(request, entry.Key));
                answer = new JsonObject
                {
                    ["kind"] = "List",
                    ["apiVersion"] = "v1",
                    ["metadata"] = new JsonObject { ["resourceVersion"] = $"{_version}" },
                    ["items"] = new JsonArray([.. items.Select(entry => entry.Value.DeepClone())]),
                };
            }
            else if (_objects.TryGetValue(path, out var obj))
            {
                answer = (JsonObject)obj.DeepClone();
            }
            else
            {
                answer = Failure(404, path);
            }
        }

        await AnswerAsync(context, (int?)answer["code"] ?? 200, answer);
    }

    private static bool Selected(HttpRequest request, string path) =>
        request.Query["fieldSelector"].ToString() is not { Length: > 0 } selector || selector == $"metadata.name={Path.GetFileName(path)}";

    private async Task WatchAsync(HttpContext context, string collection)
    {
        var from = long.Parse(context.Request.Query["resourceVersion"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
        var wakeUp = Channel.CreateUnbounded<bool>();
        var sent = 0;
        lock (_lock)
        {
            _watchers.Add(wakeUp);
        }

        try
        {
            context.Response.ContentType = "application/json";
            await context.Response.StartAsync();
            wakeUp.Writer.TryWrite(true);
            await foreach (var _ in wakeUp.Reader.ReadAllAsync(context.RequestAborted))
            {
                List<(long Version, string Type, string Path, JsonObject Object)> events;
                lock (_lock)
                {
                    events = [.. _history.Skip(sent)];
                    sent = _history.Count;
                }

                foreach (var (version, type, path, obj) in events)
                {
                    if (version > from && Path.GetDirectoryName(path) == collection && Selected(context.Request, path))
                    {
                        await context.Response.WriteAsync(new JsonObject { ["type"] = type, ["object"] = obj.DeepClone() }.ToJsonString() + "\n", context.RequestAborted);
                        await context.Response.Body.FlushAsync(context.RequestAborted);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The client has gone.
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(wakeUp);
            }
        }
    }

    private static JsonObject Failure(int code, string path) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["status"] = "Failure",
        ["reason"] = code switch { 401 => "Unauthorized", 403 => "Forbidden", 404 => "NotFound", _ => "InternalError" },
        ["message"] = $"fake {code}",
        ["code"] = code,
        ["details"] = new JsonObject { ["name"] = Path.GetFileName(path) },
    };

    private static async Task AnswerAsync(HttpContext context, int code, JsonObject body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, body);
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Tests.Hosting;

/// <summary>
/// The little of an API server that a host of controllers needs, over real HTTP, whose answers and watches a test can hold up
/// or spoil. Takes any resource; knows no schema.
/// </summary>
internal sealed class SmallApiServer : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly List<(long Version, string Type, string Path, JsonObject Object)> _history = [];
    private readonly CancellationTokenSource _stopping = new();
    private TaskCompletionSource _changed = New();
    private TaskCompletionSource? _held;
    private CancellationTokenSource _watches = new();
    private WebApplication _app = null!;
    private long _version = 100;

    /// <summary>Method and path of every request, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Status code to answer with instead; <see langword="null"/> to answer properly.</summary>
    public Func<string, string, int?> Refuse { get; set; } = (_, _) => null;

    /// <summary>Answers to POST of reviews, by kind.</summary>
    public Func<JsonObject, JsonObject?> Review { get; set; } = _ => null;

    public ClientConfiguration Client { get; private set; } = null!;

    public static async Task<SmallApiServer> StartAsync()
    {
        var server = new SmallApiServer();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server._app = builder.Build();
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        server.Client = new ClientConfiguration { Server = new Uri(server._app.Urls.Single()) };
        return server;
    }

    /// <summary>Holds back the events of every watch until disposed.</summary>
    public IDisposable HoldEvents()
    {
        lock (_gate)
        {
            _held = New();
        }

        return new Held(this);
    }

    /// <summary>Breaks the connection of every watch.</summary>
    public async Task CutWatchesAsync()
    {
        using var old = Interlocked.Exchange(ref _watches, new CancellationTokenSource());
        await old.CancelAsync();
    }

    public JsonObject? Find(string path)
    {
        lock (_gate)
        {
            return _objects.GetValueOrDefault(path)?.DeepClone().AsObject();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
        _watches.Dispose();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task AnswerAsync(HttpContext http)
    {
        var (method, path, query) = (http.Request.Method, http.Request.Path.Value!, http.Request.Query);
        var watch = query.ContainsKey("watch");
        Requests.Enqueue($"{(watch ? "WATCH" : method)} {path}");
        if (Refuse(watch ? "WATCH" : method, path) is { } code)
        {
            await ErrorAsync(http, code, code == 403 ? StatusReason.Forbidden : "");
            return;
        }

        JsonObject? body = null;
        if (http.Request.ContentLength > 0 || http.Request.Headers.TransferEncoding.Count > 0)
        {
            body = (await JsonNode.ParseAsync(http.Request.Body))!.AsObject();
        }

        switch (method)
        {
            case "GET" when path == "/version":
                await http.Response.WriteAsync("""{"gitVersion":"v1.36.0"}""");
                break;
            case "GET" when watch:
                await WatchAsync(http, path);
                break;
            case "POST" when Review(body!) is { } review:
                await WriteAsync(http, 201, review);
                break;
            case "GET" when Find(path) is { } found:
                await WriteAsync(http, 200, found);
                break;
            case "GET" when IsCollection(path):
                await WriteAsync(http, 200, List(path));
                break;
            case "POST":
                await SaveAsync(http, $"{path}/{body!["metadata"]!["name"]}", body, create: true);
                break;
            case "PUT" or "PATCH" when Find(path.Replace("/status", "", StringComparison.Ordinal)) is { } old:
                await SaveAsync(http, path.Replace("/status", "", StringComparison.Ordinal), method == "PUT" ? body! : Merge(old, body!), create: false);
                break;
            case "DELETE" when Find(path) is { } old:
                lock (_gate)
                {
                    _objects.Remove(path);
                    old["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
                    Happened("DELETED", path, old);
                }

                await WriteAsync(http, 200, new JsonObject { ["kind"] = "Status", ["status"] = "Success" });
                break;
            default:
                await ErrorAsync(http, 404, StatusReason.NotFound, path[(path.LastIndexOf('/') + 1)..]);
                break;
        }
    }

    private static bool IsCollection(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries) is var parts
        && (parts[0] == "api" ? parts.Length is 3 or 5 : parts.Length is 4 or 6);

    private static JsonObject Merge(JsonObject to, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                to.Remove(name);
            }
            else
            {
                to[name] = value is JsonObject inner && to[name] is JsonObject old ? Merge(old.DeepClone().AsObject(), inner) : value.DeepClone();
            }
        }

        return to;
    }

    private JsonObject List(string path)
    {
        lock (_gate)
        {
            var items = _objects.Where(entry => InCollection(entry.Key, path)).Select(entry => entry.Value.DeepClone()).ToArray();
            return new JsonObject
            {
                ["kind"] = "List",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject { ["resourceVersion"] = _version.ToString(CultureInfo.InvariantCulture) },
                ["items"] = new JsonArray(items),
            };
        }
    }

    private static bool InCollection(string path, string collection) =>
        path.StartsWith(collection + "/", StringComparison.Ordinal)
        || (path[..path.LastIndexOf('/')] is var parent
            && parent[(parent.LastIndexOf('/') + 1)..] == collection[(collection.LastIndexOf('/') + 1)..]
            && path.StartsWith(collection[..(collection.LastIndexOf('/') + 1)] + "namespaces/", StringComparison.Ordinal));

    private async Task SaveAsync(HttpContext http, string path, JsonObject value, bool create)
    {
        var failure = 0;
        lock (_gate)
        {
            var old = _objects.GetValueOrDefault(path);
            var sent = value["metadata"]!["resourceVersion"]?.GetValue<string>();
            if (create ? old is not null : old is null || (sent is not null && sent != old["metadata"]!["resourceVersion"]!.GetValue<string>()))
            {
                failure = 409;
            }
            else
            {
                value["metadata"]!["uid"] = old?["metadata"]!["uid"]!.GetValue<string>() ?? Guid.NewGuid().ToString();
                value["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
                _objects[path] = value;
                Happened(create ? "ADDED" : "MODIFIED", path, value.DeepClone().AsObject());
            }
        }

        await (failure == 0 ? WriteAsync(http, create ? 201 : 200, value) : ErrorAsync(http, 409, create ? StatusReason.AlreadyExists : StatusReason.Conflict));
    }

    private void Happened(string type, string path, JsonObject value)
    {
        _history.Add((_version, type, path, value));
        _changed.TrySetResult();
        _changed = New();
    }

    private async Task WatchAsync(HttpContext http, string path)
    {
        if (http.Request.Query.ContainsKey("sendInitialEvents"))
        {
            await ErrorAsync(http, 422, StatusReason.Invalid);
            return;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token, _watches.Token);
        await using var cut = _watches.Token.Register(http.Abort);
        http.Response.ContentType = "application/json";
        await http.Response.StartAsync(over.Token);
        var position = long.TryParse(http.Request.Query["resourceVersion"], CultureInfo.InvariantCulture, out var from) ? from : 0;
        while (!over.IsCancellationRequested)
        {
            (long Version, string Type, string Path, JsonObject Object) next;
            Task changed;
            lock (_gate)
            {
                next = _history.Find(entry => entry.Version > position && InCollection(entry.Path, path));
                changed = _held?.Task ?? _changed.Task;
                next = _held is null ? next : default;
            }

            if (next.Object is null)
            {
                await changed.WaitAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            position = next.Version;
            var line = new JsonObject { ["type"] = next.Type, ["object"] = next.Object.DeepClone() };
            await http.Response.WriteAsync(line.ToJsonString() + "\n", over.Token);
        }
    }

    private static Task WriteAsync(HttpContext http, int code, JsonObject value)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(value.ToJsonString());
    }

    private static Task ErrorAsync(HttpContext http, int code, string reason, string? name = null) => WriteAsync(http, code, new JsonObject
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["status"] = "Failure",
        ["code"] = code,
        ["reason"] = reason,
        ["message"] = $"{reason} {name}",
        ["details"] = new JsonObject { ["name"] = name },
    });

    private sealed class Held(SmallApiServer server) : IDisposable
    {
        public void Dispose()
        {
            lock (server._gate)
            {
                server._held!.TrySetResult();
                server._held = null;
            }
        }
    }
}

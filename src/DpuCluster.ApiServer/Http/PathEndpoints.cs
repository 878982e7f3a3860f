using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Discovery;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Storage;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Http;

/// <summary>Answers the paths that are not about objects: health, version, metrics, discovery.</summary>
internal sealed class PathEndpoints(ResourceRegistry registry, ObjectStore store, ServerMetrics metrics, Func<bool> isReady, Func<ServerVersion> version, TimeProvider clock)
{
    private static readonly string[] Checks = ["ping", "log", "etcd", "poststarthook/rbac/bootstrap-roles"];

    private readonly OpenApiEndpoints _openApi = new(registry, version, clock);
    private readonly DiscoveryEndpoints _discovery = new(registry);

    public Task HandleAsync(HttpContext http, RequestInfo info)
    {
        var path = info.Path;
        if (IsRouted(path))
        {
            if (!HttpMethods.IsGet(http.Request.Method)) throw ApiErrors.Generic(405);
            path = path.TrimEnd('/');
            if (path == "/version") return ResponseWriter.WriteAsync(http, 200, MediaType.Json with { Pretty = true }, Version(version()));
            return _discovery.TryHandleAsync(http, path) ?? throw ApiErrors.Generic(404);
        }

        return path switch
        {
            "/metrics" => ResponseWriter.WriteTextAsync(http, 200, metrics.Write(Counts()), "text/plain; version=0.0.4; charset=utf-8"),
            "/" or "/index.html" => ResponseWriter.WriteAsync(http, 200, MediaType.Json with { Pretty = true }, Root()),
            _ when path.Split('/')[1] is "healthz" or "livez" or "readyz" => HealthAsync(http, path),
            _ => _discovery.TryHandleAsync(http, path) ?? _openApi.TryHandleAsync(http, path) ?? ResponseWriter.NotFoundAsync(http),
        };
    }

    /// <summary>
    /// Whether a router of a real server knows the path: it answers other methods than GET, and what is not there below, with a status.
    /// All other paths have a handler of their own, which is indifferent to the method, or none.
    /// </summary>
    private bool IsRouted(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["version", ..] or ["api", ..] => true,
        ["apis", var group, _, ..] => registry.HasBuiltIn(group),
        _ => false,
    };

    private static JsonObject Version(ServerVersion version) => new()
    {
        ["major"] = Number(version.Major),
        ["minor"] = Number(version.Minor),
        ["emulationMajor"] = Number(version.Major),
        ["emulationMinor"] = Number(version.Minor),
        ["minCompatibilityMajor"] = Number(version.Major),
        ["minCompatibilityMinor"] = Number(Math.Max(0, version.Minor - 1)),
        ["gitVersion"] = version.Text,
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "1970-01-01T00:00:00Z",
        ["goVersion"] = "",
        ["compiler"] = "",
        ["platform"] = OperatingSystem.IsWindows() ? "windows/amd64" : "linux/amd64",
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private JsonObject Root()
    {
        var paths = new SortedSet<string>(StringComparer.Ordinal) { "/api", "/apis", "/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/version" };
        foreach (var resource in registry.All)
        {
            if (resource.Group.Length == 0)
            {
                paths.Add($"/api/{resource.Version}");
                continue;
            }

            paths.Add($"/apis/{resource.Group}");
            paths.Add($"/apis/{resource.Group}/{resource.Version}");
        }

        var list = new JsonArray();
        foreach (var path in paths) list.Add((JsonNode)path);
        return new JsonObject { ["paths"] = list };
    }

    private Task HealthAsync(HttpContext http, string path)
    {
        var parts = path[1..].Split('/', 2);
        var isStored = store.Failure is null;
        var ready = parts[0] == "livez" || (isStored && isReady());
        if (parts.Length > 1)
        {
            return Checks.Contains(path[(parts[0].Length + 2)..])
                ? ResponseWriter.WriteTextAsync(http, ready ? 200 : 500, ready ? "ok" : "not ready\n")
                : ResponseWriter.NotFoundAsync(http);
        }

        if (!isStored && !ready) return ResponseWriter.WriteTextAsync(http, 500, $"[-]etcd failed: {store.Failure!.Message}\n{parts[0]} check failed\n");
        if (!ready) return ResponseWriter.WriteTextAsync(http, 500, $"[-]poststarthook/rbac/bootstrap-roles failed: reason withheld\n{parts[0]} check failed\n");
        if (!http.Request.Query.ContainsKey("verbose")) return ResponseWriter.WriteTextAsync(http, 200, "ok");
        var excluded = http.Request.Query["exclude"];
        var lines = Checks.Select(c => excluded.Contains(c) ? $"[+]{c} excluded: ok\n" : $"[+]{c} ok\n");
        var unknown = excluded.OfType<string>().Except(Checks).Order(StringComparer.Ordinal).Select(GoText.Quote).ToList();
        var warning = unknown.Count == 0 ? "" : $"warn: some health checks cannot be excluded: no matches for {string.Join(", ", unknown)}\n";
        return ResponseWriter.WriteTextAsync(http, 200, $"{string.Concat(lines)}{warning}{parts[0]} check passed\n");
    }

    private IEnumerable<(string, int)> Counts() =>
        store.Collections.Select(c => (c.Group.Length == 0 ? c.Plural : $"{c.Plural}.{c.Group}", c.Published.Count));
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.Cli.Tests.Image;

/// <summary>
/// A registry on the loopback address with one image that has nothing in it, of the name <c>base:1</c>: what the SDK puts onto it is all
/// that is in the image then.
/// </summary>
internal sealed class BaseImageRegistry : IAsyncDisposable
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";

    private readonly WebApplication _application;
    private readonly Dictionary<string, (string Type, byte[] Content)> _content = [];

    private BaseImageRegistry(WebApplication application)
    {
        _application = application;
        var config = Add(ConfigType, new()
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["config"] = new JsonObject(),
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray() },
            ["history"] = new JsonArray(),
        });
        _content["1"] = _content[Add(ManifestType, new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["config"] = new JsonObject { ["mediaType"] = ConfigType, ["digest"] = config, ["size"] = _content[config].Content.Length },
            ["layers"] = new JsonArray(),
        })];
    }

    /// <summary>Name of the image, with the address of the registry.</summary>
    public string Image => $"localhost:{new Uri(_application.Urls.Single()).Port}/base:1";

    public static async Task<BaseImageRegistry> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var registry = new BaseImageRegistry(builder.Build());
        registry._application.Run(registry.AnswerAsync);
        await registry._application.StartAsync();
        return registry;
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        if (path == "/v2/")
        {
            return;
        }

        if (!_content.TryGetValue(path[(path.LastIndexOf('/') + 1)..], out var found))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        http.Response.ContentType = found.Type;
        http.Response.ContentLength = found.Content.Length;
        http.Response.Headers["Docker-Content-Digest"] = Digest(found.Content);
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(found.Content);
        }
    }

    private string Add(string type, JsonObject content)
    {
        var bytes = Encoding.UTF8.GetBytes(content.ToJsonString());
        _content[Digest(bytes)] = (type, bytes);
        return Digest(bytes);
    }

    private static string Digest(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
}

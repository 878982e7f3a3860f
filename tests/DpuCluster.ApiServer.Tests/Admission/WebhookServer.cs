using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DpuCluster.ApiServer.Tests.Admission;

/// <summary>
/// A web service with webhooks, each at a path of its own, with a certificate of its own authority. It listens on loopback, and when its
/// certificate is for names, on all addresses.
/// </summary>
internal sealed class WebhookServer : IAsyncDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("webhooks");
    private readonly ConcurrentDictionary<string, Func<HttpContext, JsonObject, Task>> _handlers = new();
    private WebApplication _app = null!;

    /// <summary>What was asked, in order, with the path that it was asked at.</summary>
    public ConcurrentQueue<(string Path, JsonObject Request)> Asked { get; } = new();

    public Uri Address { get; private set; } = null!;

    /// <summary>An address of this machine that endpoints may have, which loopback is not; null where there is none.</summary>
    public static IPAddress? OwnAddress => NetworkInterface.GetAllNetworkInterfaces()
        .Where(card => card.OperationalStatus == OperationalStatus.Up)
        .SelectMany(card => card.GetIPProperties().UnicastAddresses)
        .Select(own => own.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address)
            && !address.ToString().StartsWith("169.254.", StringComparison.Ordinal));

    /// <summary>The authority of its certificate, as <c>caBundle</c> has it.</summary>
    public string CaBundle => Convert.ToBase64String(Encoding.ASCII.GetBytes(_authority.CertificatePem));

    /// <param name="names">What its certificate is good for; by default, the loopback address.</param>
    public static async Task<WebhookServer> StartAsync(params string[] names)
    {
        var server = new WebhookServer();
        var certificate = server._authority.IssueServer("webhook", names.Length > 0 ? names : ["127.0.0.1"]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(names.Length > 0 ? IPAddress.Any : IPAddress.Loopback, 0, listen => listen.UseHttps(certificate.ToX509Certificate())));
        server._app = builder.Build();
        server._app.Run(server.HandleAsync);
        await server._app.StartAsync();
        var bound = new Uri(server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        server.Address = new UriBuilder(bound) { Host = "127.0.0.1" }.Uri;
        return server;
    }

    /// <summary>Answers reviews at a path: the function gets the request and gives the response, to which the uid is added.</summary>
    public void At(string path, Func<JsonObject, JsonObject> respond) => AtRaw(path, async (http, review) =>
    {
        var response = respond(review["request"]!.AsObject());
        response["uid"] ??= review["request"]!["uid"]!.DeepClone();
        var answer = new JsonObject { ["apiVersion"] = review["apiVersion"]!.DeepClone(), ["kind"] = "AdmissionReview", ["response"] = response };
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer.ToJsonString());
    });

    /// <summary>Answers reviews at a path in whatever way.</summary>
    public void AtRaw(string path, Func<HttpContext, JsonObject, Task> handle) => _handlers[path] = handle;

    public IReadOnlyList<JsonObject> AskedAt(string path) => [.. Asked.Where(asked => asked.Path == path).Select(asked => asked.Request)];

    private async Task HandleAsync(HttpContext http)
    {
        var review = JsonNode.Parse(await new StreamReader(http.Request.Body).ReadToEndAsync())!.AsObject();
        var path = http.Request.Path.Value!;
        Asked.Enqueue((path, review["request"]!.DeepClone().AsObject()));
        if (_handlers.TryGetValue(path, out var handle)) await handle(http, review);
        else http.Response.StatusCode = 404;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _authority.Dispose();
    }
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using DpuCluster.Testing;

namespace DpuCluster.ApiServer.Tests.Protobuf;

/// <summary>A server, and the real kubectl to use it with.</summary>
internal sealed class KubectlServer : IAsyncDisposable
{
    private readonly EmbeddedApiServer _server;
    private readonly string _home = Directory.CreateTempSubdirectory("kubectl").FullName;

    private KubectlServer(EmbeddedApiServer server) => _server = server;

    public EmbeddedApiServer Server => _server;

    private string Kubeconfig => PathOf("kubeconfig");

    public static async Task<KubectlServer> StartAsync()
    {
        var started = new KubectlServer(await EmbeddedApiServer.StartAsync());
        await File.WriteAllTextAsync(started.Kubeconfig, started._server.AdminKubeconfig);
        return started;
    }

    public string PathOf(string file) => Path.Combine(_home, file);

    /// <summary>Runs kubectl, which must succeed.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await TryAsync(arguments);
        code.ShouldBe(0, $"kubectl {string.Join(' ', arguments)}: {errors}");
        return output;
    }

    /// <summary>Runs kubectl and tells how it ended.</summary>
    public async Task<(int Code, string Output, string Errors)> TryAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Tools.Require("kubectl")) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--kubeconfig", Kubeconfig, "--cache-dir", PathOf("cache"), .. arguments]) start.ArgumentList.Add(argument);
        start.Environment["HOME"] = _home;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, errors);
    }

    /// <summary>An object as the server has it.</summary>
    public async Task<JsonObject> GetAsync(params string[] arguments) =>
        JsonNode.Parse(await RunAsync([.. (string[])["get", "-o", "json"], .. arguments]))!.AsObject();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}

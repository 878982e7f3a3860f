using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DpuCluster.Testing;

namespace DpuCluster.Cli.Tests;

/// <summary>Whatever a user gets wrong is named, with its place and the remedy, on standard error, with exit code 2.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Executable _executable = new();

    public void Dispose() => _executable.Dispose();

    [Theory]
    [InlineData("", "command", "--help")]
    [InlineData("nonsense", "nonsense", "--help")]
    [InlineData("standalone --nonsense", "--nonsense", "standalone --help")]
    [InlineData("standalone --datadir x", "--datadir", "\n  --data-dir\n")]
    [InlineData("stndalone", "stndalone", "\n  standalone\n")]
    [InlineData("standalone tennant x", "tennant", "\n  tenant\n")]
    [InlineData("standalone --port", "--port", "standalone --help")]
    [InlineData("standalone --port abc", "--port: \"abc\"", "0 to 65535")]
    [InlineData("standalone --port 70000", "--port: \"70000\"", "0 to 65535")]
    [InlineData("standalone --port -1", "--port", "--help")]
    [InlineData("standalone --name Not_A_Name", "\"Not_A_Name\"", "lower-case")]
    [InlineData("standalone --without kamaji", "\"kamaji\"", "kamaji-cluster-manager")]
    [InlineData("standalone tenant", "tenant", "--help")]
    [InlineData("standalone tenant ../x", "../x", "lower-case")]
    [InlineData("static-cluster-manager --kubeconfig /nonexistent/file", "/nonexistent/file", "does not exist")]
    [InlineData("static-cluster-manager", "kubeconfig", "--kubeconfig")]
    [InlineData("static-cluster-manager --workers 0", "--workers: \"0\"", "1 to 64")]
    [InlineData("operator --replicas 0", "--replicas: \"0\"", "1 to 10")]
    [InlineData("provisioning-controller --workers many", "--workers: \"many\"", "1 to 64")]
    [InlineData("provisioning-controller --health-check-interval-seconds 0", "--health-check-interval-seconds", "1 to 3600")]
    [InlineData("provisioning-controller --leader-elect=maybe", "maybe", "--help")]
    [InlineData("provisioning-controller --mirror-older-group=perhaps", "perhaps", "--help")]
    [InlineData("migrate", "'-f' is required", "migrate --help")]
    [InlineData("migrate -f /nonexistent/file", "/nonexistent/file", "standard input")]
    [InlineData("migrate -f /", "/: is a directory", "standard input")]
    [InlineData("migrate -f - --in-place", "--in-place", "name a file")]
    public async Task Bad_flag_is_refused(string arguments, string thing, string remedy)
    {
        var result = await _executable.Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        ShouldRefuse(result, thing, remedy);
    }

    [Fact]
    public async Task Misspelt_command_is_the_only_thing_that_is_wrong() =>
        (await _executable.Run("stndalone")).Error.ShouldNotContain("Required command");

    [Fact]
    public async Task Port_that_somebody_else_has_is_refused_without_what_the_web_server_says()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        ShouldRefuse(await _executable.Run("standalone", "--port", port), $"port {port}", "--port");
    }

    [Fact]
    public async Task Bad_log_level_is_refused() =>
        ShouldRefuse(await _executable.With("DPUCLUSTER_LOG_LEVEL", "loud").Run("standalone"), "DPUCLUSTER_LOG_LEVEL is \"loud\"", "information");

    [Fact]
    public async Task State_directory_that_cannot_be_made_is_refused() => ShouldRefuse(
        await _executable.With("XDG_STATE_HOME", _executable.File("a-file", "")).Run("standalone"), "a-file", "XDG_STATE_HOME");

    [Fact]
    public async Task File_of_KUBECONFIG_that_is_no_kubeconfig_is_refused() => ShouldRefuse(
        await _executable.With("KUBECONFIG", _executable.File("notes", "just some notes")).Run("static-cluster-manager"), "notes", "clusters, users and contexts");

    [Fact]
    public async Task Kubeconfig_with_a_broken_certificate_is_refused_without_the_credential()
    {
        var file = _executable.File("broken", """
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
            users: [{name: u, user: {client-certificate-data: czNjcjN0LWNlcnQ=, client-key-data: czNjcjN0LWtleQ==}}]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            current-context: x
            """);

        var result = await _executable.Run("static-cluster-manager", "--kubeconfig", file);

        ShouldRefuse(result, file, "client-certificate-data");
        (result.Output + result.Error).ShouldNotContain("s3cr3t");
        (result.Output + result.Error).ShouldNotContain("czNjcjN0");
    }

    [Theory]
    [InlineData("--metrics-bind-address")]
    [InlineData("--health-probe-bind-address")]
    public async Task Address_that_is_none_is_refused(string flag)
    {
        var result = await _executable.Run("static-cluster-manager", "--kubeconfig", Kubeconfig(), flag, "nowhere");

        ShouldRefuse(result, $"{flag}: \"nowhere\"", ":PORT");
    }

    [Fact]
    public async Task Context_that_does_not_exist_is_refused() =>
        ShouldRefuse(await _executable.Run("static-cluster-manager", "--kubeconfig", Kubeconfig(), "--context", "nope"), "nope", "context");

    [Fact]
    public async Task File_to_write_to_that_is_no_kubeconfig_is_refused_and_stays()
    {
        var file = _executable.File("notes", "just some notes");

        ShouldRefuse(await _executable.Run("standalone", "--write-kubeconfig", file), file, "clusters");

        (await File.ReadAllTextAsync(file)).ShouldBe("just some notes");
    }

    private string Kubeconfig() => _executable.File("kubeconfig", """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
        users: [{name: u, user: {token: t}}]
        contexts: [{name: x, context: {cluster: c, user: u}}]
        current-context: x
        """);

    private static void ShouldRefuse(ProcessResult result, string thing, string remedy)
    {
        result.ExitCode.ShouldBe(2, result.Error);
        result.Output.ShouldBeEmpty();
        result.Error.ShouldStartWith("dpucluster: ");
        result.Error.ShouldContain(thing);
        result.Error.ShouldContain(remedy);
        result.Error.ShouldNotContain("   at ");
        result.Error.ShouldNotContain("Exception:");
    }
}

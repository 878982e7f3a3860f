using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Kubeconfig;

namespace DpuCluster.Kubernetes.Client;

/// <summary>How a credential plugin is run.</summary>
internal sealed record ExecCommand(
    string ApiVersion, string Command, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string? InstallHint, JsonObject? Cluster)
{
    public override string ToString() => Command;
}

/// <summary>A client certificate that is known only once a request is to be sent.</summary>
internal interface ICertificateSource
{
    /// <summary>The present certificate; asked for after the token.</summary>
    (X509Certificate2 Certificate, X509Certificate2Collection? Chain)? Certificate { get; }
}

/// <summary>
/// A program that prints credentials (<c>client.authentication.k8s.io</c>). Run when there are none, when they expire, and when the server
/// has refused them; by one request at a time, for which the others wait.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Nobody asks the semaphore for its wait handle; without one it holds nothing to give back.")]
internal sealed class ExecPlugin(ExecCommand command, Func<string, Exception?, KubeconfigException> error, TimeProvider clock)
    : ITokenSource, ICertificateSource
{
    private const int MaxOutput = 1024 * 1024;

    // Credentials that expire while a request is on its way are of no use.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1);
    private volatile Credential? _last;

    public (X509Certificate2 Certificate, X509Certificate2Collection? Chain)? Certificate => _last?.Certificate;

    public async ValueTask<string?> GetTokenAsync(CancellationToken cancellation)
    {
        if (Valid() is { } known)
        {
            return known.Token;
        }

        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return (Valid() ?? (_last = Read(await RunAsync(cancellation).ConfigureAwait(false)))).Token;
        }
        finally
        {
            _one.Release();
        }
    }

    public bool Refused(string? token)
    {
        if (_last is { } last && last.Token == token)
        {
            _last = null;
        }

        return true;
    }

    public override string ToString() => $"plugin {command.Command}";

    private Credential? Valid() => _last is { } last && (last.Expires is null || last.Expires > clock.GetUtcNow() + Margin) ? last : null;

    private async Task<byte[]> RunAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(command.Command, command.Arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = Info();
        using var process = Start(start);
        try
        {
            process.StandardInput.Close();
            using var output = new MemoryStream();
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await process.StandardOutput.BaseStream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                output.Write(buffer, 0, read);
                if (output.Length > MaxOutput)
                {
                    throw error($"the plugin {command.Command} prints more than {MaxOutput / 1024} KiB", null);
                }
            }

            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return process.ExitCode == 0
                ? output.ToArray()
                : throw error($"the plugin {command.Command} failed with exit code {process.ExitCode}; run it by hand to see why", null);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            var hint = command.InstallHint is null ? "install it, or put it on the PATH" : $"its author says: {command.InstallHint}";
            throw error($"the plugin {command.Command} cannot be run; {hint}", exception);
        }
    }

    private string Info()
    {
        var spec = new JsonObject { ["interactive"] = false };
        if (command.Cluster is { } cluster)
        {
            var told = new JsonObject();
            foreach (var field in (ReadOnlySpan<string>)["server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data", "proxy-url"])
            {
                if (cluster[field] is { } value)
                {
                    told[field] = value.DeepClone();
                }
            }

            var config = (cluster["extensions"] as JsonArray)?.OfType<JsonObject>()
                .FirstOrDefault(each => each["name"] is JsonValue name && name.TryGetValue<string>(out var text) && text == "client.authentication.k8s.io/exec");
            if (config?["extension"] is { } extension)
            {
                told["config"] = extension.DeepClone();
            }

            spec["cluster"] = told;
        }

        var info = new JsonObject { ["apiVersion"] = command.ApiVersion, ["kind"] = "ExecCredential", ["spec"] = spec };
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            info.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private Credential Read(byte[] output)
    {
        try
        {
            using var json = JsonDocument.Parse(output);
            var version = json.RootElement.GetProperty("apiVersion").GetString();
            if (version != command.ApiVersion)
            {
                throw error($"the plugin {command.Command} answers in another version than {command.ApiVersion}, which the kubeconfig names", null);
            }

            var status = json.RootElement.GetProperty("status");
            var token = Text(status, "token");
            (X509Certificate2, X509Certificate2Collection?)? certificate = null;
            if (Text(status, "clientCertificateData") is { } pem)
            {
                certificate = KubeconfigCertificates.Client(pem, Text(status, "clientKeyData") ?? "")
                    ?? throw error($"the plugin {command.Command} gives a client certificate and key that are no PEM, or do not belong together", null);
            }

            if (token is null && certificate is null)
            {
                throw error($"the plugin {command.Command} gives neither a token nor a client certificate", null);
            }

            DateTimeOffset? expires = status.TryGetProperty("expirationTimestamp", out var at) && at.ValueKind == JsonValueKind.String ? at.GetDateTimeOffset() : null;
            return new Credential(token, certificate, expires);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Without the inner exception: it may quote what was printed, which are credentials.
            throw error($"the plugin {command.Command} prints no ExecCredential with a status", null);
        }
    }

    private static string? Text(JsonElement status, string name) =>
        status.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? text : null;

    private sealed record Credential(string? Token, (X509Certificate2 Certificate, X509Certificate2Collection? Chain)? Certificate, DateTimeOffset? Expires)
    {
        public override string ToString() => "credential";
    }
}

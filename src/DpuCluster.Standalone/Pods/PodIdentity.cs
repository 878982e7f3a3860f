using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;
using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.Pods;

/// <summary>
/// What a pod is to the API server: a token of its service account, bound to the pod, in a file that is written anew before the token ends,
/// and a kubeconfig that names that file.
/// </summary>
internal sealed class PodIdentity(KubernetesClient client, Pod pod, string directory, TimeProvider clock)
{
    private const int LifeSeconds = 3600;

    /// <summary>How long a token is used: a kubelet renews it after four fifths of its life too.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(LifeSeconds * 0.8);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    /// <summary>The kubeconfig.</summary>
    public string Kubeconfig => Path.Combine(directory, "kubeconfig");

    private string Token => Path.Combine(directory, "token");

    /// <summary>Writes both.</summary>
    /// <exception cref="KubernetesException">Among others: there is no such service account.</exception>
    public async Task WriteAsync(CancellationToken cancellation)
    {
        await RenewAsync(cancellation).ConfigureAwait(false);
        Put(Kubeconfig, Document().ToJsonString());
    }

    /// <summary>Renews the token until it is cancelled.</summary>
    public async Task KeepAsync(CancellationToken cancellation)
    {
        var wait = Renewal;
        while (true)
        {
            await Task.Delay(wait, clock, cancellation).ConfigureAwait(false);
            try
            {
                await RenewAsync(cancellation).ConfigureAwait(false);
                wait = Renewal;
            }
            catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException or TimeoutException)
            {
                // The old one is good for a while yet.
                wait = Retry;
            }
        }
    }

    /// <summary>Takes everything away.</summary>
    public void Remove()
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private async Task RenewAsync(CancellationToken cancellation)
    {
        var account = pod.Spec?.Extra?.TryGetValue("serviceAccountName", out var named) is true ? named.GetString()! : "default";

        // A subresource that is only created has no client of its own: to the client it is a collection below the account.
        var requests = new ResourceType("", "v1", "TokenRequest", $"serviceaccounts/{account}/token", Namespaced: true);
        var request = new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "TokenRequest",
            ["metadata"] = new JsonObject { ["namespace"] = pod.Metadata.Namespace },
            ["spec"] = new JsonObject
            {
                ["expirationSeconds"] = LifeSeconds,
                ["boundObjectRef"] = new JsonObject
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "Pod",
                    ["name"] = pod.Metadata.Name,
                    ["uid"] = pod.Metadata.Uid,
                },
            },
        };
        var answer = await client.Unstructured(requests)
            .CreateAsync(request.Deserialize(KubernetesJsonContext.Default.Unstructured)!, WorkloadHost.Writing, cancellation).ConfigureAwait(false);
        Put(Token, answer.Fields!["status"].GetProperty("token").GetString()!);
    }

    private JsonObject Document()
    {
        var server = client.Configuration;
        var authorities = string.Concat((server.CertificateAuthorities ?? []).Select(one => one.ExportCertificatePem() + "\n"));
        const string name = "host";
        return new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Config",
            ["current-context"] = name,
            ["clusters"] = Named("cluster", new()
            {
                ["server"] = server.Server.ToString(),
                ["certificate-authority-data"] = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(authorities)),
            }),
            ["users"] = Named("user", new() { ["tokenFile"] = Token }),
            ["contexts"] = Named("context", new() { ["cluster"] = name, ["user"] = name, ["namespace"] = pod.Metadata.Namespace }),
        };

        static JsonArray Named(string what, JsonObject value) => new(new JsonObject { ["name"] = name, [what] = value });
    }

    /// <summary>Readable for the user alone, and as a whole or not at all.</summary>
    private void Put(string file, string text)
    {
        Directory.CreateDirectory(directory);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var fresh = $"{file}.new";
        using (var writer = new StreamWriter(fresh, options))
        {
            writer.Write(text);
        }

        File.Move(fresh, file, overwrite: true);
    }
}

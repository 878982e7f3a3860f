using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Client.Tests;

/// <summary>A host cluster with the DPUCluster dpu/c1 and its Secret, and the DPU cluster behind it.</summary>
internal sealed class World : IAsyncDisposable
{
    private const string Secrets = "/api/v1/namespaces/dpu/secrets";
    private const string Clusters = "/apis/provisioning.dpu.nvidia.com/v1alpha1/namespaces/dpu/dpuclusters";

    private World(FakeApiServer host, FakeApiServer dpu)
    {
        Host = host;
        Dpu = dpu;
        HostClient = new(new() { Server = host.Address });
        dpu.Put("/api/v1/namespaces", "default", Json(new Namespace { Metadata = new() { Name = "default" } }));
    }

    public FakeApiServer Host { get; }

    public FakeApiServer Dpu { get; }

    public KubernetesClient HostClient { get; }

    public static DPUCluster Cluster { get; } = new()
    {
        Metadata = new() { Namespace = "dpu", Name = "c1" },
        Spec = new() { Type = ClusterType.Static, Kubeconfig = "c1-kubeconfig" },
    };

    public static async Task<World> StartAsync() => new(await FakeApiServer.StartAsync(), await FakeApiServer.StartAsync(tls: true));

    /// <summary>A Secret that opens the DPU cluster with this token.</summary>
    public Secret SecretWith(string token) => KubeconfigBuilder.With(kubeconfig =>
    {
        kubeconfig.Cluster["server"] = Dpu.Address.ToString();
        kubeconfig.User.Clear();
        kubeconfig.User["token"] = token;
    }).Secret();

    public void PutSecret(Secret secret) => Host.Put(Secrets, "c1-kubeconfig", Json(secret));

    public void DeleteSecret() => Host.Delete(Secrets, "c1-kubeconfig");

    public void PutCluster(DPUCluster cluster) => Host.Put(Clusters, cluster.Metadata.Name!, Json(cluster));

    /// <summary>A call that the DPU cluster answers with whatever it has.</summary>
    public static Task<Namespace> Call(KubernetesClient client, CancellationToken cancellation) =>
        client.Resources<Namespace>().GetAsync(null, "default", cancellation);

    public static DPUCluster WithStatus(string phase, params (string Type, string Status, string Reason, string Message)[] conditions) => Cluster with
    {
        Status = new()
        {
            Phase = phase,
            Conditions =
            [
                .. conditions.Select(condition => new Condition
                {
                    Type = condition.Type,
                    Status = condition.Status,
                    Reason = condition.Reason,
                    Message = condition.Message,
                    LastTransitionTime = DateTimeOffset.UnixEpoch,
                }),
            ],
        },
    };

    public async ValueTask DisposeAsync()
    {
        HostClient.Dispose();
        await Host.DisposeAsync();
        await Dpu.DisposeAsync();
    }

    private static JsonObject Json<T>(T obj)
        where T : class, IKubernetesObject<T> => (JsonObject)JsonNode.Parse(JsonSerializer.Serialize(obj, T.JsonType))!;
}

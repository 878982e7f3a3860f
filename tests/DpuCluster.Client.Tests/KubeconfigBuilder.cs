using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Client.Tests;

/// <summary>Kubeconfigs and the Secrets that hold them; each starts as one that is accepted.</summary>
internal sealed class KubeconfigBuilder
{
    public static (string Certificate, string Key) Admin { get; } = TestCertificates.Client("admin");

    public JsonObject Root { get; } = (JsonObject)JsonNode.Parse($$$"""
        {
          "apiVersion": "v1", "kind": "Config", "current-context": "admin@dpu",
          "clusters": [{"name": "dpu", "cluster": {"server": "https://10.0.110.10:6443", "certificate-authority-data": "{{{TestCertificates.AuthorityData}}}"}}],
          "users": [{"name": "admin", "user": {"client-certificate-data": "{{{Admin.Certificate}}}", "client-key-data": "{{{Admin.Key}}}"}}],
          "contexts": [{"name": "admin@dpu", "context": {"cluster": "dpu", "user": "admin", "namespace": "apps"}}]
        }
        """)!;

    public JsonObject Cluster => Root["clusters"]![0]!["cluster"]!.AsObject();

    public JsonObject User => Root["users"]![0]!["user"]!.AsObject();

    /// <summary>The kubeconfig after a change.</summary>
    public static KubeconfigBuilder With(Action<KubeconfigBuilder> change)
    {
        var builder = new KubeconfigBuilder();
        change(builder);
        return builder;
    }

    /// <summary>The user has nothing but what the change gives.</summary>
    public static KubeconfigBuilder WithUser(Action<JsonObject> change) => With(kubeconfig =>
    {
        kubeconfig.User.Clear();
        change(kubeconfig.User);
    });

    public Secret Secret(string key = "admin.conf") => SecretOf((key, Root.ToJsonString()));

    public static Secret SecretOf(params (string Key, string Content)[] data) => new()
    {
        Metadata = new ObjectMeta { Namespace = "dpu", Name = "c1-kubeconfig" },
        Data = data.ToDictionary(entry => entry.Key, entry => Encoding.UTF8.GetBytes(entry.Content)),
    };
}

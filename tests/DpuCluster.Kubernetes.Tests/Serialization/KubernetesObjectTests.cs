using System.Text.Json;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Kubernetes.Tests.Serialization;

public sealed class KubernetesObjectTests
{
    [Fact]
    public void ApiVersion_kind_and_metadata_are_written_first()
    {
        var lease = new Lease { Spec = new LeaseSpec { HolderIdentity = "a" }, Metadata = new ObjectMeta { Name = "l" } };

        JsonSerializer.Serialize(lease, Lease.JsonType).ShouldBe(
            """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l"},"spec":{"holderIdentity":"a"}}""");
    }

    [Fact]
    public void Fields_that_the_type_does_not_name_survive_a_change_of_the_metadata()
    {
        const string Json = """{"apiVersion":"v1","kind":"Node","metadata":{"name":"n"},"spec":{"podCIDR":"10.0.0.0/24"},"status":{"phase":"x"}}""";
        var node = JsonSerializer.Deserialize(Json, Node.JsonType)!;

        var renamed = node.WithMetadata(node.Metadata with { Name = "m" });

        JsonSerializer.Serialize(renamed, Node.JsonType).ShouldBe(Json.Replace("\"n\"", "\"m\"", StringComparison.Ordinal));
        node.Metadata.Name.ShouldBe("n");
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Api.Tests;

public sealed class SerializationTests
{
    private const string Everything = """
        {
          "apiVersion": "provisioning.dpu.nvidia.com/v1alpha1",
          "kind": "DPUCluster",
          "metadata": {
            "name": "c1", "namespace": "dpu", "uid": "u", "resourceVersion": "7", "generation": 2,
            "creationTimestamp": "2026-01-02T03:04:05Z", "labels": {"Some/Label": "x"}, "newMeta": [1, {"a": null}]
          },
          "spec": {
            "type": "kamaji", "maxNodes": 10, "version": "v1.30.2", "kubeconfig": "c1-admin-kubeconfig",
            "clusterEndpoint": {
              "keepalived": {
                "interface": "br0", "vip": "10.0.0.1", "virtualRouterID": 7, "nodeSelector": {"a": "b"}, "newKeepalived": true
              },
              "newEndpoint": {"x": 1}
            },
            "newSpec": "kept"
          },
          "status": {
            "phase": "Ready",
            "conditions": [{
              "type": "Ready", "status": "True", "reason": "HealthCheckPassed", "message": "",
              "lastTransitionTime": "2026-01-02T03:04:05Z", "observedGeneration": 2, "newCondition": 1.5
            }],
            "version": "v1.30.2", "nodesCount": 3, "observedGeneration": 2, "newStatus": {}
          },
          "newTop": "kept"
        }
        """;

    [Fact]
    public void A_round_trip_keeps_every_field_known_or_not()
    {
        var cluster = JsonSerializer.Deserialize(Everything, DPUCluster.JsonType)!;

        var written = JsonNode.Parse(JsonSerializer.Serialize(cluster, DPUCluster.JsonType));

        JsonNode.DeepEquals(written, JsonNode.Parse(Everything)).ShouldBeTrue(written!.ToString());
    }

    [Fact]
    public void What_is_known_is_read_into_its_place()
    {
        var cluster = JsonSerializer.Deserialize(Everything, DPUCluster.JsonType)!;

        cluster.Key.ShouldBe(new NamespacedName("dpu", "c1"));
        cluster.Spec.ClusterEndpoint!.Keepalived!.VirtualRouterId.ShouldBe(7);
        cluster.Status!.Conditions!.Single().IsTrue.ShouldBeTrue();
    }

    [Fact]
    public void A_change_by_with_keeps_what_the_type_does_not_name()
    {
        var cluster = JsonSerializer.Deserialize(Everything, DPUCluster.JsonType)!;

        var changed = cluster with { Status = cluster.Status! with { Phase = ClusterPhase.NotReady } };

        var expected = JsonNode.Parse(Everything)!;
        expected["status"]!["phase"] = "NotReady";
        var written = JsonNode.Parse(JsonSerializer.Serialize(changed, DPUCluster.JsonType));
        JsonNode.DeepEquals(written, expected).ShouldBeTrue(written!.ToString());
    }

    [Fact]
    public void The_least_object_says_its_kind_and_nothing_that_was_not_said()
    {
        var cluster = new DPUCluster { Spec = new DPUClusterSpec { Type = ClusterType.Static } };

        JsonSerializer.Serialize(cluster, DPUCluster.JsonType).ShouldBe(
            """{"apiVersion":"provisioning.dpu.nvidia.com/v1alpha1","kind":"DPUCluster","metadata":{},"spec":{"type":"static"}}""");
    }
}

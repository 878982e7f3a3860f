using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpuCluster.Api.Tests;

public sealed class TenantControlPlaneTests
{
    private const string Manifest = """
        {"apiVersion":"kamaji.clastix.io/v1alpha1","kind":"TenantControlPlane","metadata":{"name":"a","namespace":"b"},
         "spec":{"dataStore":"default","dataStoreSchema":"kept",
           "controlPlane":{"deployment":{"replicas":3,"strategy":{"type":"RollingUpdate"},
               "resources":{"apiServer":{"requests":{"cpu":1,"memory":"512Mi"},"claims":[{"name":"kept"}]}},
               "tolerations":[{"key":"k","operator":"Exists","effect":"NoSchedule"}]},
             "service":{"serviceType":"NodePort","additionalPorts":[]},"ingress":{"hostname":"kept"}},
           "kubernetes":{"version":"v1.30.2","kubelet":{"cgroupfs":"systemd","preferredAddressTypes":["Hostname"]}},
           "networkProfile":{"address":"10.0.0.1","port":30001,"podCidr":"10.244.0.0/16"},
           "addons":{"coreDNS":{},"kubeProxy":{},"konnectivity":{"server":{"port":8132}}}},
         "status":{"kubernetesResources":{"version":{"status":"Ready","version":"v1.30.2"},"service":{"name":"kept"}},"certificates":{"ca":{}}}}
        """;

    [Fact]
    public void Fields_without_a_name_survive_reading_and_writing()
    {
        var read = JsonSerializer.Deserialize(Manifest, TenantControlPlane.JsonType)!;

        read.Spec!.Kubernetes!.Version.ShouldBe("v1.30.2");
        read.Status!.KubernetesResources!.Version!.Status.ShouldBe(TenantState.Ready);
        JsonNode.DeepEquals(JsonSerializer.SerializeToNode(read, TenantControlPlane.JsonType), JsonNode.Parse(Manifest)).ShouldBeTrue();
    }

    [Fact]
    public void Every_part_of_the_definition_for_the_standalone_environment_keeps_unknown_fields()
    {
        var definition = CrdFacts.Load(ApiCrds.StandIns["tenantcontrolplanes.kamaji.clastix.io"]);
        var root = definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!;

        foreach (var part in new[] { "spec", "status" })
        {
            Pruning(part, root[part]!.AsObject()).ShouldBeEmpty();
        }
    }

    private static IEnumerable<string> Pruning(string path, JsonObject schema)
    {
        if (schema["properties"] is JsonObject properties)
        {
            if (schema["x-kubernetes-preserve-unknown-fields"]?.GetValue<bool>() is not true)
            {
                yield return path;
            }

            foreach (var found in properties.SelectMany(property => Pruning($"{path}.{property.Key}", property.Value!.AsObject())))
            {
                yield return found;
            }
        }

        if (schema["items"] is JsonObject items)
        {
            foreach (var found in Pruning($"{path}[]", items))
            {
                yield return found;
            }
        }
    }
}

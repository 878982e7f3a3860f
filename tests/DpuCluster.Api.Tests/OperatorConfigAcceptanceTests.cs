using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.CustomResources;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.Testing;

namespace DpuCluster.Api.Tests;

/// <summary>DPFOperatorConfigs held to our definition and to that of release 24.10, by the code of the embedded API server.</summary>
public sealed class OperatorConfigAcceptanceTests
{
    private const int Seed = 20241101;

    private static readonly CustomResourceVersion Ours = AcceptanceTests.Version(ApiCrds.All["dpfoperatorconfigs.operator.dpu.nvidia.com"]);

    [ReferenceFact]
    public void What_the_reference_accepts_ours_accepts_and_keeps()
    {
        var reference = AcceptanceTests.Version(File.ReadAllText(ReferenceFiles.Find("dpfoperatorconfigs-crd-24.10.yaml")));
        var random = new Random(Seed);
        var accepted = 0;
        var refused = 0;
        for (var i = 0; i < 5000; i++)
        {
            var config = RandomConfig(random);
            if (Errors(reference, config).Count > 0)
            {
                refused++;
                continue;
            }

            accepted++;
            Errors(Ours, config).ShouldBeEmpty($"seed {Seed}, object {i}: {config.ToJsonString()}");
            var (kept, keptByReference) = (Pruned(Ours, config), Pruned(reference, config));
            IsWithin(kept, keptByReference).ShouldBeTrue($"seed {Seed}, object {i}: {keptByReference.ToJsonString()} became {kept.ToJsonString()}");
        }

        // Otherwise the objects would say nothing.
        accepted.ShouldBeGreaterThan(500);
        refused.ShouldBeGreaterThan(500);
    }

    [Theory]
    [InlineData("{}", "")]
    [InlineData("""{"provisioningController":{"bfbPVCName":"bfb-pvc"},"staticClusterManager":{},"imagePullSecrets":["dpf-pull-secret"]}""", "")]
    [InlineData("""{"staticClusterManager":{"image":"two words"}}""", "spec.staticClusterManager.image")]
    [InlineData("""{"kamajiClusterManager":{"disable":"yes"}}""", "spec.kamajiClusterManager.disable")]
    [InlineData("""{"provisioningController":{"bfbPVCName":""}}""", "spec.provisioningController.bfbPVCName")]
    [InlineData("""{"imagePullSecrets":"one"}""", "spec.imagePullSecrets")]
    public void Ours_refuses_by_field(string spec, string field)
    {
        var errors = Errors(Ours, new() { ["spec"] = JsonNode.Parse(spec) });

        (errors.Count == 0 ? "" : errors[0].Field).ShouldBe(field);
    }

    [Fact]
    public void What_has_no_name_here_survives_reading_and_writing()
    {
        const string text = """
            {"apiVersion":"operator.dpu.nvidia.com/v1alpha1","kind":"DPFOperatorConfig","metadata":{"name":"dpfoperatorconfig"},
             "spec":{"provisioningController":{"bfbPVCName":"bfb-pvc","dmsTimeout":900},"flannel":{"disable":true},"networking":{"controlPlaneMTU":9000}}}
            """;

        var written = JsonSerializer.SerializeToNode(JsonSerializer.Deserialize(text, DPFOperatorConfig.JsonType)!, DPFOperatorConfig.JsonType)!;

        IsWithin(written, JsonNode.Parse(text)!).ShouldBeTrue(written.ToJsonString());
    }

    private static IReadOnlyList<FieldError> Errors(CustomResourceVersion version, JsonObject config) =>
        AcceptanceTests.Errors(version, config, nameof(DPFOperatorConfig));

    private static JsonObject Pruned(CustomResourceVersion version, JsonObject config)
    {
        var value = (JsonObject)config.DeepClone();
        SchemaPruner.Prune(version.Schema, value, isResourceRoot: true);
        return value;
    }

    /// <summary>Whether everything in the one object is in the other too.</summary>
    private static bool IsWithin(JsonNode? larger, JsonNode? smaller) => (larger, smaller) switch
    {
        (JsonObject have, JsonObject want) => want.All(field => have.ContainsKey(field.Key) && IsWithin(have[field.Key], field.Value)),
        _ => JsonNode.DeepEquals(larger, smaller),
    };

    private static JsonObject RandomConfig(Random random)
    {
        var spec = new JsonObject();
        foreach (var section in new[]
        {
            "provisioningController", "kamajiClusterManager", "staticClusterManager", "dpuServiceController", "flannel", "multus", "dpuDetector", "laterOne",
        })
        {
            if (random.NextDouble() < (section == "provisioningController" ? 0.97 : 0.3))
            {
                spec[section] = Section(section);
            }
        }

        Maybe(spec, "imagePullSecrets", 0.4, new JsonArray(), new JsonArray("one"), new JsonArray("one", "two"), new JsonArray(1), "one");
        if (random.NextDouble() < 0.4)
        {
            var overrides = new JsonObject();
            Maybe(overrides, "paused", 0.8, true, false, "true");
            Maybe(overrides, "later", 0.1, "x");
            spec["overrides"] = overrides;
        }

        if (random.NextDouble() < 0.3)
        {
            var networking = new JsonObject();
            Maybe(networking, "controlPlaneMTU", 0.5, 1500, 9216, 9217, -1);
            spec["networking"] = networking;
        }

        return new() { ["spec"] = spec };

        JsonObject Section(string name)
        {
            var section = new JsonObject();
            Maybe(section, "disable", 0.4, true, false, false, 1);
            Maybe(section, "image", 0.3, "example.test/dpf/manager:v1", "example.test:5000/a/b@sha256:0123456789012345678901234567890123456789", "two words", "", "UPPER");
            Maybe(section, "later", 0.1, "x");
            if (name == "provisioningController")
            {
                Maybe(section, "bfbPVCName", 0.97, "bfb-pvc", "bfb-pvc", "x", "");
                Maybe(section, "dmsTimeout", 0.2, 1, 900, 0);
            }
            else if (name is "flannel" or "multus")
            {
                Maybe(section, "helmChart", 0.3, "oci://example.test/chart", "http://example.test/chart");
            }

            return section;
        }

        void Maybe(JsonObject into, string field, double chance, params JsonNode[] values)
        {
            if (random.NextDouble() < chance)
            {
                into[field] = values[random.Next(values.Length)].DeepClone();
            }
        }
    }
}

using System.Text.Json.Nodes;
using DpuCluster.ApiServer.CustomResources;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.Testing;

namespace DpuCluster.Api.Tests;

/// <summary>Objects held to our definition and to that of release 24.10, by the code of the embedded API server.</summary>
public sealed class AcceptanceTests
{
    private const int Seed = 20241031;

    private static readonly CustomResourceVersion Ours = Version(ApiCrds.All["dpuclusters.provisioning.dpu.nvidia.com"]);

    [ReferenceFact]
    public void What_the_reference_accepts_ours_accepts_unless_it_could_never_have_worked()
    {
        var reference = Version(File.ReadAllText(ReferenceFiles.Find("dpuclusters-crd-24.10.yaml")));
        var random = new Random(Seed);
        var accepted = 0;
        var refused = 0;
        for (var i = 0; i < 5000; i++)
        {
            var cluster = RandomCluster(random);
            if (Errors(reference, cluster).Count > 0)
            {
                refused++;
                continue;
            }

            accepted++;
            if (!CouldNeverHaveWorked(cluster))
            {
                Errors(Ours, cluster).ShouldBeEmpty($"seed {Seed}, object {i}: {cluster.ToJsonString()}");
            }
        }

        // Otherwise the objects would say nothing.
        accepted.ShouldBeGreaterThan(500);
        refused.ShouldBeGreaterThan(500);
    }

    [Theory]
    [InlineData("""{"type":"static"}""", "")]
    [InlineData("""{"type":"static","maxNodes":3000,"kubeconfig":""}""", "")]
    [InlineData("""{"type":"acme.example/fast"}""", "")]
    [InlineData("""{"type":"mykamaji"}""", "spec.type")]
    [InlineData("""{"type":"static","maxNodes":0}""", "spec.maxNodes")]
    [InlineData("""{"type":"static","maxNodes":3001}""", "spec.maxNodes")]
    [InlineData("""{"version":"v1.30.2"}""", "spec.type")]
    [InlineData("""{"type":"static","clusterEndpoint":{"keepalived":{"interface":"abcdefghijklmnop","vip":"10.0.0.1","virtualRouterID":1}}}""", "spec.clusterEndpoint.keepalived.interface")]
    [InlineData("""{"type":"static","clusterEndpoint":{"keepalived":{"interface":"br0","vip":"10.0.0.1","virtualRouterID":256}}}""", "spec.clusterEndpoint.keepalived.virtualRouterID")]
    [InlineData("""{"type":"static","clusterEndpoint":{"keepalived":{"interface":"br0","virtualRouterID":1}}}""", "spec.clusterEndpoint.keepalived.vip")]
    public void Ours_refuses_by_field(string spec, string field)
    {
        var errors = Errors(Ours, new() { ["spec"] = JsonNode.Parse(spec) });

        // After an error of the schema the server may add that the rules were not checked.
        (errors.Count == 0 ? "" : errors[0].Field).ShouldBe(field);
    }

    [Fact]
    public void Defaults_are_filled_in()
    {
        var cluster = new JsonObject { ["spec"] = new JsonObject { ["type"] = "static" } };

        SchemaDefaulter.Apply(Ours.Schema, cluster);

        cluster.ToJsonString().ShouldBe("""{"spec":{"type":"static","maxNodes":1000},"status":{"phase":"Pending"}}""");
    }

    /// <summary>The two rules of ours that refuse more than the reference does, and why it does not matter.</summary>
    private static bool CouldNeverHaveWorked(JsonObject cluster) =>
        // No manager takes such a type.
        ((string)cluster["spec"]!["type"]! is not ("kamaji" or "static") && ((string)cluster["spec"]!["type"]!).IndexOf('/', StringComparison.Ordinal) < 1)
        // Linux has no such interface.
        || ((string?)cluster["spec"]!["clusterEndpoint"]?["keepalived"]?["interface"])?.Length > 15;

    internal static CustomResourceVersion Version(string yaml)
    {
        var crd = CrdFacts.Load(yaml);
        CrdDefaulter.Apply(crd);
        CrdDefaulter.PrepareForCreate(crd);
        CrdNaming.Apply(crd, [], DateTimeOffset.UnixEpoch);
        return new CustomResourceDefinition(crd).StorageVersion;
    }

    internal static IReadOnlyList<FieldError> Errors(CustomResourceVersion version, JsonObject obj, string kind = "DPUCluster")
    {
        var value = (JsonObject)obj.DeepClone();
        value["apiVersion"] = version.ApiVersion;
        value["kind"] = kind;
        SchemaDefaulter.Apply(version.Schema, value);
        SchemaPruner.Prune(version.Schema, value, isResourceRoot: true);
        return version.Validator((_, _) => []).ValidateCreate(value, []);
    }

    private static JsonObject RandomCluster(Random random)
    {
        var spec = new JsonObject();
        Maybe(spec, "type", 0.98, "kamaji", "static", "static", "acme/fast", "a/", "/x", "mystatic", "", 1);
        Maybe(spec, "version", 0.95, "v1.30.2", "1.30", "x", true);
        Maybe(spec, "maxNodes", 0.5, 1, 10, 1000, 0, 1001, 3000, "10", 1.5);
        Maybe(spec, "kubeconfig", 0.5, "", "c1-kubeconfig", 7);
        Maybe(spec, "unknown", 0.1, "x");
        if (random.NextDouble() < 0.5)
        {
            var keepalived = new JsonObject();
            Maybe(keepalived, "interface", 0.98, "br0", "eth0", "abcdefghijklmno", "abcdefghijklmnop", "");
            Maybe(keepalived, "vip", 0.98, "10.0.110.10", "2001:db8::1", "no address");
            Maybe(keepalived, "virtualRouterID", 0.98, 1, 255, 128, 0, 256);
            if (random.NextDouble() < 0.3)
            {
                keepalived["nodeSelector"] = new JsonObject { ["zone"] = random.NextDouble() < 0.9 ? "a" : 1 };
            }

            spec["clusterEndpoint"] = random.NextDouble() < 0.9 ? new JsonObject { ["keepalived"] = keepalived } : new JsonObject();
        }

        var cluster = new JsonObject { ["spec"] = spec };
        if (random.NextDouble() < 0.3)
        {
            var status = new JsonObject();
            Maybe(status, "phase", 0.8, "Pending", "Creating", "Ready", "NotReady", "Failed", "Gone");
            var condition = new JsonObject { ["type"] = "Ready", ["lastTransitionTime"] = "2024-10-31T00:00:00Z" };
            Maybe(condition, "status", 0.98, "True", "False", "Unknown", "Maybe");
            Maybe(condition, "reason", 0.98, "HealthCheckPassed", "A,b:c_d", "", "1x");
            Maybe(condition, "message", 0.98, "", "text");
            Maybe(condition, "observedGeneration", 0.5, 0, 7, -1);
            status["conditions"] = new JsonArray(condition);
            cluster["status"] = status;
        }

        return cluster;

        void Maybe(JsonObject into, string field, double chance, params JsonNode[] values)
        {
            if (random.NextDouble() < chance)
            {
                into[field] = values[random.Next(values.Length)].DeepClone();
            }
        }
    }
}

using System.Text.Json.Nodes;
using DpuCluster.ApiServer.CustomResources;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Schemas.FieldValidation;
using DpuCluster.Testing;
using static DpuCluster.ApiServer.Tests.Schemas.SchemaText;

namespace DpuCluster.ApiServer.Tests.CustomResources;

public sealed class ReferenceCrdTests
{
    private static JsonObject Read(string path)
    {
        var crd = StrictYaml.Parse(File.ReadAllBytes(path)).Node!.AsObject();
        CrdDefaulter.Apply(crd);
        CrdDefaulter.PrepareForCreate(crd);
        CrdNaming.Apply(crd, [], DateTimeOffset.UnixEpoch);
        return crd;
    }

    private static CustomResourceVersion Storage(string pattern) =>
        new CustomResourceDefinition(Read(ReferenceFiles.All().Single(path => Path.GetFileName(path).StartsWith(pattern, StringComparison.Ordinal)))).StorageVersion;

    private static string ErrorsOf(CustomResourceVersion version, string spec)
    {
        var value = new JsonObject { ["apiVersion"] = version.ApiVersion, ["kind"] = "DPUCluster", ["spec"] = Json(spec) };
        SchemaDefaulter.Apply(version.Schema, value);
        SchemaPruner.Prune(version.Schema, value, isResourceRoot: true).ShouldBeEmpty();
        return Join(version.Validator((_, _) => []).ValidateCreate(value, []));
    }

    [ReferenceFact]
    public void Definitions_of_other_projects_are_accepted()
    {
        ReferenceFiles.All().ShouldNotBeEmpty();
        foreach (var path in ReferenceFiles.All())
        {
            Join(new CrdValidator(CrdRuleChecks.None).ValidateCreate(Read(path))).ShouldBeEmpty(Path.GetFileName(path));
        }
    }

    [ReferenceFact]
    public void A_cluster_that_fits_is_accepted_and_one_that_does_not_is_refused()
    {
        var version = Storage("dpuclusters-");
        ErrorsOf(version, """{"type":"static","maxNodes":10,"version":"v1.30.0","kubeconfig":"k"}""").ShouldBeEmpty();
        ErrorsOf(version, """{"type":"static","version":"v1.30.0","maxNodes":"10"}""")
            .ShouldStartWith("spec.maxNodes: Invalid value: \"string\": spec.maxNodes in body must be of type integer: \"string\"");
    }

    [ReferenceFact]
    public void Definitions_of_other_projects_come_through_reading_unchanged()
    {
        foreach (var path in ReferenceFiles.All())
        {
            var version = new CustomResourceDefinition(Read(path)).StorageVersion;
            version.Schema.Properties.Keys.ShouldBe(version.OpenApiSchema!["properties"]!.AsObject().Select(property => property.Key));
            version.Schema.Properties["spec"].Type.ShouldBe("object");
        }
    }
}

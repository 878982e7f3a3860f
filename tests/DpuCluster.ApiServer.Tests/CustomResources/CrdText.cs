using System.Text.Json.Nodes;
using DpuCluster.ApiServer.CustomResources;
using static DpuCluster.ApiServer.Tests.Schemas.SchemaText;

namespace DpuCluster.ApiServer.Tests.CustomResources;

/// <summary>A definition to change for tests.</summary>
internal static class CrdText
{
    public const string SchemaPath = "spec.validation.openAPIV3Schema";

    /// <summary>A valid definition, as after its creation, but for what the change does to it.</summary>
    public static JsonObject Crd(Action<JsonObject>? change = null)
    {
        var crd = Json("""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"gadgets.g.example.com"},
             "spec":{"group":"g.example.com","scope":"Namespaced","names":{"kind":"Gadget","plural":"gadgets"},
              "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
            """);
        change?.Invoke(crd["spec"]!.AsObject());
        CrdDefaulter.Apply(crd);
        CrdDefaulter.PrepareForCreate(crd);
        return crd;
    }

    /// <summary>The errors of a definition with the schema, its path left out of them.</summary>
    public static string ErrorsOfSchema(string schema) =>
        ErrorsOf(spec => spec["versions"]![0]!["schema"]!["openAPIV3Schema"] = Json(schema)).Replace(SchemaPath, "", StringComparison.Ordinal);

    public static string ErrorsOf(Action<JsonObject> change) => Join(new CrdValidator(CrdRuleChecks.None).ValidateCreate(Crd(change)));
}

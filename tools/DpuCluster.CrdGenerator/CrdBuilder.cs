using System.Reflection;
using System.Text.Json.Nodes;
using DpuCluster.Api.Schema;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.CrdGenerator;

/// <summary>Builds the CustomResourceDefinition of one type.</summary>
internal sealed class CrdBuilder(DocComments docs)
{
    /// <summary>The static <c>Resource</c> property, which every type of an object has.</summary>
    public static ResourceType ResourceOf(Type type) =>
        (ResourceType)type.GetProperty(nameof(Resource), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;

    private const string Resource = nameof(Resource);

    public JsonObject Build(Type type)
    {
        var resource = ResourceOf(type);
        var custom = type.GetCustomAttribute<CustomResourceAttribute>();
        var names = new JsonObject
        {
            ["kind"] = resource.Kind,
            ["listKind"] = $"{resource.Kind}List",
            ["plural"] = resource.Plural,
            ["singular"] = custom?.Singular ?? resource.Kind.ToLowerInvariant(),
        };
        if (custom?.ShortName is { } shortName)
        {
            names["shortNames"] = new JsonArray((JsonNode)shortName);
        }

        var metadata = new JsonObject
        {
            ["name"] = resource.GroupResource,
            // Without it, removing a Helm release would remove the definition and with it every object of the kind.
            ["annotations"] = new JsonObject { ["helm.sh/resource-policy"] = "keep" },
        };
        if (type.GetCustomAttribute<CustomResourceAttribute>()?.IsApplySetParent is true)
        {
            metadata["labels"] = new JsonObject { ["applyset.kubernetes.io/is-parent-type"] = "true" };
        }

        return new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject
            {
                ["group"] = resource.Group,
                ["names"] = names,
                ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
                ["versions"] = new JsonArray(Version(type, resource)),
            },
        };
    }

    private JsonObject Version(Type type, ResourceType resource)
    {
        var version = new JsonObject { ["name"] = resource.Version, ["served"] = true, ["storage"] = true };
        var columns = type.GetCustomAttributes<PrinterColumnAttribute>().Select(Column).ToArray();
        if (columns.Length > 0)
        {
            version["additionalPrinterColumns"] = new JsonArray(columns);
        }

        version["schema"] = new JsonObject { ["openAPIV3Schema"] = new SchemaBuilder(docs).Root(type) };
        if (type.GetProperty("Status") is not null)
        {
            version["subresources"] = new JsonObject { ["status"] = new JsonObject() };
        }

        return version;
    }

    private static JsonObject Column(PrinterColumnAttribute column)
    {
        var result = new JsonObject
        {
            ["name"] = column.Name,
            ["type"] = column.Type,
            ["jsonPath"] = column.JsonPath,
            ["description"] = column.Description,
        };
        if (column.Priority != 0)
        {
            result["priority"] = column.Priority;
        }

        return result;
    }
}

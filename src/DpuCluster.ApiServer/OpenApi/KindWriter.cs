using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;

namespace DpuCluster.ApiServer.OpenApi;

/// <summary>Writes the definitions of resources: their kind, the list of it, and the kinds of their subresources.</summary>
internal sealed class KindWriter(SchemaWriter schemas)
{
    /// <summary>Files of the kinds that subresources take and give, by group.</summary>
    private static readonly Dictionary<string, string> Files = new()
    {
        [""] = "core",
        ["autoscaling"] = "autoscaling",
        ["authentication.k8s.io"] = "authentication",
    };

    /// <summary>Writes the definition of the kind of a resource and of its list.</summary>
    /// <returns>Their names.</returns>
    public (string Kind, string List) Define(ResourceDefinition resource)
    {
        var name = NameOf(resource);
        if (resource.IsBuiltIn) _ = schemas.Write(resource.Schema);
        else if (!schemas.Definitions.ContainsKey(name)) schemas.Definitions[name] = Custom(resource);
        schemas.MarkKind(name, resource.Group, resource.Version, resource.Kind);
        var list = $"{name[..name.LastIndexOf('.')]}.{resource.ListKind}";
        if (resource.IsStored && !schemas.Definitions.ContainsKey(list))
        {
            schemas.Definitions[list] = List(resource, name);
            schemas.MarkKind(list, resource.Group, resource.Version, resource.ListKind);
        }

        return (name, list);
    }

    /// <summary>Writes the definition of what a subresource takes and gives.</summary>
    /// <returns>Its name, and its kind.</returns>
    public (string Name, JsonObject Kind) Define(ResourceDefinition resource, SubresourceDefinition subresource)
    {
        var (group, version, kind) = (subresource.Group ?? resource.Group, subresource.Version ?? resource.Version, subresource.Kind ?? resource.Kind);
        if (subresource.Kind is null || !Files.TryGetValue(group, out var file))
            return (NameOf(resource), SchemaWriter.Kind(resource.Group, resource.Version, resource.Kind));
        var name = schemas.Define(file, kind);
        schemas.MarkKind(name, group, version, kind);
        return (name, SchemaWriter.Kind(group, version, kind));
    }

    /// <summary>Definitions that requests and answers of every resource refer to.</summary>
    public void DefineCommon()
    {
        foreach (var type in (ReadOnlySpan<string>)["DeleteOptions", "Status", "WatchEvent", "ListMeta", "ObjectMeta"])
        {
            var name = schemas.Define("meta", type);
            if (type is "DeleteOptions" or "Status" or "WatchEvent") schemas.MarkKind(name, "", "v1", type);
        }

        schemas.Definitions[Patch] = new JsonObject { ["description"] = "A change to an object.", ["type"] = "object" };
    }

    public const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    public const string Patch = Meta + "Patch";

    private static string NameOf(ResourceDefinition resource) => resource.Schema.DefinitionName is { } name && resource.IsBuiltIn
        ? name
        : $"{string.Join('.', Enumerable.Reverse(resource.Group.Split('.')))}.{resource.Version}.{resource.Kind}";

    private JsonObject Custom(ResourceDefinition resource)
    {
        var json = schemas.Body(resource.Schema, isDefinition: true);
        json["type"] = "object";
        if (json["properties"] is not JsonObject properties) json["properties"] = properties = [];
        properties["apiVersion"] = Text("Group and version of the kind.");
        properties["kind"] = Text("What the object is.");
        _ = schemas.Define("meta", "ObjectMeta");
        properties["metadata"] = schemas.Reference(Meta + "ObjectMeta");
        return json;
    }

    private JsonObject List(ResourceDefinition resource, string item) => new()
    {
        ["description"] = $"A list of {resource.Kind}.",
        ["type"] = "object",
        ["required"] = new JsonArray("items"),
        ["properties"] = new JsonObject
        {
            ["apiVersion"] = Text("Group and version of the kind."),
            ["items"] = new JsonObject { ["type"] = "array", ["items"] = schemas.Reference(item), ["description"] = "The objects." },
            ["kind"] = Text("What the list is."),
            ["metadata"] = schemas.Reference(Meta + "ListMeta"),
        },
    };

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };
}

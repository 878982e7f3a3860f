using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>What a CustomResourceDefinition has without saying so, and what of it is not for its author to say.</summary>
internal static class CrdDefaulter
{
    /// <summary>Fills in names, conversion and the port of a conversion webhook.</summary>
    public static void Apply(JsonObject crd)
    {
        if (crd.Map("spec") is not { } spec)
        {
            return;
        }

        if (spec.Map("names") is { } names)
        {
            var kind = names.Text("kind");
            if (names.Text("singular").Length == 0 && kind.Length > 0)
            {
                names["singular"] = kind.ToLowerInvariant();
            }

            if (names.Text("listKind").Length == 0 && kind.Length > 0)
            {
                names["listKind"] = kind + "List";
            }
        }

        if (spec.Map("conversion") is not { } conversion)
        {
            spec["conversion"] = new JsonObject { ["strategy"] = "None" };
        }
        else if (conversion.Map("webhook")?.Map("clientConfig")?.Map("service") is { } service && !service.Has("port"))
        {
            service["port"] = 443;
        }

        // False is what it is when nothing is said.
        if (!spec.Flag("preserveUnknownFields"))
        {
            spec.Remove("preserveUnknownFields");
        }
    }

    /// <summary>Gives a new definition the status it starts with, whatever its author wrote there.</summary>
    public static void PrepareForCreate(JsonObject crd)
    {
        crd["status"] = new JsonObject
        {
            ["conditions"] = null,
            ["acceptedNames"] = new JsonObject { ["plural"] = "", ["kind"] = "" },
            ["storedVersions"] = null,
        };
        AddStorageVersion(crd);
    }

    /// <summary>Keeps the status of a definition whose spec is changed, and notes what objects are stored as from now on.</summary>
    public static void PrepareForUpdate(JsonObject crd, JsonObject oldCrd)
    {
        crd["status"] = oldCrd.Map("status")?.DeepClone() ?? new JsonObject();
        AddStorageVersion(crd);
    }

    private static void AddStorageVersion(JsonObject crd)
    {
        var status = crd.Map("status")!;
        foreach (var version in crd.Map("spec")?.Maps("versions") ?? [])
        {
            if (version.Flag("storage") && !status.Texts("storedVersions").Contains(version.Text("name")))
            {
                var stored = status.Texts("storedVersions").Append(version.Text("name"));
                status["storedVersions"] = new JsonArray([.. stored.Select(name => (JsonNode)name)]);
            }
        }
    }
}

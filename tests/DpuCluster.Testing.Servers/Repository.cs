using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Testing.Servers;

/// <summary>Files of this project that users get.</summary>
public static class Repository
{
    /// <summary>The ClusterRole of a controller, as it stands in <c>deploy/rbac</c>.</summary>
    public static JsonObject Role(string controller) =>
        Yaml.ToJsonDocuments(File.ReadAllText(Path.Combine(Root(), "deploy", "rbac", $"{controller}.yaml"))).OfType<JsonObject>()
            .Single(document => document["kind"]!.GetValue<string>() == "ClusterRole");

    /// <summary>The same role without its rules about a resource, or with other verbs in them.</summary>
    public static JsonObject Role(string controller, string resource, params string[] verbs)
    {
        var role = Role(controller);
        var rules = role["rules"]!.AsArray();
        var rule = rules.Single(one => one!["resources"]!.AsArray().Any(name => name!.GetValue<string>() == resource))!;
        if (verbs.Length == 0)
        {
            rules.Remove(rule);
        }
        else
        {
            rule["verbs"] = new JsonArray([.. verbs.Select(verb => (JsonNode)verb)]);
        }

        return role;
    }

    /// <summary>Where the project is.</summary>
    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "DpuCluster.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("tests run from their own folder in the project");
        }

        return folder.FullName;
    }
}

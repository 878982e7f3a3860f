using System.Reflection;
using DpuCluster.Api;
using DpuCluster.Api.Schema;

namespace DpuCluster.CrdGenerator;

/// <summary>The files of <c>deploy/crds</c> and <c>deploy/standalone/crds</c>: one for each type of the API that is a custom resource.</summary>
internal static class CrdFiles
{
    /// <summary>What writes the files; told in each of them, and by the test that finds one stale.</summary>
    public const string Command = "dotnet run --project tools/DpuCluster.CrdGenerator";

    /// <summary>Path from the root of the repository → text, in the order of paths.</summary>
    public static SortedDictionary<string, string> Generate()
    {
        var docs = new DocComments();
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var type in typeof(DPUCluster).Assembly.GetExportedTypes())
        {
            if (type.GetCustomAttribute<CustomResourceAttribute>() is not { } kind)
            {
                continue;
            }

            var definition = new CrdBuilder(docs).Build(type);
            var resource = CrdBuilder.ResourceOf(type);
            files.Add(
                $"{(kind.OwnedBy is null ? Repository.CrdFolder : Repository.StandaloneCrdFolder)}/{resource.Group}_{resource.Plural}.yaml",
                $"# Generated from the C# type {type.Name} by: {Command}\n# Change that type and run it again; what is edited here is lost.\n"
                    + (kind.OwnedBy is { } owner ? $"# For the standalone environment only: a real cluster has the definition that {owner} brings.\n" : "")
                    + YamlText.Write(definition));
        }

        return files;
    }
}

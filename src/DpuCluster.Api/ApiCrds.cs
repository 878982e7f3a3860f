namespace DpuCluster.Api;

/// <summary>
/// The CustomResourceDefinitions that are generated from the types of this assembly, as they stand in <c>deploy</c>: for installers that
/// have no files at hand. Of each: name (<c>plural.group</c>, such as <c>dpuclusters.provisioning.dpu.nvidia.com</c>) → manifest, one YAML
/// document.
/// </summary>
public static class ApiCrds
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Own = new(() => Read("crds/"));
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Others = new(() => Read("standalone-crds/"));

    /// <summary>The definitions of this project's own kinds (<c>deploy/crds</c>): what users install.</summary>
    public static IReadOnlyDictionary<string, string> All => Own.Value;

    /// <summary>
    /// Definitions of kinds that belong to other projects (<c>deploy/standalone/crds</c>), such as Kamaji's TenantControlPlane: only for
    /// environments in which stand-ins play those projects. On a real cluster they would take the place of the genuine ones.
    /// </summary>
    public static IReadOnlyDictionary<string, string> StandIns => Others.Value;

    private static SortedDictionary<string, string> Read(string folder)
    {
        var assembly = typeof(ApiCrds).Assembly;
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            all.Add(NameOf(resource[folder.Length..]), reader.ReadToEnd());
        }

        return all;
    }

    /// <summary>Files are named <c>group_plural.yaml</c>.</summary>
    private static string NameOf(string file) =>
        Path.GetFileNameWithoutExtension(file).Split('_', 2) is [var group, var plural] ? $"{plural}.{group}" : file;
}

using System.Text;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Operator;
using DpuCluster.Standalone;

namespace DpuCluster.RoleGenerator;

/// <summary>The files of <c>deploy/rbac</c>: one for each process, with everything that it needs to be somebody to the API server.</summary>
internal static class RoleFiles
{
    /// <summary>What writes the files; told in each of them, and by the test that finds one stale.</summary>
    public const string Command = "dotnet run --project tools/DpuCluster.RoleGenerator";

    /// <summary>Where the files are, from the root of the repository.</summary>
    public const string Folder = "deploy/rbac";

    private const string RbacGroup = "rbac.authorization.k8s.io";

    /// <summary>Path from the root of the repository → text.</summary>
    public static SortedDictionary<string, string> Generate() => new(
        SystemParts.Roles.ToDictionary(role => $"{Folder}/{role.Controller}.yaml", role => Text(role, Command)), StringComparer.Ordinal);

    /// <summary>The service account of a process, its roles and their bindings.</summary>
    /// <param name="role">What the process may do.</param>
    /// <param name="command">What writes the file, as the file says.</param>
    /// <param name="metadata">More lines for the metadata of every object.</param>
    public static string Text(ControllerRole role, string command, string metadata = "")
    {
        var ns = OperatorHost.Config.Namespace;
        var (everywhere, atHome) = (Metadata(role.Name, null) + metadata, Metadata(role.Name, ns) + metadata);
        var text = new StringBuilder()
            .Append($"# What the {role.Controller} needs, and nothing else. Generated from the declaration beside its code by:\n")
            .Append($"#   {command}\n")
            .Append("apiVersion: v1\nkind: ServiceAccount\n")
            .Append(atHome);
        Role(text, "ClusterRole", everywhere, role.Everywhere);
        Role(text, "Role", atHome, role.AtHome);
        Binding(text, "ClusterRole", everywhere, role.Name, ns);
        Binding(text, "Role", atHome, role.Name, ns);
        return text.ToString();
    }

    private static string Metadata(string name, string? ns) => $"metadata:\n  name: {name}\n{(ns is null ? "" : $"  namespace: {ns}\n")}";

    private static void Role(StringBuilder text, string kind, string metadata, IReadOnlyList<Permission> permissions)
    {
        text.Append($"---\napiVersion: {RbacGroup}/v1\nkind: {kind}\n{metadata}rules:\n");
        foreach (var one in permissions)
        {
            text.Append($"# {one.Why}\n- apiGroups: {List([one.Group])}\n  resources: {List(one.Resources)}\n");
            if (one.Names.Count > 0)
            {
                text.Append($"  resourceNames: {List(one.Names)}\n");
            }

            text.Append($"  verbs: {List(one.Verbs)}\n");
        }
    }

    private static void Binding(StringBuilder text, string kind, string metadata, string name, string ns) => text.Append(
        $"---\napiVersion: {RbacGroup}/v1\nkind: {kind}Binding\n{metadata}roleRef:\n  apiGroup: {RbacGroup}\n  kind: {kind}\n  name: {name}\n"
        + $"subjects:\n- kind: ServiceAccount\n  name: {name}\n  namespace: {ns}\n");

    private static string List(IEnumerable<string> items) => $"[{string.Join(", ", items.Select(item => item.Length == 0 ? "\"\"" : item))}]";
}

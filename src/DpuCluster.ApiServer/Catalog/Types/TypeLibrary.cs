using System.Collections.Concurrent;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Types;

/// <summary>The structures of the built-in APIs. A file is read when a type of it is first asked for. Safe for use by several threads.</summary>
internal static class TypeLibrary
{
    private static readonly ConcurrentDictionary<string, Lazy<TypePackage>> Files = new();

    private static readonly Dictionary<string, string> Groups = new()
    {
        ["admissionregistration.k8s.io"] = "admissionregistration",
        ["apiextensions.k8s.io"] = "apiextensions",
        ["apps"] = "apps",
        ["authentication.k8s.io"] = "authentication",
        ["authorization.k8s.io"] = "authorization",
        ["autoscaling"] = "autoscaling",
        ["coordination.k8s.io"] = "coordination",
        ["discovery.k8s.io"] = "discovery",
        ["events.k8s.io"] = "events",
        ["rbac.authorization.k8s.io"] = "rbac",
    };

    /// <summary>The structure <paramref name="name"/> of <c>Catalog/Schemas/<paramref name="file"/>.schema</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such structure.</exception>
    public static TypeDefinition Find(string file, string name)
    {
        return Package(file).Types.TryGetValue(name, out var type)
            ? type
            : throw new KeyNotFoundException($"{file}.schema has no type {name}");
    }

    /// <summary>The structure of a built-in kind; null for one that is not known.</summary>
    /// <param name="apiVersion">Such as <c>v1</c> or <c>apps/v1</c>.</param>
    /// <param name="kind">Such as <c>Deployment</c>.</param>
    public static TypeDefinition? FindKind(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var version = apiVersion[(slash + 1)..];
        string[] files = slash < 0
            ? ["core", "pod", "node"]
            : Groups.TryGetValue(apiVersion[..slash], out var file) ? [file] : [];
        foreach (var name in files)
        {
            var package = Package(name);
            if (package.Name.EndsWith('.' + version, StringComparison.Ordinal) && package.Types.TryGetValue(kind, out var type) && type.IsKind) return type;
        }

        return null;
    }

    /// <summary>The schema of a structure, made when first asked for.</summary>
    public static Lazy<Schema> LazySchema(string file, string name) => new(() => SchemaOfType.Make(Find(file, name)));

    private static TypePackage Package(string file) => Files.GetOrAdd(file, static f => new Lazy<TypePackage>(() => Read(f))).Value;

    private static TypePackage Read(string file)
    {
        var stream = typeof(TypeLibrary).Assembly.GetManifestResourceStream($"Catalog.Schemas.{file}.schema")
            ?? throw new KeyNotFoundException($"there is no {file}.schema");
        using var reader = new StreamReader(stream);
        return TypeText.Read(reader, (other, name) => Find(other ?? file, name));
    }
}

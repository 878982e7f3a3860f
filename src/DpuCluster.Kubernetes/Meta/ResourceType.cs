namespace DpuCluster.Kubernetes.Meta;

/// <summary>What a kind of object is called on the wire, and where its collection is served.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">API version, such as <c>v1alpha1</c>.</param>
/// <param name="Kind">Kind in CamelCase, such as <c>DPUCluster</c>.</param>
/// <param name="Plural">Lower-case plural that stands in paths, such as <c>dpuclusters</c>.</param>
/// <param name="Namespaced">Whether objects live in a namespace; otherwise they are cluster-scoped.</param>
public sealed record ResourceType(string Group, string Version, string Kind, string Plural, bool Namespaced)
{
    /// <summary><c>group/version</c>, or only the version in the core group: the <c>apiVersion</c> of objects.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary><c>plural.group</c>, or only the plural in the core group: how errors and RBAC name the resource.</summary>
    public string GroupResource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>The path below the server's address under which the collection, or one object of it, is served.</summary>
    /// <param name="ns">Namespace; <see langword="null"/> for cluster-scoped resources and for all namespaces at once.</param>
    /// <param name="name">Object name; <see langword="null"/> for the collection.</param>
    /// <param name="subresource">Such as <c>status</c>; <see langword="null"/> for the object itself.</param>
    public string Path(string? ns = null, string? name = null, string? subresource = null)
    {
        var path = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        if (Namespaced && ns is not null)
        {
            path += $"/namespaces/{Uri.EscapeDataString(ns)}";
        }

        path += $"/{Plural}";
        if (name is not null)
        {
            path += $"/{Uri.EscapeDataString(name)}";
        }

        return subresource is null ? path : $"{path}/{subresource}";
    }

    /// <inheritdoc/>
    public override string ToString() => $"{GroupResource}/{Version}";
}

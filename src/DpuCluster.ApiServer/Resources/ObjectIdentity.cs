using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Http;

namespace DpuCluster.ApiServer.Resources;

/// <summary>Whether what a client writes is the object that it names in the path: by name, namespace and uid.</summary>
internal static class ObjectIdentity
{
    /// <summary>
    /// The rules of a real server's <c>EnsureObjectNamespaceMatchesRequestNamespace</c> and <c>checkName</c>, for updates and patches.
    /// </summary>
    /// <param name="obj">What is to be stored; a namespace that it leaves out is put into it, one that it cannot have is taken out.</param>
    /// <param name="ns">Namespace of the path; empty for none.</param>
    /// <param name="name">Name in the path.</param>
    /// <exception cref="ApiException">400: it is another object.</exception>
    public static void CheckMatches(JsonObject obj, string ns, string name)
    {
        MatchNamespace(obj, ns);
        var given = ObjectMetadata.Name(obj);
        if (given.Length == 0) throw ApiErrors.BadRequest($"the name of the object ({name} based on URL) was undeterminable: name must be provided");
        if (given != name) throw ApiErrors.BadRequest($"the name of the object ({given}) does not match the name on the URL ({name})");
    }

    /// <summary>Gives an object the namespace of the path: none to one that has no scope but the cluster.</summary>
    /// <exception cref="ApiException">400: it is of another one.</exception>
    public static void MatchNamespace(JsonObject obj, string ns)
    {
        var given = ObjectMetadata.Text(obj, "namespace");
        if (given == ns) return;
        if (ns.Length == 0) ObjectMetadata.Of(obj).Remove("namespace");
        else if (given.Length == 0) ObjectMetadata.Of(obj)["namespace"] = ns;
        else throw ApiErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
    }

    /// <summary>Who gives a uid does not mean to make an object by applying it.</summary>
    /// <exception cref="ApiException">409: one is given.</exception>
    public static void CheckMayBeNew(ResourceDefinition resource, JsonObject obj, string name)
    {
        if (ObjectMetadata.Uid(obj) is { Length: > 0 } uid)
            throw ApiErrors.Conflict(resource.Group, resource.Plural, name, $"uid mismatch: the provided object specified uid {uid}, and no existing object was found");
    }

    /// <summary>A uid that is given must be the object's own.</summary>
    /// <exception cref="ApiException">409: it is not.</exception>
    public static void CheckUid(ResourceDefinition resource, JsonObject obj, JsonObject old) =>
        CheckUid(resource, ObjectMetadata.Uid(obj), ObjectMetadata.Uid(old), ObjectMetadata.Text(old, "namespace"), ObjectMetadata.Name(old));

    /// <summary>Who gives a uid does not mean to make an object.</summary>
    /// <exception cref="ApiException">409: one is given.</exception>
    public static void CheckHasNoUid(ResourceDefinition resource, JsonObject obj, string ns, string name) =>
        CheckUid(resource, ObjectMetadata.Uid(obj), "", ns, name);

    private static void CheckUid(ResourceDefinition resource, string given, string uid, string ns, string name)
    {
        if (given.Length == 0 || given == uid) return;
        throw ApiErrors.Conflict(resource.Group, resource.Plural, name,
            $"StorageError: invalid object, Code: 4, Key: {StorageKey(resource, ns, name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {given}, UID in object meta: {uid}");
    }

    /// <summary>Where a real server keeps the object, which it tells its clients.</summary>
    private static string StorageKey(ResourceDefinition resource, string ns, string name)
    {
        var folder = (resource.Group, resource.Plural) switch
        {
            ("", "nodes") => "minions",
            ("", "services") => "services/specs",
            ("", "endpoints") => "services/endpoints",
            ("apiextensions.k8s.io", _) => $"{resource.Group}/{resource.Plural}",
            _ when resource.IsBuiltIn => resource.Plural,
            _ => $"{resource.Group}/{resource.Plural}",
        };
        return ns.Length == 0 ? $"/registry/{folder}/{name}" : $"/registry/{folder}/{ns}/{name}";
    }
}

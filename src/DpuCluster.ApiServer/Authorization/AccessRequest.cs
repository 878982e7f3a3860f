using DpuCluster.ApiServer.Authentication;
using DpuCluster.ApiServer.Http;

namespace DpuCluster.ApiServer.Authorization;

/// <summary>What somebody wants to do.</summary>
internal sealed record AccessRequest(UserInfo User, string Verb)
{
    /// <summary>Whether it is about objects; otherwise about a path.</summary>
    public bool IsResource { get; init; }

    public string Group { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    public string Path { get; init; } = "";

    /// <summary><c>pods/log</c>, as roles name it.</summary>
    public string QualifiedResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";

    public static AccessRequest Of(UserInfo user, RequestInfo info) => new(user, info.Verb)
    {
        IsResource = info.IsResource,
        Group = info.Group,
        Resource = info.Resource,
        Subresource = info.Subresource,
        Namespace = info.Namespace,
        Name = info.Name.Length > 0 ? info.Name : info.SelectedName,
        Path = info.Path,
    };

    /// <summary>The error for one who may not.</summary>
    public ApiException Forbidden()
    {
        if (!IsResource)
        {
            return new ApiException(403, "Forbidden", $"forbidden: User \"{User.Name}\" cannot {Verb} path \"{Path}\"", []);
        }

        var where = Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{Namespace}\"";
        return ApiErrors.Forbidden(Group, Resource, Name,
            $"User \"{User.Name}\" cannot {Verb} resource \"{QualifiedResource}\" in API group \"{Group}\" {where}");
    }
}

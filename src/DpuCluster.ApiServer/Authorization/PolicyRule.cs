using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Authorization;

/// <summary>One rule of a role.</summary>
internal sealed record PolicyRule(
    IReadOnlyList<string> Verbs,
    IReadOnlyList<string> ApiGroups,
    IReadOnlyList<string> Resources,
    IReadOnlyList<string> ResourceNames,
    IReadOnlyList<string> NonResourceUrls)
{
    public static PolicyRule Read(JsonObject rule) => new(
        Texts(rule, "verbs"), Texts(rule, "apiGroups"), Texts(rule, "resources"), Texts(rule, "resourceNames"), Texts(rule, "nonResourceURLs"));

    public bool Allows(AccessRequest request)
    {
        if (!Contains(Verbs, request.Verb)) return false;
        if (!request.IsResource) return NonResourceUrls.Any(url => Matches(url, request.Path));
        return Contains(ApiGroups, request.Group)
            && Resources.Any(resource => Names(resource, request))
            && (ResourceNames.Count == 0 || ResourceNames.Contains(request.Name));
    }

    private static bool Names(string resource, AccessRequest request) =>
        resource == "*" || resource == request.QualifiedResource
        || (request.Subresource.Length > 0 && resource.StartsWith("*/", StringComparison.Ordinal) && resource.AsSpan(2).SequenceEqual(request.Subresource));

    private static bool Contains(IReadOnlyList<string> allowed, string wanted) => allowed.Contains("*") || allowed.Contains(wanted);

    private static bool Matches(string pattern, string path) =>
        pattern == "*" || pattern == path || (pattern.EndsWith('*') && path.StartsWith(pattern[..^1].TrimEnd('*'), StringComparison.Ordinal));

    private static List<string> Texts(JsonObject rule, string field) => [.. (rule[field] as JsonArray ?? []).Select(t => t?.ToString() ?? "")];
}

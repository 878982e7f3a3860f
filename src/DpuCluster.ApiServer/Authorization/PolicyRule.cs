using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

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

    /// <summary>The rule taken apart: each of the results is about one verb, one group and one resource, or one path.</summary>
    public IEnumerable<PolicyRule> Single()
    {
        foreach (var verb in Verbs)
        {
            foreach (var group in ApiGroups)
            {
                foreach (var resource in Resources)
                {
                    if (ResourceNames.Count == 0) yield return new PolicyRule([verb], [group], [resource], [], []);
                    foreach (var name in ResourceNames) yield return new PolicyRule([verb], [group], [resource], [name], []);
                }
            }

            foreach (var url in NonResourceUrls) yield return new PolicyRule([verb], [], [], [], [url]);
        }
    }

    /// <summary>Whether this rule grants all that a rule taken apart (<see cref="Single"/>) grants.</summary>
    public bool Covers(PolicyRule single) =>
        single.Verbs.All(verb => Contains(Verbs, verb))
        && single.ApiGroups.All(group => Contains(ApiGroups, group))
        && single.Resources.All(CoversResource)
        && single.NonResourceUrls.All(url => NonResourceUrls.Any(pattern => Matches(pattern, url)))
        && (ResourceNames.Count == 0 || (single.ResourceNames.Count > 0 && single.ResourceNames.All(ResourceNames.Contains)));

    /// <summary>The same rules in fewer: those about one resource are put together.</summary>
    public static IEnumerable<PolicyRule> Compact(IEnumerable<PolicyRule> rules)
    {
        var simple = new Dictionary<(string Group, string Resource, string? Name), PolicyRule>();
        foreach (var rule in rules)
        {
            if (rule is not { ApiGroups: [var group], Resources: [var resource], NonResourceUrls.Count: 0, ResourceNames.Count: <= 1 })
            {
                yield return rule;
                continue;
            }

            var key = (group, resource, rule.ResourceNames.Count == 0 ? null : rule.ResourceNames[0]);
            simple[key] = simple.TryGetValue(key, out var known) ? known with { Verbs = [.. known.Verbs.Union(rule.Verbs)] } : rule;
        }

        foreach (var rule in simple.Values) yield return rule;
    }

    /// <summary>The rule as errors show it.</summary>
    public override string ToString()
    {
        var parts = new (string Name, IReadOnlyList<string> Values)[]
        {
            ("APIGroups", ApiGroups), ("Resources", Resources), ("NonResourceURLs", NonResourceUrls), ("ResourceNames", ResourceNames), ("Verbs", Verbs),
        };
        return $"{{{string.Join(", ", parts.Where(p => p.Values.Count > 0).Select(p => $"{p.Name}:[{string.Join(' ', p.Values.Select(GoText.Quote))}]"))}}}";
    }

    private bool CoversResource(string resource)
    {
        if (Contains(Resources, resource)) return true;
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0 && Resources.Contains($"*{resource[slash..]}");
    }
}

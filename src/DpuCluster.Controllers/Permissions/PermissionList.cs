namespace DpuCluster.Controllers.Permissions;

/// <summary>Lists of permissions.</summary>
public static class PermissionList
{
    /// <summary>The same permissions, each said once: of one resource and the same names all verbs together, and all that was said about why.</summary>
    public static IReadOnlyList<Permission> Merge(IEnumerable<Permission> permissions)
    {
        var merged = new List<(string Resource, Permission Of)>();
        foreach (var (resource, one) in permissions.SelectMany(one => one.Resources.Select(resource => (resource, one))))
        {
            var at = merged.FindIndex(other => other.Resource == resource && other.Of.Group == one.Group && other.Of.Names.SequenceEqual(one.Names));
            if (at < 0)
            {
                merged.Add((resource, one with { Resources = [resource] }));
            }
            else
            {
                merged[at] = (resource, Together(merged[at].Of, one));
            }
        }

        return [.. merged.GroupBy(
            one => (one.Of.Group, Names: string.Join(',', one.Of.Names), Verbs: string.Join(',', one.Of.Verbs), one.Of.Why),
            (_, same) => same.First().Of with { Resources = [.. same.Select(one => one.Resource)] })];
    }

    private static Permission Together(Permission one, Permission other) => one with
    {
        Verbs = [.. one.Verbs.Union(other.Verbs)],
        Why = one.Why.Contains(other.Why, StringComparison.Ordinal) ? one.Why : $"{one.Why} {other.Why}",
    };
}

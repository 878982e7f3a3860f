using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog;

/// <summary>Holds names to the rule of their kind.</summary>
internal static class NameRules
{
    /// <summary>What is wrong with a name, or with the beginning of one that is to be generated.</summary>
    public static IEnumerable<string> Check(this NameRule rule, string name, bool prefix = false)
    {
        // A prefix may end in what a whole name may not end in: something follows.
        if (prefix && rule != NameRule.PathSegment && name.Length > 1 && name[^1] == '-') name = name[..^1] + "a";
        return rule switch
        {
            NameRule.Dns1123Label => ObjectNames.Dns1123Label(name),
            NameRule.Dns1035Label => ObjectNames.Dns1035Label(name),
            NameRule.PathSegment => ObjectNames.PathSegment(name, prefix),
            _ => ObjectNames.Dns1123Subdomain(name),
        };
    }
}

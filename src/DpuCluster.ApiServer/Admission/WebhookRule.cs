using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;

namespace DpuCluster.ApiServer.Admission;

/// <summary>One of the <c>rules</c> of a webhook: which operations on which resources it is asked about.</summary>
internal sealed record WebhookRule(string[] Operations, string[] Groups, string[] Versions, string[] Resources, string Scope)
{
    public static WebhookRule Read(JsonObject rule) => new(
        [.. rule.Texts("operations")], [.. rule.Texts("apiGroups")], [.. rule.Texts("apiVersions")], [.. rule.Texts("resources")],
        rule.Text("scope") is { Length: > 0 } scope ? scope : "*");

    /// <summary>Whether the rule is about a request.</summary>
    /// <param name="attributes">The request.</param>
    /// <param name="resource">Its resource, or another version under which the same objects are served.</param>
    public bool Matches(AdmissionAttributes attributes, ResourceDefinition resource) =>
        MatchesScope(attributes) && Has(Operations, attributes.Operation) && Has(Groups, resource.Group) && Has(Versions, resource.Version)
        && Resources.Any(pattern => Names(pattern, resource.Plural, attributes.Subresource));

    private bool MatchesScope(AdmissionAttributes attributes)
    {
        // The request for a namespace itself says a namespace, and yet a namespace is in none.
        var clusterScoped = attributes.IsNamespace || attributes.Namespace.Length == 0;
        return Scope switch
        {
            "Namespaced" => !clusterScoped,
            "Cluster" => clusterScoped,
            _ => true,
        };
    }

    private static bool Names(string pattern, string plural, string subresource)
    {
        var slash = pattern.IndexOf('/', StringComparison.Ordinal);
        var (resource, sub) = slash < 0 ? (pattern, "") : (pattern[..slash], pattern[(slash + 1)..]);
        return (resource == "*" || resource == plural) && (sub == "*" || sub == subresource);
    }

    private static bool Has(string[] allowed, string value) => allowed.Contains("*") || allowed.Contains(value);
}

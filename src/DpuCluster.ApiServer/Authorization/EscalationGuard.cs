using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Authentication;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Authorization;

/// <summary>
/// Keeps users from giving away, by roles and bindings, what they do not hold themselves, as kube-apiserver does: unless they may
/// <c>escalate</c> the role, or <c>bind</c> the role that a binding names.
/// </summary>
internal sealed class EscalationGuard(RbacAuthorizer authorizer, ObjectStore store)
{
    private const string Group = "rbac.authorization.k8s.io";

    /// <summary>Checks a role or binding that is about to be stored; passes everything else.</summary>
    /// <param name="user">Who stores it.</param>
    /// <param name="resource">Its resource.</param>
    /// <param name="obj">The object.</param>
    /// <param name="old">The object before; null where it is new.</param>
    /// <exception cref="ApiException">403: it grants more than the user holds. 404: there is no role of the name that a binding names.</exception>
    public void Check(UserInfo user, ResourceDefinition resource, JsonObject obj, JsonObject? old)
    {
        if (resource.Group != Group || user.Groups.Contains(UserInfo.MastersGroup)) return;
        var ns = Text(obj["metadata"], "namespace");
        var name = Text(obj["metadata"], "name");
        if (resource.Plural is "roles" or "clusterroles")
        {
            if (!Same(obj, old, "rules") || !Same(obj, old, "aggregationRule"))
            {
                if (!Holds(user, "escalate", resource.Plural, ns, name)) Confirm(user, resource, ns, name, obj["rules"]);
            }
        }
        else if (!Same(obj, old, "roleRef") || !Same(obj, old, "subjects"))
        {
            var plural = Text(obj["roleRef"], "kind") == "Role" ? "roles" : "clusterroles";
            var role = Text(obj["roleRef"], "name");
            var roleNamespace = plural == "roles" ? ns : "";
            if (Holds(user, "bind", plural, ns, role)) return;
            var bound = ObjectStore.Newest(store.Collection((Group, plural)), roleNamespace, role) ?? throw ApiErrors.NotFound(Group, plural, role);
            Confirm(user, resource, ns, name, bound.Parse()["rules"]);
        }
    }

    private bool Holds(UserInfo user, string verb, string plural, string ns, string name) =>
        authorizer.Allows(new(user, verb) { IsResource = true, Group = Group, Resource = plural, Namespace = ns, Name = name });

    private void Confirm(UserInfo user, ResourceDefinition resource, string ns, string name, JsonNode? granted)
    {
        var held = authorizer.RulesFor(user, ns).SelectMany(set => set.Rules).ToList();
        var missing = (granted as JsonArray ?? []).OfType<JsonObject>().Select(PolicyRule.Read)
            .SelectMany(rule => Atoms(user, rule))
            .Where(atom => !held.Exists(rule => rule.Allows(atom)))
            .GroupBy(atom => atom with { Verb = "" }, (what, atoms) => Describe(what, atoms.Select(atom => atom.Verb).Distinct()))
            .Order(StringComparer.Ordinal).ToList();
        if (missing.Count == 0) return;
        var groups = string.Join(' ', user.Groups.Select(group => $"\"{group}\""));
        throw ApiErrors.Forbidden(Group, resource.Plural, name,
            $"user \"{user.Name}\" (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n{string.Join('\n', missing)}");
    }

    /// <summary>A rule as the single things that it allows; a wildcard is one of them, which only a wildcard covers.</summary>
    private static IEnumerable<AccessRequest> Atoms(UserInfo user, PolicyRule rule) => rule.Verbs.SelectMany(verb =>
        rule.NonResourceUrls.Select(url => new AccessRequest(user, verb) { Path = url }).Concat(
            from apiGroup in rule.ApiGroups
            from resource in rule.Resources
            from name in rule.ResourceNames.DefaultIfEmpty("")
            let slash = resource.IndexOf('/', StringComparison.Ordinal)
            select new AccessRequest(user, verb)
            {
                IsResource = true,
                Group = apiGroup,
                Resource = slash < 0 ? resource : resource[..slash],
                Subresource = slash < 0 ? "" : resource[(slash + 1)..],
                Name = name,
            }));

    private static string Describe(AccessRequest what, IEnumerable<string> verbs)
    {
        var text = new StringBuilder("{");
        if (what.IsResource)
        {
            text.Append($"APIGroups:[\"{what.Group}\"], Resources:[\"{what.QualifiedResource}\"], ");
            if (what.Name.Length > 0) text.Append($"ResourceNames:[\"{what.Name}\"], ");
        }
        else
        {
            text.Append($"NonResourceURLs:[\"{what.Path}\"], ");
        }

        return text.Append($"Verbs:[{string.Join(" ", verbs.Select(verb => $"\"{verb}\""))}]}}").ToString();
    }

    private static bool Same(JsonObject obj, JsonObject? old, string field) => old is not null && JsonNode.DeepEquals(obj[field], old[field]);

    private static string Text(JsonNode? obj, string field) => obj?[field]?.ToString() ?? "";
}

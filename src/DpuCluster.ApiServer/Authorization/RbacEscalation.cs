using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Authentication;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Patches;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Authorization;

/// <summary>
/// Keeps users from granting rights that they do not have: by writing a role, unless they may <c>escalate</c> it, and by binding one,
/// unless they may <c>bind</c> it.
/// </summary>
internal sealed class RbacEscalation(RbacAuthorizer authorizer)
{
    private const string Group = "rbac.authorization.k8s.io";

    private static readonly PolicyRule[] Everything = [new(["*"], ["*"], ["*"], [], []), new(["*"], [], [], [], ["*"])];

    /// <summary>Checks a new state of a role or a binding; anything else passes.</summary>
    /// <param name="resource">Its resource.</param>
    /// <param name="ns">Namespace; empty for roles and bindings of the whole cluster.</param>
    /// <param name="obj">The new state.</param>
    /// <param name="old">The present state; null on a creation.</param>
    /// <param name="user">Who writes it.</param>
    /// <exception cref="ApiException">403: it would grant rights that the user does not have. 404: there is no such role to bind.</exception>
    public void Check(ResourceDefinition resource, string ns, JsonObject obj, JsonObject? old, UserInfo user)
    {
        if (resource.Group != Group || user.Groups.Contains(UserInfo.MastersGroup) || (old is not null && IsOnlyForGarbageCollection(obj, old))) return;
        if (resource.Plural is "roles" or "clusterroles") CheckRole(resource, ns, obj, old, user);
        else CheckBinding(resource, ns, obj, user);
    }

    private void CheckRole(ResourceDefinition resource, string ns, JsonObject obj, JsonObject? old, UserInfo user)
    {
        var name = ObjectMetadata.Name(obj);
        if (May(user, "escalate", resource.Plural, ns, name)) return;
        Confirm(resource, ns, name, user, [.. obj.Objects("rules").Select(PolicyRule.Read)]);
        if (resource.Plural != "clusterroles" || (obj["aggregationRule"] is null && old?["aggregationRule"] is null)) return;

        // What it will gather is known to nobody.
        if (Missing(user, ns, Everything).Count > 0)
            throw ApiErrors.Forbidden(Group, resource.Plural, name, "must have cluster-admin privileges to use the aggregationRule");
    }

    private void CheckBinding(ResourceDefinition resource, string ns, JsonObject obj, UserInfo user)
    {
        var (kind, role) = (obj.At("roleRef", "kind").AsText() ?? "", obj.At("roleRef", "name").AsText() ?? "");
        var plural = kind == "ClusterRole" ? "clusterroles" : "roles";
        if (May(user, "bind", plural, ns, role)) return;
        var rules = authorizer.RulesOf(kind, role, ns)
            ?? throw ApiErrors.NotFound(Group, kind == "ClusterRole" ? "clusterrole" : "role", role);
        Confirm(resource, ns, ObjectMetadata.Name(obj), user, rules);
    }

    private bool May(UserInfo user, string verb, string plural, string ns, string name) =>
        authorizer.Allows(new AccessRequest(user, verb) { IsResource = true, Group = Group, Resource = plural, Namespace = ns, Name = name });

    private void Confirm(ResourceDefinition resource, string ns, string name, UserInfo user, IReadOnlyList<PolicyRule> rules)
    {
        var missing = Missing(user, ns, rules);
        if (missing.Count == 0) return;
        var groups = string.Join(' ', user.Groups.Select(GoText.Quote));
        var lines = PolicyRule.Compact(missing).Select(rule => rule.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        throw ApiErrors.Forbidden(Group, resource.Plural, name,
            $"user {GoText.Quote(user.Name)} (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n{string.Join('\n', lines)}");
    }

    private List<PolicyRule> Missing(UserInfo user, string ns, IReadOnlyList<PolicyRule> rules)
    {
        var held = authorizer.RulesFor(user, ns).SelectMany(set => set.Rules).ToList();
        return [.. rules.SelectMany(rule => rule.Single()).Where(single => !held.Any(own => own.Covers(single)))];
    }

    /// <summary>Whether a change only lets the object be deleted: that must always be possible.</summary>
    private static bool IsOnlyForGarbageCollection(JsonObject obj, JsonObject old)
    {
        return JsonEquality.AreEqual(Rest(obj), Rest(old));

        static JsonObject Rest(JsonObject obj)
        {
            var copy = (JsonObject)obj.DeepClone();
            foreach (var field in (ReadOnlySpan<string>)["ownerReferences", "finalizers", "managedFields", "resourceVersion", "selfLink"])
                ObjectMetadata.Of(copy).Remove(field);
            return copy;
        }
    }
}

using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Authentication;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Authorization;

/// <summary>Decides by the stored roles and bindings. What is stored is immutable, so each is read once.</summary>
internal sealed class RbacAuthorizer(ObjectStore store)
{
    private const string Group = "rbac.authorization.k8s.io";

    private readonly StoreCollection _roles = store.Collection((Group, "roles"));
    private readonly StoreCollection _clusterRoles = store.Collection((Group, "clusterroles"));
    private readonly StoreCollection _bindings = store.Collection((Group, "rolebindings"));
    private readonly StoreCollection _clusterBindings = store.Collection((Group, "clusterrolebindings"));
    private readonly ConditionalWeakTable<StoredObject, IReadOnlyList<PolicyRule>> _rules = [];
    private readonly ConditionalWeakTable<StoredObject, Binding> _readBindings = [];

    public bool Allows(AccessRequest request)
    {
        if (request.User.Groups.Contains(UserInfo.MastersGroup)) return true;
        foreach (var (rules, _) in RulesFor(request.User, request.Namespace))
        {
            foreach (var rule in rules)
            {
                if (rule.Allows(request)) return true;
            }
        }

        return false;
    }

    /// <summary>All rules that hold for a user in a namespace (empty: those for the whole cluster), and whether each set is for the whole cluster.</summary>
    public IEnumerable<(IReadOnlyList<PolicyRule> Rules, bool ClusterWide)> RulesFor(UserInfo user, string ns)
    {
        foreach (var stored in _clusterBindings.Published)
        {
            var binding = ReadBinding(stored);
            if (binding.Names(user, "") && Rules(binding, "") is { } rules) yield return (rules, true);
        }

        if (ns.Length == 0) yield break;
        var bindings = _bindings.Published;
        for (var i = ObjectStore.LowerBound(bindings, ns, ""); i < bindings.Count && bindings[i].Namespace == ns; i++)
        {
            var binding = ReadBinding(bindings[i]);
            if (binding.Names(user, ns) && Rules(binding, ns) is { } rules) yield return (rules, false);
        }
    }

    private IReadOnlyList<PolicyRule>? Rules(Binding binding, string ns) => RulesOf(binding.RoleKind, binding.RoleName, ns);

    /// <summary>The rules of a role; null when there is none of that name.</summary>
    /// <param name="kind"><c>ClusterRole</c> or <c>Role</c>.</param>
    /// <param name="name">Name.</param>
    /// <param name="ns">Namespace of a <c>Role</c>.</param>
    public IReadOnlyList<PolicyRule>? RulesOf(string kind, string name, string ns)
    {
        var role = kind == "ClusterRole" ? ObjectStore.Get(_clusterRoles, "", name) : ObjectStore.Get(_roles, ns, name);
        return role is null ? null : _rules.GetValue(role, ReadRules);
    }

    private Binding ReadBinding(StoredObject stored) => _readBindings.GetValue(stored, Binding.Read);

    private static IReadOnlyList<PolicyRule> ReadRules(StoredObject role) =>
        [.. (role.Parse()["rules"] as JsonArray ?? []).OfType<JsonObject>().Select(PolicyRule.Read)];

    private sealed record Binding(string RoleKind, string RoleName, IReadOnlyList<(string Kind, string Name, string Namespace)> Subjects)
    {
        public static Binding Read(StoredObject stored)
        {
            var obj = stored.Parse();
            return new Binding(
                obj["roleRef"]?["kind"]?.ToString() ?? "",
                obj["roleRef"]?["name"]?.ToString() ?? "",
                [.. (obj["subjects"] as JsonArray ?? []).OfType<JsonObject>().Select(s =>
                    (s["kind"]?.ToString() ?? "", s["name"]?.ToString() ?? "", s["namespace"]?.ToString() ?? ""))]);
        }

        public bool Names(UserInfo user, string ns)
        {
            foreach (var (kind, name, subjectNamespace) in Subjects)
            {
                var named = kind switch
                {
                    "User" => user.Name == name,
                    "Group" => user.Groups.Contains(name),
                    "ServiceAccount" => user.Name == $"system:serviceaccount:{(subjectNamespace.Length > 0 ? subjectNamespace : ns)}:{name}",
                    _ => false,
                };
                if (named) return true;
            }

            return false;
        }
    }
}

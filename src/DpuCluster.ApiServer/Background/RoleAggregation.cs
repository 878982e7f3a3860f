using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Kinds;
using DpuCluster.ApiServer.FieldManagement;
using DpuCluster.ApiServer.Patches;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Background;

/// <summary>Gives cluster roles with an <c>aggregationRule</c> the rules of the cluster roles that it selects.</summary>
internal sealed class RoleAggregation(ResourceRegistry registry, ObjectStore store, ResourceWriter writer) : IBackgroundController
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string Plural = "clusterroles";

    private readonly StoreCollection _roles = store.Collection((Group, Plural));

    public async Task ObserveAsync(StoreChange change)
    {
        if (change.Collection != _roles) return;

        // A role may be part of any other, and that one of a third, whose turn comes with the change that this makes.
        foreach (var role in _roles.Head)
        {
            if (role.Parse().Object("aggregationRule") is { } rule) await GatherAsync(role, rule).ConfigureAwait(false);
        }
    }

    private async Task GatherAsync(StoredObject role, JsonObject aggregation)
    {
        var selectors = aggregation.Objects("clusterRoleSelectors").ToList();
        var gathered = new JsonArray();
        foreach (var selector in selectors)
        {
            foreach (var other in _roles.Head)
            {
                if (other.Name == role.Name || !LabelSelectorValidation.Matches(selector, other.Header.Labels)) continue;
                foreach (var rule in other.Parse().Objects("rules"))
                {
                    if (!gathered.Any(known => JsonEquality.AreEqual(known, rule))) gathered.Add(rule.DeepClone());
                }
            }
        }

        if (JsonEquality.AreEqual(role.Parse()["rules"] as JsonArray ?? [], gathered)) return;
        var resource = registry.Find(Group, "v1", Plural)!;
        var options = new WriteOptions { FieldManager = "clusterrole-aggregation-controller", Force = true, IsApply = true, IsPatch = true };
        var applied = new JsonObject
        {
            ["kind"] = "ClusterRole",
            ["apiVersion"] = $"{Group}/v1",
            ["metadata"] = new JsonObject { ["name"] = role.Name },
            ["rules"] = gathered,
        };
        var context = writer.ManagementOf(resource, options);
        await writer.UpdateAsync(resource, "", role.Name, live => FieldManager.Apply(live, applied, context, options.Force), options).ConfigureAwait(false);
    }
}

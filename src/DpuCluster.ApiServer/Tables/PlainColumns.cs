using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using static DpuCluster.ApiServer.Tables.TableColumns;

namespace DpuCluster.ApiServer.Tables;

/// <summary>Columns of the kinds that need only one or two.</summary>
internal static class PlainColumns
{
    public static IReadOnlyList<TableColumn> Of(string kind) => kind switch
    {
        "Namespace" => [Name, Text("Status", "Active or Terminating.", o => o.At("status", "phase").AsText()), Age],
        "Secret" =>
        [
            Name,
            Text("Type", "What the data is for.", o => o.Text("type")),
            Whole("Data", "Number of keys.", o => o.Object("data")?.Count ?? 0, "string"),
            Age,
        ],
        "ConfigMap" => [Name, Whole("Data", "Number of keys.", o => (o.Object("data")?.Count ?? 0) + (o.Object("binaryData")?.Count ?? 0), "string"), Age],
        "ServiceAccount" => [Name, Whole("Secrets", "Number of secrets.", o => o.Objects("secrets").Count(), "string"), Age],
        "Lease" => [Name, Text("Holder", "Who holds it.", o => o.At("spec", "holderIdentity").AsText() ?? ""), Age],
        "RoleBinding" or "ClusterRoleBinding" =>
        [
            Name,
            Text("Role", "The role that is given.", o => $"{o.At("roleRef", "kind").AsText()}/{o.At("roleRef", "name").AsText()}"),
            Age,
            Text("Users", "Users that get it.", o => Subjects(o, "User"), 1),
            Text("Groups", "Groups that get it.", o => Subjects(o, "Group"), 1),
            Text("ServiceAccounts", "Service accounts that get it.", o => Subjects(o, "ServiceAccount"), 1),
        ],
        "MutatingWebhookConfiguration" or "ValidatingWebhookConfiguration" =>
            [Name, Whole("Webhooks", "Number of webhooks.", o => o.Objects("webhooks").Count()), Age],
        _ => [Name, CreatedAt],
    };

    private static string Subjects(JsonObject binding, string kind) => string.Join(", ", binding.Objects("subjects")
        .Where(s => s.Text("kind") == kind)
        .Select(s => kind == "ServiceAccount" ? $"{s.Text("namespace")}/{s.Text("name")}" : s.Text("name")));
}

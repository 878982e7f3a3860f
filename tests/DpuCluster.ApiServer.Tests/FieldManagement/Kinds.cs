using DpuCluster.ApiServer.FieldManagement;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Tests.FieldManagement;

/// <summary>Small schemas in the likeness of real kinds.</summary>
internal static class Kinds
{
    public static readonly Schema Text = new() { Type = "string" };
    public static readonly Schema Number = new() { Type = "integer" };
    public static readonly Schema TextMap = new() { Type = "object", AdditionalProperties = Text };

    public static readonly Schema ConfigMap = Map(("data", TextMap), ("immutable", new() { Type = "boolean" }));

    /// <summary>A custom resource with every kind of list and map.</summary>
    public static readonly Schema Widget = Map(
        ("spec", Map(
            ("note", Text),
            ("size", Number),
            ("tags", Set(Text)),
            ("args", new() { Type = "array", Items = Text }),
            ("ports", Keyed(Map(("name", Text), ("number", Number), ("protocol", new() { Type = "string", Default = "TCP" })), "name")),
            ("selector", new() { Type = "object", MapType = "atomic", AdditionalProperties = Text }),
            ("byName", new() { Type = "object", AdditionalProperties = Map(("a", Text), ("b", Text)) }),
            ("free", new() { Type = "object", PreserveUnknownFields = true }))),
        ("status", Map(
            ("phase", Text),
            ("conditions", Keyed(Map(("type", Text), ("status", Text)), "type")))));

    /// <summary>A pod whose ports are told apart by number and protocol.</summary>
    public static readonly Schema Pod = Map(
        ("spec", Map(
            ("containers", Keyed(
                Map(
                    ("name", Text),
                    ("image", Text),
                    ("ports", Keyed(Map(("containerPort", Number), ("name", Text), ("protocol", new() { Type = "string", Default = "TCP" })), "containerPort", "protocol")),
                    ("env", Keyed(Map(("name", Text), ("value", Text)), "name"))),
                "name")),
            ("tolerations", new() { Type = "array", ListType = "atomic", Items = Map(("key", Text)) }))));

    public static readonly DateTimeOffset Start = new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);

    public static FieldManagementContext By(
        string manager, Schema? schema = null, int second = 0, string subresource = "", string version = "v1", FieldFilter? reset = null) => new()
        {
            Schema = schema ?? ConfigMap,
            ApiVersion = version,
            Manager = manager,
            Now = Start.AddSeconds(second),
            Subresource = subresource,
            ResetFields = reset ?? FieldFilter.None,
        };

    public static Schema Map(params (string Name, Schema Schema)[] fields) =>
        new() { Type = "object", Properties = fields.ToDictionary(f => f.Name, f => f.Schema) };

    public static Schema Keyed(Schema items, params string[] keys) =>
        new() { Type = "array", ListType = "map", ListMapKeys = keys, Items = items };

    public static Schema Set(Schema items) => new() { Type = "array", ListType = "set", Items = items };
}

namespace DpuCluster.ApiServer.Schemas;

/// <summary>The fields of <c>metadata</c>, which every object has and no CustomResourceDefinition spells out.</summary>
internal static class ObjectMetaSchema
{
    private static readonly Schema Text = new() { Type = "string" };
    private static readonly Schema Flag = new() { Type = "boolean", Nullable = true };
    private static readonly Schema Number = new() { Type = "integer", Nullable = true };
    private static readonly Schema Time = new() { Type = "string", Format = "date-time", Nullable = true };
    private static readonly Schema TextMap = new() { Type = "object", AdditionalProperties = Text, Nullable = true };

    public static Schema Metadata { get; } = Object(
        ("annotations", TextMap),
        ("creationTimestamp", Time),
        ("deletionGracePeriodSeconds", Number),
        ("deletionTimestamp", Time),
        ("finalizers", new Schema { Type = "array", Items = Text, ListType = "set", Nullable = true }),
        ("generateName", Text),
        ("generation", Number),
        ("labels", TextMap),
        ("managedFields", List([], Object(
            ("apiVersion", Text),
            ("fieldsType", Text),
            ("fieldsV1", new Schema { Type = "object", PreserveUnknownFields = true, Nullable = true }),
            ("manager", Text),
            ("operation", Text),
            ("subresource", Text),
            ("time", Time)))),
        ("name", Text),
        ("namespace", Text),
        ("ownerReferences", List(["uid"], Object(
            ("apiVersion", Text),
            ("blockOwnerDeletion", Flag),
            ("controller", Flag),
            ("kind", Text),
            ("name", Text),
            ("uid", Text)))),
        ("resourceVersion", Text),
        ("selfLink", Text),
        ("uid", Text));

    private static Schema Object(params (string Name, Schema Schema)[] fields) =>
        new() { Type = "object", Nullable = true, Properties = fields.ToDictionary(field => field.Name, field => field.Schema, StringComparer.Ordinal) };

    private static Schema List(IReadOnlyList<string> keys, Schema items) =>
        new() { Type = "array", Nullable = true, Items = items, ListMapKeys = keys, ListType = keys.Count == 0 ? null : "map" };
}

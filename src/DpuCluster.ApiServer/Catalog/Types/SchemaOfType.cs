using System.Collections.Concurrent;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Types;

/// <summary>
/// Makes the <see cref="Schema"/> of a structure. A structure's properties are made once and shared by all places that
/// use it, which is also what lets a structure contain itself.
/// </summary>
internal static class SchemaOfType
{
    private static readonly ConcurrentDictionary<TypeDefinition, Lazy<IReadOnlyDictionary<string, Schema>>> Shared = new();

    private static readonly ConcurrentDictionary<string, string> Descriptions = new();

    public static Schema Make(TypeDefinition type) => Structure(type, null, type.Description);

    /// <summary>
    /// What a structure is, by the name of its definition; null for an unknown one. The schema of a field says what the
    /// field is for instead.
    /// </summary>
    public static string? DescriptionOf(string definitionName) => Descriptions.GetValueOrDefault(definitionName);

    private static Schema Structure(TypeDefinition type, FieldDefinition? field, string description)
    {
        Descriptions.TryAdd(type.DefinitionName, type.Description);
        return StructureSchema(type, field, description);
    }

    private static Schema StructureSchema(TypeDefinition type, FieldDefinition? field, string description) => new()
    {
        Type = "object",
        Description = description.Length > 0 ? description : null,
        Properties = new LateProperties(type),
        Required = [.. type.Fields.Where(f => f.IsRequired).Select(f => f.Name)],
        PreserveUnknownFields = type.IsFree,
        MapType = type.IsAtomic || field is { IsAtomic: true } ? "atomic" : null,
        DefinitionName = type.DefinitionName,
        PatchStrategy = field?.PatchStrategy,
        Default = field?.Default,
    };

    internal static IReadOnlyDictionary<string, Schema> Properties(TypeDefinition type) =>
        Shared.GetOrAdd(type, static t => new Lazy<IReadOnlyDictionary<string, Schema>>(() => Fields(t))).Value;

    private static OrderedDictionary<string, Schema> Fields(TypeDefinition type)
    {
        // OrderedDictionary: the order of fields is the one in which they are written and explained.
        var properties = new OrderedDictionary<string, Schema>(type.Fields.Count);
        foreach (var field in type.Fields) properties.Add(field.Name, Of(field.Type, field));
        return properties;
    }

    private static Schema Of(TypeReference type, FieldDefinition? field)
    {
        var description = field is { Description.Length: > 0 } ? field.Description : null;
        var value = field?.Default;
        switch (type.Form)
        {
            case TypeForm.Structure when type.OrAny:
            case TypeForm.Any:
                return new Schema { Description = description, PreserveUnknownFields = true };
            case TypeForm.Structure:
                return Structure(type.Structure, field, description ?? type.Structure.Description);
            case TypeForm.RawObject:
                return new Schema { Type = "object", Description = description, PreserveUnknownFields = true };
            case TypeForm.List:
                return new Schema
                {
                    Type = "array",
                    Description = description,
                    Items = Of(type.Element!, null),
                    ListType = field?.ListType,
                    ListMapKeys = field?.ListMapKeys ?? [],
                    PatchStrategy = field?.PatchStrategy,
                    PatchMergeKey = field?.PatchMergeKey,
                };
            case TypeForm.Map:
                return new Schema
                {
                    Type = "object",
                    Description = description,
                    AdditionalProperties = Of(type.Element!, null),
                    MapType = field is { IsAtomic: true } ? "atomic" : null,
                };
            case TypeForm.Quantity:
                return new Schema
                {
                    Description = description,
                    OneOf = [new Schema { Type = "string" }, new Schema { Type = "number" }],
                    DefinitionName = "io.k8s.apimachinery.pkg.api.resource.Quantity",
                };
            case TypeForm.IntOrString:
                return new Schema { Description = description, IntOrString = true, Default = value };
            default:
                var (name, format) = Plain(type.Form);
                return new Schema { Type = name, Format = format, Description = description, Default = value };
        }
    }

    private static (string Name, string? Format) Plain(TypeForm form) => form switch
    {
        TypeForm.Int32 => ("integer", "int32"),
        TypeForm.Int64 => ("integer", "int64"),
        TypeForm.Float64 => ("number", "double"),
        TypeForm.Bool => ("boolean", null),
        TypeForm.Bytes => ("string", "byte"),
        TypeForm.Time or TypeForm.MicroTime => ("string", "date-time"),
        _ => ("string", null),
    };
}

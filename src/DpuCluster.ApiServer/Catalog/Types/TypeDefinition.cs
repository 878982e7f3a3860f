using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Catalog.Types;

/// <summary>A structure of a built-in API, as a type of a typed language would have it.</summary>
internal sealed class TypeDefinition(TypePackage package, string name)
{
    private Dictionary<string, FieldDefinition>? _byName;

    private ProtobufFields? _byNumber;

    public TypePackage Package { get; } = package;

    public string Name { get; } = name;

    public string Description { get; init; } = "";

    /// <summary>Whether it is a kind: has <c>kind</c>, <c>apiVersion</c> and <c>metadata</c>.</summary>
    public bool IsKind { get; init; }

    /// <summary>Whether field management and merging take it as one value.</summary>
    public bool IsAtomic { get; init; }

    /// <summary>Whether it may have any fields.</summary>
    public bool IsFree { get; init; }

    /// <summary>Fields in the order in which a server writes them.</summary>
    public List<FieldDefinition> Fields { get; } = [];

    /// <summary>Such as <c>io.k8s.api.core.v1.PodSpec</c>.</summary>
    public string DefinitionName => $"{Package.Name}.{Name}";

    /// <summary>As error messages of a Go program name it, such as <c>v1.PodSpec</c>.</summary>
    public string GoName => $"{Package.Name[(Package.Name.LastIndexOf('.') + 1)..]}.{Name}";

    /// <summary>The fields by their numbers in protobuf messages; made when first asked for.</summary>
    public ProtobufFields ProtobufFields => _byNumber ??= ProtobufFields.Of(Fields);

    public FieldDefinition? Field(string name)
    {
        _byName ??= Fields.ToDictionary(f => f.Name);
        return _byName.GetValueOrDefault(name);
    }
}

/// <summary>A field of a structure.</summary>
internal sealed record FieldDefinition
{
    public required string Name { get; init; }

    public required TypeReference Type { get; init; }

    public string Description { get; init; } = "";

    /// <summary>Whether a client has to give it. Such a field is always written.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether it is written even when it has no value.</summary>
    public bool IsAlwaysWritten { get; init; }

    /// <summary>Its value when it has none; null when it stays without.</summary>
    public JsonNode? Default { get; init; }

    /// <summary><c>atomic</c>, <c>set</c>, <c>map</c> or null.</summary>
    public string? ListType { get; init; }

    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    public bool IsAtomic { get; init; }

    public string? PatchStrategy { get; init; }

    public string? PatchMergeKey { get; init; }

    /// <summary>Its number in protobuf messages; 0 where it has none.</summary>
    public byte ProtobufNumber { get; init; }

    /// <summary>
    /// Number of the message that it stands in, where JSON has it among the fields around: such a group of fields is a
    /// message of its own in protobuf only. 0 where there is no group.
    /// </summary>
    public byte ProtobufGroup { get; init; }
}

internal enum TypeForm
{
    String,
    Int32,
    Int64,
    Float64,
    Bool,
    Bytes,
    Time,
    MicroTime,
    Quantity,
    IntOrString,
    Any,
    RawObject,
    Structure,
    List,
    Map,
}

/// <summary>What may stand instead of a structure.</summary>
internal enum StructureAlternative
{
    None,
    Bool,

    /// <summary>A list of such structures.</summary>
    Structures,
    Strings,
}

/// <summary>The type of a field or an element.</summary>
internal sealed class TypeReference
{
    private Func<TypeDefinition>? _resolve;

    public required TypeForm Form { get; init; }

    /// <summary>Whether there is a difference between no value and an empty one.</summary>
    public bool IsPointer { get; init; }

    /// <summary>What else is allowed besides the structure.</summary>
    public StructureAlternative Alternative { get; init; }

    /// <summary>Whether anything else is allowed besides the structure.</summary>
    public bool OrAny => Alternative != StructureAlternative.None;

    /// <summary>Type of the elements of a list or map.</summary>
    public TypeReference? Element { get; init; }

    /// <summary>How to find the structure.</summary>
    public Func<TypeDefinition>? Resolve { init => _resolve = value; }

    /// <summary>The structure; only for <see cref="TypeForm.Structure"/>.</summary>
    public TypeDefinition Structure => field ??= _resolve!();

    /// <summary>As error messages of a Go program name it.</summary>
    public string GoName => Form switch
    {
        TypeForm.String => "string",
        TypeForm.Int32 => "int32",
        TypeForm.Int64 => "int64",
        TypeForm.Float64 => "float64",
        TypeForm.Bool => "bool",
        TypeForm.Bytes => "[]uint8",
        TypeForm.Time => "string",
        TypeForm.MicroTime => "string",
        TypeForm.Structure => Structure.GoName,
        TypeForm.List => "[]" + Element!.GoName,
        TypeForm.Map => "map[string]" + Element!.GoName,
        _ => "interface {}",
    };
}

/// <summary>The structures of one group and version.</summary>
internal sealed class TypePackage(string name)
{
    /// <summary>Such as <c>io.k8s.api.core.v1</c>.</summary>
    public string Name { get; } = name;

    public Dictionary<string, TypeDefinition> Types { get; } = [];
}

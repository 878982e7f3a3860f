namespace DpuCluster.ApiServer.Catalog.Types;

/// <summary>
/// The fields of a protobuf message by their numbers. Numbers are small, so that a plain array holds them. A number
/// stands for a field, for a group of fields that is a message in protobuf only, or for nothing known.
/// </summary>
internal sealed class ProtobufFields
{
    private readonly FieldDefinition?[] _fields;
    private readonly ProtobufFields?[] _groups;

    private ProtobufFields(IReadOnlyCollection<FieldDefinition> fields, ProtobufFields?[] groups)
    {
        _fields = new FieldDefinition?[fields.Count == 0 ? 0 : fields.Max(f => f.ProtobufNumber) + 1];
        _groups = groups;
        foreach (var field in fields)
        {
            if (_fields[field.ProtobufNumber] is { } other) throw new FormatException($"fields '{other.Name}' and '{field.Name}' have the same number");
            _fields[field.ProtobufNumber] = field;
        }
    }

    /// <summary>The field of a number; null for none.</summary>
    public FieldDefinition? Field(int number) => number < _fields.Length ? _fields[number] : null;

    /// <summary>The fields of the group of a number; null for none.</summary>
    public ProtobufFields? Group(int number) => number < _groups.Length ? _groups[number] : null;

    public static ProtobufFields Of(IEnumerable<FieldDefinition> fields)
    {
        var numbered = fields.Where(f => f.ProtobufNumber > 0).ToList();
        var grouped = numbered.Where(f => f.ProtobufGroup > 0).GroupBy(f => f.ProtobufGroup).ToList();
        var groups = new ProtobufFields?[grouped.Count == 0 ? 0 : grouped.Max(g => g.Key) + 1];
        foreach (var group in grouped) groups[group.Key] = new ProtobufFields([.. group], []);
        return new ProtobufFields([.. numbered.Where(f => f.ProtobufGroup == 0)], groups);
    }
}

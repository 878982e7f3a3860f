using System.Collections;
using System.Diagnostics.CodeAnalysis;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Types;

/// <summary>The properties of a structure, made when first looked at: most of the pod's hundreds never are.</summary>
internal sealed class LateProperties(TypeDefinition type) : IReadOnlyDictionary<string, Schema>
{
    private IReadOnlyDictionary<string, Schema> Inner => field ??= SchemaOfType.Properties(type);

    public int Count => type.Fields.Count;

    public IEnumerable<string> Keys => Inner.Keys;

    public IEnumerable<Schema> Values => Inner.Values;

    public Schema this[string key] => Inner[key];

    public bool ContainsKey(string key) => type.Field(key) is not null;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Schema value) => Inner.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, Schema>> GetEnumerator() => Inner.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Selectors;

/// <summary>Which objects of a collection a request means: those of a namespace, of a name, with labels, with fields.</summary>
internal sealed class ObjectFilter
{
    private readonly LabelSelector? _labels;
    private readonly FieldRequirement[] _fields;

    // What is stored beside an object are the fields of the resource that it is stored as; a view of it has others.
    private readonly IReadOnlyList<SelectableField>? _viewFields;

    private ObjectFilter(string ns, string? name, LabelSelector? labels, FieldRequirement[] fields, IReadOnlyList<SelectableField>? viewFields)
    {
        _viewFields = viewFields;
        Namespace = ns;
        Name = name;
        _labels = labels;
        _fields = fields;
    }

    public static ObjectFilter Everything { get; } = new("", null, null, [], null);

    /// <summary>Namespace; empty for all.</summary>
    public string Namespace { get; }

    /// <summary>The one name that can match; null when more can.</summary>
    public string? Name { get; }

    /// <summary>Whether it selects by more than the place of the collection.</summary>
    public bool IsSelective => _labels is not null || _fields.Length > 0 || Name is not null;

    /// <summary>Puts together what a request selects.</summary>
    /// <param name="resource">Kind of the objects.</param>
    /// <param name="ns">Namespace; empty for all.</param>
    /// <param name="name">The one name that the path has; empty for none.</param>
    /// <param name="labels">What their labels must be; null for anything.</param>
    /// <param name="terms">What their fields must be.</param>
    /// <exception cref="ApiException">400: there is no such field, or the name is another one.</exception>
    public static ObjectFilter Create(
        ResourceDefinition resource, string ns, string name, LabelSelector? labels, IReadOnlyList<(string Field, bool Equal, string Value)> terms)
    {
        if (labels is { IsEmpty: true }) labels = null;
        string? only = name.Length == 0 ? null : name;
        var fields = new List<FieldRequirement>();
        foreach (var (key, equal, value) in terms)
        {
            var index = IndexOf(resource, key);
            if (key == "metadata.name" && equal && only is null) only = value;
            fields.Add(new FieldRequirement(index, equal, value));
        }

        if (name.Length > 0 && terms.Count > 0 && !terms.Any(term => term is { Field: "metadata.name", Equal: true } && term.Value == name))
            throw ApiErrors.BadRequest("fieldSelector metadata.name doesn't match requested name");

        return new ObjectFilter(ns, only, labels, [.. fields], resource.StoredAs is null ? null : resource.SelectableFields);
    }

    public bool Matches(StoredObject obj)
    {
        if (Namespace.Length > 0 && obj.Namespace != Namespace) return false;
        if (Name is not null && obj.Name != Name) return false;
        foreach (var field in _fields)
        {
            var value = field.Index switch
            {
                NameIndex => obj.Name,
                NamespaceIndex => obj.Namespace,
                _ when _viewFields is not null => _viewFields[field.Index].Value(obj.Parse()),
                _ => obj.Header.Fields is { } values && field.Index < values.Length ? values[field.Index] : "",
            };
            if (value == field.Value != field.Equal) return false;
        }

        return _labels is null || _labels.Matches(obj.Header.Labels);
    }

    private const int NameIndex = -1;
    private const int NamespaceIndex = -2;

    private static int IndexOf(ResourceDefinition resource, string field)
    {
        if (field == "metadata.name") return NameIndex;
        if (field == "metadata.namespace" && (resource.Namespaced || !NamesItsFields(resource))) return NamespaceIndex;
        for (var i = 0; i < resource.SelectableFields.Count; i++)
        {
            if (resource.SelectableFields[i].Label == field) return i;
        }

        throw UnknownField(resource, field);
    }

    /// <summary>Custom resources and kinds with fields of their own say what there is; for all others there is one rule.</summary>
    private static bool NamesItsFields(ResourceDefinition resource) => !resource.IsBuiltIn || resource.SelectableFields.Count > 0;

    private static ApiException UnknownField(ResourceDefinition resource, string field) => ApiErrors.BadRequest(NamesItsFields(resource)
        ? $"field label not supported: {field}"
        : $"{GoText.Quote(field)} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");

    private readonly record struct FieldRequirement(int Index, bool Equal, string Value);
}

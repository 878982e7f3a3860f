using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>A view of one CustomResourceDefinition as it stands; for a changed one there is another view.</summary>
internal sealed class CustomResourceDefinition
{
    private readonly JsonObject _spec;
    private readonly JsonObject _accepted;

    /// <param name="crd">The definition, which must not change any more.</param>
    public CustomResourceDefinition(JsonObject crd)
    {
        Object = crd;
        _spec = crd.Map("spec") ?? [];
        _accepted = crd.Map("status")?.Map("acceptedNames") ?? [];
        Versions = [.. _spec.Maps("versions").Select(version => new CustomResourceVersion(this, version))];
    }

    public JsonObject Object { get; }

    /// <summary>Name of the definition: plural, dot, group.</summary>
    public string Name => Object.Map("metadata")?.Text("name") ?? "";

    public string Group => _spec.Text("group");

    public string Plural => _accepted.Text("plural");

    public string Singular => _accepted.Text("singular");

    public IReadOnlyList<string> ShortNames => _accepted.Texts("shortNames");

    public IReadOnlyList<string> Categories => _accepted.Texts("categories");

    public string Kind => _accepted.Text("kind");

    public string ListKind => _accepted.Text("listKind");

    public bool IsNamespaced => _spec.Text("scope") == "Namespaced";

    /// <summary>Whether its objects are served.</summary>
    public bool IsEstablished => CrdNaming.IsConditionTrue(Object, CrdNaming.Established);

    /// <summary>Whether it is being deleted, with its objects.</summary>
    public bool IsTerminating => Object.Map("metadata")?.Has("deletionTimestamp") == true;

    public IReadOnlyList<CustomResourceVersion> Versions { get; }

    public CustomResourceVersion StorageVersion => Versions.First(version => version.IsStorage);

    public CustomResourceVersion? Version(string name) => Versions.FirstOrDefault(version => version.Name == name);
}

/// <summary>One version of a CustomResourceDefinition.</summary>
internal sealed class CustomResourceVersion
{
    private readonly CustomResourceDefinition _definition;
    private readonly JsonObject _version;
    private readonly Lazy<Schema> _schema;

    public CustomResourceVersion(CustomResourceDefinition definition, JsonObject version)
    {
        _definition = definition;
        _version = version;
        _schema = new Lazy<Schema>(() => OpenApiSchema is { } schema ? SchemaReader.Read(schema) : Schema.Anything);
    }

    public string Name => _version.Text("name");

    /// <summary><c>group/version</c>.</summary>
    public string ApiVersion => $"{_definition.Group}/{Name}";

    public bool IsServed => _version.Flag("served");

    public bool IsStorage => _version.Flag("storage");

    /// <summary>What to warn of when the version is used; null where it is not deprecated.</summary>
    public string? DeprecationWarning => !_version.Flag("deprecated") ? null
        : _version.OptionalText("deprecationWarning") ?? DefaultWarning();

    /// <summary>The schema as it stands in the definition, for OpenAPI; null where there is none.</summary>
    public JsonObject? OpenApiSchema => _version.Map("schema")?.Map("openAPIV3Schema");

    /// <summary>The schema, read once.</summary>
    public Schema Schema => _schema.Value;

    public bool HasStatus => CrdSpecView.IsStatusOn(_version.Map("subresources"));

    /// <summary>Paths of the scale subresource; null where there is none.</summary>
    public ScalePaths? Scale => _version.Map("subresources")?.Map("scale") is { } scale
        ? new ScalePaths(scale.Text("specReplicasPath"), scale.Text("statusReplicasPath"), scale.OptionalText("labelSelectorPath"))
        : null;

    /// <summary>Columns of tables, besides the name; the age where the definition has none of its own.</summary>
    public IReadOnlyList<PrinterColumn> PrinterColumns => _version.Maps("additionalPrinterColumns") is { Count: > 0 } columns
        ? [.. columns.Select(column => new PrinterColumn(
            column.Text("name"),
            column.Text("type"),
            column.Text("format"),
            column.Text("description"),
            JsonValues.TryGetInteger(column["priority"], out var priority) ? (int)priority : 0,
            column.Text("jsonPath")))]
        : [PrinterColumn.Age];

    /// <summary>Fields that field selectors may name besides name and namespace, without the leading dot: <c>spec.color</c>.</summary>
    public IReadOnlyList<string> SelectableFields => [.. _version.Maps("selectableFields").Select(selectable => selectable.Text("jsonPath").TrimStart('.'))];

    /// <summary>What discovery tells clients that compare how objects are stored.</summary>
    public string StorageVersionHash =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{_definition.Group}/{Name}/{_definition.Kind}")).AsSpan(0, 8));

    /// <summary>Validates objects of this version.</summary>
    /// <param name="rules">Runs the rules of the schema on a new and an old object.</param>
    public CustomResourceValidator Validator(Func<JsonNode, JsonNode?, IReadOnlyList<FieldError>> rules) =>
        new(ApiVersion, _definition.Kind, Schema, Scale, rules);

    private string DefaultWarning()
    {
        var warning = $"{ApiVersion} {_definition.Kind} is deprecated";
        var newer = _definition.Versions
            .Where(version => version.IsServed && !version._version.Flag("deprecated") && KubernetesVersionOrder.Compare(version.Name, Name) > 0)
            .OrderByDescending(version => version.Name, KubernetesVersionOrder.Comparer)
            .FirstOrDefault();
        return newer is null ? warning : $"{warning}; use {newer.ApiVersion} {_definition.Kind}";
    }
}

/// <summary>One column of the tables that clients show objects in.</summary>
internal sealed record PrinterColumn(string Name, string Type, string Format, string Description, int Priority, string JsonPath)
{
    /// <summary>What objects show whose definition has no columns.</summary>
    public static PrinterColumn Age { get; } = new("Age", "date", "", "", 0, ".metadata.creationTimestamp");
}

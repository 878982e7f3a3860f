using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Catalog;

/// <summary>
/// Everything the server has to know about one served resource (one group, version and plural). Built-in kinds have
/// theirs in the catalogue; for custom resources it is made from their CRD.
/// Immutable; discovery, OpenAPI, tables and the request path all read this and nothing else.
/// </summary>
internal sealed record ResourceDefinition
{
    private readonly Lazy<Schema> _schema = new(static () => Schemas.Schema.Anything);

    /// <summary>API group; empty for the core group.</summary>
    public required string Group { get; init; }

    /// <summary>Version, such as <c>v1</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Kind, such as <c>ConfigMap</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Kind of the list, such as <c>ConfigMapList</c>.</summary>
    public string ListKind { get => field ?? Kind + "List"; init; }

    /// <summary>Resource as it stands in paths, such as <c>configmaps</c>.</summary>
    public required string Plural { get; init; }

    /// <summary>The resource's singular, such as <c>configmap</c>.</summary>
    public string Singular { get => field ?? Kind.ToLowerInvariant(); init; }

    /// <summary>Whether an object lives in a namespace.</summary>
    public required bool Namespaced { get; init; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Verbs in the order in which discovery names them.</summary>
    public IReadOnlyList<string> Verbs { get; init; } = AllVerbs;

    public IReadOnlyList<SubresourceDefinition> Subresources { get; init; } = [];

    /// <summary>What an object looks like, as a whole (<c>apiVersion</c>, <c>kind</c> and <c>metadata</c> included).</summary>
    public Schema Schema => _schema.Value;

    /// <summary>Source of <see cref="Schema"/>: schemas of built-in kinds are only read when first asked for.</summary>
    public Lazy<Schema> LazySchema { get => _schema; init => _schema = value; }

    /// <summary>Columns of <c>kubectl get</c>, for custom resources. Built-in kinds have printers of their own (see <c>Tables</c>).</summary>
    public IReadOnlyList<PrinterColumn> PrinterColumns { get; init; } = [];

    /// <summary>The fields besides <c>metadata.name</c> and <c>metadata.namespace</c> that a field selector may name.</summary>
    public IReadOnlyList<SelectableField> SelectableFields { get; init; } = [];

    /// <summary>Defaulting, preparation and validation.</summary>
    public ResourceStrategy Strategy { get; init; } = ResourceStrategy.Plain;

    /// <summary>What may be the name of an object.</summary>
    public NameRule NameRule { get; init; } = NameRule.Dns1123Subdomain;

    /// <summary>False for custom resources: their objects are unstructured, and items of their lists carry kind and version.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>False for the kinds that are only asked (reviews) and never stored.</summary>
    public bool IsStored { get; init; } = true;

    /// <summary>Whether <c>metadata.generation</c> starts at 1 and counts the changes of what is desired (see <see cref="ResourceStrategy.DesiredStateChanged"/>).</summary>
    public bool TracksGeneration { get; init; }

    /// <summary>Whether a PUT of an object that does not exist creates it.</summary>
    public bool AllowsCreateOnUpdate { get; init; }

    /// <summary>Whether a PUT without <c>metadata.resourceVersion</c> is taken as "whatever is there".</summary>
    public bool AllowsUnconditionalUpdate { get; init; }

    /// <summary>
    /// Whether an update has labels, annotations, owners and finalizers looked at once more, so that what is wrong with
    /// them stands among the causes once more, too.
    /// </summary>
    public bool RevalidatesMetadata { get; init; }

    /// <summary>Whether DELETE answers with the object that was deleted, instead of a Status.</summary>
    public bool DeleteReturnsObject { get; init; }

    /// <summary>
    /// Where objects are stored, when that is under another group, version and plural than the served one
    /// (<c>events.k8s.io/v1</c> is a view of <c>v1</c> events; older versions of a CRD); null when it is this one.
    /// </summary>
    public StoredAs? StoredAs { get; init; }

    /// <summary>Whether what defines it is being deleted: nothing new is taken any more.</summary>
    public bool IsTerminating { get; init; }

    /// <summary>What to warn everybody of who uses this version, for <c>Warning</c> headers; null for nothing.</summary>
    public string? DeprecationWarning { get; init; }

    /// <summary>Where the replicas are that the <c>scale</c> subresource shows; null without one.</summary>
    public ScalePaths? Scale { get; init; }

    /// <summary>Whether there is a <c>status</c> subresource, so that the main endpoint ignores <c>status</c>.</summary>
    public bool HasStatus => Subresources.Any(s => s.Name == "status");

    /// <summary><c>v1</c> or <c>apps/v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The type that objects of a built-in kind have inside of a real server, such as <c>core.ConfigMap</c>.</summary>
    public string InternalType => $"{(Group.Length == 0 || Kind == "Event" ? "core" : Group.Split('.')[0])}.{Kind}";

    /// <summary><c>configmaps</c> or <c>deployments.apps</c>, as messages name the resource.</summary>
    public string QualifiedResource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary><c>ConfigMap</c> or <c>Deployment.apps</c>, as messages name the kind.</summary>
    public string QualifiedKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    /// <summary>Key of the storage: group and plural.</summary>
    public (string Group, string Plural) StorageKey => StoredAs is { } s ? (s.Group, s.Plural) : (Group, Plural);

    /// <summary>
    /// The hash by which clients notice that a resource is stored in another version than before: the first 8 bytes
    /// of SHA-256 over <c>group/version/kind</c>, in base64. Empty for what is never stored.
    /// </summary>
    public string StorageVersionHash =>
        !IsStored ? "" : HashOf(StoredAs?.Group ?? Group, StoredAs?.Version ?? Version, Kind);

    /// <summary>The verbs of an ordinary resource, in the order in which discovery names those of built-in kinds.</summary>
    public static IReadOnlyList<string> AllVerbs { get; } =
        ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <summary>The same verbs in the order in which discovery names those of custom resources.</summary>
    public static IReadOnlyList<string> CustomResourceVerbs { get; } =
        ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

    /// <summary>What to say to a client that names a field in a selector which cannot be selected by.</summary>
    public string UnknownFieldMessage(string label) => IsBuiltIn && SelectableFields.Count == 0
        ? $"\"{label}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
        : $"field label not supported: {label}";

    /// <summary>The named subresource, or null.</summary>
    public SubresourceDefinition? Subresource(string name) => Subresources.FirstOrDefault(s => s.Name == name);

    private static string HashOf(string group, string version, string kind) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{group}/{version}/{kind}")).AsSpan(0, 8));
}

/// <summary>A resource below an object, such as <c>status</c>.</summary>
/// <param name="Name"><c>status</c>, <c>scale</c>, <c>token</c>, <c>log</c>, …</param>
/// <param name="Verbs">In the order in which discovery names them.</param>
/// <param name="Kind">Kind that it takes and gives; null for that of the object.</param>
/// <param name="Group">Group of that kind; null for that of the object.</param>
/// <param name="Version">Version of that kind; null for that of the object.</param>
internal sealed record SubresourceDefinition(
    string Name,
    IReadOnlyList<string> Verbs,
    string? Kind = null,
    string? Group = null,
    string? Version = null)
{
    public static SubresourceDefinition Status { get; } = new("status", ["get", "patch", "update"]);

    public static SubresourceDefinition AutoscalingScale { get; } = new("scale", ["get", "patch", "update"], "Scale", "autoscaling", "v1");
}

/// <summary>An <c>additionalPrinterColumns</c> entry.</summary>
/// <param name="Name">Title.</param>
/// <param name="Type"><c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c> or <c>date</c>.</param>
/// <param name="JsonPath">Where its value is, such as <c>.spec.size</c>.</param>
/// <param name="Format">OpenAPI format, or empty.</param>
/// <param name="Description">For people; empty for none.</param>
/// <param name="Priority">0 is always shown, more only in wide output.</param>
internal sealed record PrinterColumn(
    string Name,
    string Type,
    string JsonPath,
    string Format = "",
    string Description = "",
    int Priority = 0);

/// <summary>A field that a field selector may name.</summary>
/// <param name="Label">Name in the selector, such as <c>spec.nodeName</c>.</param>
/// <param name="Value">Reads it from an object as stored; empty where it is not set.</param>
internal sealed record SelectableField(string Label, Func<JsonObject, string> Value);

/// <summary>Where objects are stored that are served under another group, version or plural.</summary>
/// <param name="Group">API group of the storage.</param>
/// <param name="Version">Version of the storage.</param>
/// <param name="Plural">Resource of the storage.</param>
/// <param name="ToStorage">Makes the stored form of a served object.</param>
/// <param name="FromStorage">Makes the served form of a stored object.</param>
internal sealed record StoredAs(
    string Group,
    string Version,
    string Plural,
    Func<JsonObject, JsonObject> ToStorage,
    Func<JsonObject, JsonObject> FromStorage)
{
    /// <summary>Served forms, where making one is costly (a web service is asked); null where they are made each time.</summary>
    public ServedForms? Made { get; init; }

    /// <summary>
    /// What the JSON of a stored object begins with that is in the served form already, as objects are that were written in the
    /// version of a CRD that is stored now; null where none is.
    /// </summary>
    public byte[]? ServedStart { get; init; }

    /// <summary>Whether a stored object is in the served form already.</summary>
    public bool IsServedForm(StoredObject stored) => ServedStart is { } start && stored.Json.AsSpan().StartsWith(start);
}

/// <summary>Where a resource has what its <c>scale</c> subresource shows.</summary>
/// <param name="SpecReplicas">Such as <c>.spec.replicas</c>.</param>
/// <param name="StatusReplicas">Such as <c>.status.replicas</c>.</param>
/// <param name="LabelSelector">Such as <c>.status.selector</c>: a selector as text, or (built-in kinds) as an object; null for none.</param>
internal sealed record ScalePaths(string SpecReplicas, string StatusReplicas, string? LabelSelector);

/// <summary>What may be the name of an object.</summary>
internal enum NameRule
{
    /// <summary>Lower-case letters, digits, <c>-</c> and <c>.</c>; 253 at most.</summary>
    Dns1123Subdomain,

    /// <summary>Lower-case letters, digits and <c>-</c>; 63 at most.</summary>
    Dns1123Label,

    /// <summary>Like a label of RFC 1123, but the first must be a letter.</summary>
    Dns1035Label,

    /// <summary>Whatever can be one segment of a path.</summary>
    PathSegment,
}

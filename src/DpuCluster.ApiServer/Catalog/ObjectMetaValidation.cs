using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog;

/// <summary>What is asked of the metadata of every object, on creation and on change.</summary>
internal static class ObjectMetaValidation
{
    private const int MostAnnotationBytes = 256 * 1024;

    private static readonly string[] OwnerFields = ["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"];
    private static readonly string[] StandardFinalizers = ["kubernetes", "orphan", "foregroundDeletion"];

    /// <summary>
    /// Appends what is wrong with the metadata of an object that is to be created. Its name has been generated already
    /// if it was to be, and its namespace has been set from the request.
    /// </summary>
    public static void Validate(JsonObject meta, ResourceDefinition resource, ICollection<FieldError> errors)
    {
        var name = meta.Text("name");
        if (meta.Text("generateName") is { Length: > 0 } prefix)
            Add(errors, "metadata.generateName", prefix, resource.NameRule.Check(prefix, prefix: true));
        if (name.Length == 0) errors.Add(FieldError.Required("metadata.name", "name or generateName is required"));
        else Add(errors, "metadata.name", name, resource.NameRule.Check(name));

        var scope = meta.Text("namespace");
        if (resource.Namespaced)
        {
            if (scope.Length == 0) errors.Add(FieldError.Required("metadata.namespace"));
            else Add(errors, "metadata.namespace", scope, ObjectNames.Dns1123Label(scope));
        }
        else if (scope.Length > 0)
        {
            errors.Add(FieldError.Forbidden("metadata.namespace", "not allowed on this type"));
        }

        if (meta.Whole("generation") is < 0 and var generation)
            errors.Add(FieldError.Invalid("metadata.generation", generation, "must be greater than or equal to 0"));
        Common(meta, errors);
        Finalizers(meta, resource, errors);
    }

    /// <summary>
    /// Carries over what an update may leave out or has no say in: identity, times, and an ongoing deletion.
    /// </summary>
    public static void PrepareForUpdate(JsonObject meta, JsonObject old)
    {
        foreach (var field in (ReadOnlySpan<string>)["uid", "creationTimestamp"])
            if (meta[field] is null) Carry(meta, old, field);
        if (old["deletionTimestamp"] is null) return;
        Carry(meta, old, "deletionTimestamp");
        if (meta["deletionGracePeriodSeconds"] is null) Carry(meta, old, "deletionGracePeriodSeconds");
    }

    /// <summary>
    /// Appends what is wrong with a change of metadata. As a real server finds this twice, once for all kinds and once
    /// for each kind, it stands twice among the causes (messages say it once).
    /// </summary>
    public static void ValidateUpdate(JsonObject meta, JsonObject old, ResourceDefinition resource, ICollection<FieldError> errors)
    {
        var found = new List<FieldError>();
        if (old["deletionTimestamp"] is not null) NewFinalizers(meta, old, found);
        foreach (var field in (ReadOnlySpan<string>)["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"])
        {
            if (!JsonNode.DeepEquals(meta[field], old[field]))
                found.Add(FieldError.Invalid($"metadata.{field}", meta[field], "field is immutable"));
        }

        if (meta.Whole("generation") is { } generation && old.Whole("generation") is { } before && generation < before)
            found.Add(FieldError.Invalid("metadata.generation", generation, "must not be decremented"));
        Common(meta, found);
        foreach (var error in found) errors.Add(error);
        foreach (var error in found) errors.Add(error);
        if (!resource.RevalidatesMetadata) return;
        Common(meta, errors);
        Finalizers(meta, resource, errors);
    }

    /// <summary>
    /// What to tell a client about the finalizers of a custom resource that it has added: a name without a path may be
    /// somebody else's too.
    /// </summary>
    /// <param name="meta">The metadata now.</param>
    /// <param name="old">The metadata before; null on creation.</param>
    public static IEnumerable<string> FinalizerWarnings(JsonObject meta, JsonObject? old)
    {
        var before = old?.Texts("finalizers").ToHashSet() ?? [];
        return meta.Texts("finalizers")
            .Where(f => !before.Contains(f) && !f.Contains('/', StringComparison.Ordinal) && !StandardFinalizers.Contains(f))
            .Select(f => $"metadata.finalizers: {FieldError.Show(f)}: prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers");
    }

    private static void Common(JsonObject meta, ICollection<FieldError> errors)
    {
        Labels(meta["labels"] as JsonObject, "metadata.labels", errors);
        Annotations(meta["annotations"] as JsonObject, errors);
        Owners(meta["ownerReferences"] as JsonArray, errors);
    }

    /// <summary>Appends what is wrong with labels, such as those of a pod template.</summary>
    public static void Labels(JsonObject? labels, string path, ICollection<FieldError> errors)
    {
        foreach (var (key, value) in labels ?? [])
        {
            Add(errors, path, key, ObjectNames.QualifiedName(key));
            if (value.AsText() is { } text) Add(errors, path, text, ObjectNames.LabelValue(text));
        }
    }

    private static void Annotations(JsonObject? annotations, ICollection<FieldError> errors)
    {
        long size = 0;
        foreach (var (key, value) in annotations ?? [])
        {
            // Case does not matter here, other than in labels.
            Add(errors, "metadata.annotations", key, ObjectNames.QualifiedName(key.ToLowerInvariant()));
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value.AsText() ?? "");
        }

        if (size > MostAnnotationBytes)
            errors.Add(new FieldError(FieldErrorType.TooLong, "metadata.annotations", $"Too long: may not be more than {MostAnnotationBytes} bytes"));
    }

    private static void Owners(JsonArray? owners, ICollection<FieldError> errors)
    {
        var controller = "";
        for (var i = 0; i < owners?.Count; i++)
        {
            if (owners[i] is not JsonObject owner) continue;
            var path = $"metadata.ownerReferences[{i}]";
            foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind", "name", "uid"])
            {
                if (owner.Text(field).Length == 0)
                    errors.Add(FieldError.Invalid($"{path}.{field}", owner[field], field == "apiVersion" ? "version must not be empty" : "must not be empty"));
            }

            if (owner.Text("apiVersion") == "v1" && owner.Text("kind") == "Event")
                errors.Add(FieldError.InvalidStructure(path, InOrder(owner), "/v1, Kind=Event is disallowed from being an owner"));
            if (owner["controller"].IsTrue())
            {
                if (controller.Length > 0)
                {
                    errors.Add(FieldError.InvalidStructure("metadata.ownerReferences", new JsonArray([.. owners.OfType<JsonObject>().Select(InOrder)]),
                        $"Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {owner.Text("name")}"));
                }
                else
                {
                    controller = owner.Text("name");
                }
            }
        }
    }

    private static JsonObject InOrder(JsonObject owner) =>
        new(OwnerFields.Where(owner.ContainsKey).Select(field => KeyValuePair.Create(field, owner[field]?.DeepClone())));

    private static void Finalizers(JsonObject meta, ResourceDefinition resource, ICollection<FieldError> errors)
    {
        if (meta["finalizers"] is not JsonArray finalizers) return;
        var names = finalizers.Select(f => f.AsText() ?? "").ToList();
        foreach (var name in names) Add(errors, "metadata.finalizers", name, ObjectNames.QualifiedName(name));
        if (names.Contains("orphan") && names.Contains("foregroundDeletion"))
            errors.Add(FieldError.Invalid("metadata.finalizers", finalizers, "finalizer orphan and foregroundDeletion cannot be both set"));
        if (!resource.IsBuiltIn) return;
        for (var i = 0; i < names.Count; i++)
        {
            if (!names[i].Contains('/', StringComparison.Ordinal) && !StandardFinalizers.Contains(names[i]))
                errors.Add(FieldError.Invalid($"metadata.finalizers[{i}]", names[i], "name is neither a standard finalizer name nor is it fully qualified"));
        }
    }

    private static void NewFinalizers(JsonObject meta, JsonObject old, List<FieldError> errors)
    {
        var before = (old["finalizers"] as JsonArray ?? []).Select(f => f.AsText()).ToHashSet();
        var added = (meta["finalizers"] as JsonArray ?? []).Select(f => f.AsText() ?? "").Where(f => !before.Contains(f))
            .Distinct().Order(StringComparer.Ordinal).ToList();
        if (added.Count == 0) return;
        var list = string.Join(", ", added.Select(f => FieldError.Show(JsonValue.Create(f))));
        errors.Add(FieldError.Forbidden("metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{list}}}"));
    }

    private static void Carry(JsonObject meta, JsonObject old, string field)
    {
        if (old[field] is { } value) meta[field] = value.DeepClone();
        else meta.Remove(field);
    }

    internal static void Add(ICollection<FieldError> errors, string path, string value, IEnumerable<string> messages)
    {
        foreach (var message in messages) errors.Add(FieldError.Invalid(path, value, message));
    }
}

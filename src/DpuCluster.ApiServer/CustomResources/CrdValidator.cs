using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>How the rules in schemas (<c>x-kubernetes-validations</c>) are looked at when their definition is validated.</summary>
/// <param name="Compile">
/// Errors of the expressions of a schema: as it was read, its path, and whether it is stored as it is already. Called where the schema is
/// valid otherwise.
/// </param>
/// <param name="RunOnDefault">Errors that the rules of a schema find in one of its defaults: the schema, the default, its path.</param>
internal sealed record CrdRuleChecks(
    Func<Schema, string, bool, IReadOnlyList<FieldError>> Compile,
    Func<Schema, JsonNode, string, IReadOnlyList<FieldError>> RunOnDefault)
{
    /// <summary>Takes every rule as it is.</summary>
    public static CrdRuleChecks None { get; } = new((_, _, _) => [], (_, _, _) => []);
}

/// <summary>Validates CustomResourceDefinitions whose defaults are filled in, with the errors of kube-apiserver.</summary>
/// <param name="rules">How to look at rules.</param>
internal sealed class CrdValidator(CrdRuleChecks rules)
{
    private readonly CrdSchemaRules _schemas = new(rules);

    /// <summary>Errors of a new definition, those of its metadata among them.</summary>
    public IReadOnlyList<FieldError> ValidateCreate(JsonObject crd)
    {
        var spec = new CrdSpecView(crd.Map("spec") ?? []);
        var errors = new List<FieldError>();
        errors.AddRange(ObjectMetaRules.Validate(crd.Map("metadata") ?? [], isNamespaced: false, name => NameRule(name, spec)));
        CheckAll(crd, spec, null, errors);
        return errors;
    }

    /// <summary>Errors of a changed definition, but for those of its metadata, which the update of any object has.</summary>
    public IReadOnlyList<FieldError> ValidateUpdate(JsonObject crd, JsonObject oldCrd)
    {
        var errors = new List<FieldError>();
        CheckAll(crd, new CrdSpecView(crd.Map("spec") ?? []), oldCrd, errors);
        return errors;
    }

    /// <summary>Errors of a changed status.</summary>
    public static IReadOnlyList<FieldError> ValidateStatusUpdate(JsonObject crd)
    {
        var errors = new List<FieldError>();
        CrdNameRules.Check(crd.Map("status")?.Map("acceptedNames") ?? [], "status.acceptedNames", errors);
        return errors;
    }

    private void CheckAll(JsonObject crd, CrdSpecView spec, JsonObject? oldCrd, List<FieldError> errors)
    {
        CheckSpec(spec, oldCrd?.Map("spec") ?? [], errors);
        if (oldCrd is not null)
        {
            CheckImmutable(crd, oldCrd, errors);
        }

        errors.AddRange(ValidateStatusUpdate(crd));
        CheckStoredVersions(crd.Map("status")?["storedVersions"], spec, errors);
        CrdNameRules.CheckApproval(crd, oldCrd, errors);
        if (spec.Spec.Flag("preserveUnknownFields") && oldCrd?.Map("spec")?.Flag("preserveUnknownFields") != true)
        {
            errors.Add(FieldError.Invalid(
                "spec.preserveUnknownFields", true, "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"));
        }
    }

    private static List<string> NameRule(string name, CrdSpecView spec)
    {
        var wrong = ObjectNames.Dns1123Subdomain(name).ToList();
        if (name != $"{spec.Names.Text("plural")}.{spec.Spec.Text("group")}")
        {
            wrong.Add("must be spec.names.plural+\".\"+spec.group");
        }

        return wrong;
    }

    private void CheckSpec(CrdSpecView view, JsonObject oldSpec, List<FieldError> errors)
    {
        CrdNameRules.CheckGroup(view.Spec.Text("group"), errors);
        CheckEnum(view.Spec.Text("scope"), ["Cluster", "Namespaced"], "spec.scope", errors);
        if (view.Validation?.Map("openAPIV3Schema") is null)
        {
            for (var i = 0; i < view.Versions.Count; i++)
            {
                if (view.Versions[i].Schema?.Map("openAPIV3Schema") is null)
                {
                    errors.Add(FieldError.Required(FieldPath.Child(FieldPath.Item("spec.versions", i), "schema.openAPIV3Schema"), "schemas are required"));
                }
            }
        }

        CheckVersions(view, oldSpec, errors);
        CrdNameRules.CheckRequired(view.Names, errors);
        CrdNameRules.Check(view.Names, "spec.names", errors);
        _schemas.Check(view.Validation?.Map("openAPIV3Schema"), view.HasAnyStatus, "spec.validation", IsStored(view.Validation, view.Versions is [var first, ..] ? first.Name : null, oldSpec), errors);
        CrdVersionRules.CheckSubresources(view.Subresources, "spec.subresources", errors);
        CrdVersionRules.CheckColumns(view.Columns, "spec", errors);
        CrdVersionRules.CheckSelectableFields(
            view.SelectableFields, view.Validation?.Map("openAPIV3Schema") ?? SchemaOfAny(view), "spec",
            "selectableFields may only be set when validations.schema is included", errors);
        CrdConversionRules.Check(view.Spec.Map("conversion"), errors);
    }

    /// <summary>What selectable fields that all versions have point into where the schemas of the versions differ.</summary>
    private static JsonObject? SchemaOfAny(CrdSpecView view) =>
        view.Versions.Select(version => version.Schema?.Map("openAPIV3Schema")).FirstOrDefault(schema => schema is not null);

    private void CheckVersions(CrdSpecView view, JsonObject oldSpec, List<FieldError> errors)
    {
        for (var i = 0; i < view.Versions.Count; i++)
        {
            var version = view.Versions[i];
            var path = FieldPath.Item("spec.versions", i);
            CrdNameRules.CheckLabel(version.Name, FieldPath.Child(path, "name"), errors);
            CrdVersionRules.CheckDeprecation(version.Version, path, errors);
            var hasStatus = CrdSpecView.IsStatusOn(version.Subresources ?? view.Subresources);
            _schemas.Check(version.Schema?.Map("openAPIV3Schema"), hasStatus, FieldPath.Child(path, "schema"), IsStored(version.Schema, version.Name, oldSpec), errors);
            CrdVersionRules.CheckSubresources(version.Subresources, FieldPath.Child(path, "subresources"), errors);
            CrdVersionRules.CheckColumns(version.Columns, path, errors);
            CrdVersionRules.CheckSelectableFields(
                version.SelectableFields, version.Schema?.Map("openAPIV3Schema") ?? view.Validation?.Map("openAPIV3Schema"), path,
                "selectableFields may only be set when version.schema.openAPIV3Schema is not included", errors);
        }

        if (view.Versions.DistinctBy(version => version.Name).Count() < view.Versions.Count)
        {
            errors.Add(FieldError.InvalidShown("spec.versions", CrdDump.Versions(view), "must contain unique version names"));
        }

        if (view.Versions.Count(version => version.IsStorage) != 1)
        {
            errors.Add(FieldError.InvalidShown("spec.versions", CrdDump.Versions(view), "must have exactly one version marked as storage version"));
        }

        if (view.Versions is [{ Name.Length: > 0 } first, ..])
        {
            // The first version is also known as the version of the definition.
            CrdNameRules.CheckLabel(first.Name, "spec.version", errors);
        }
    }

    /// <summary>Whether a version has the same schema as before.</summary>
    private static bool IsStored(JsonObject? schema, string? version, JsonObject oldSpec) =>
        oldSpec.Maps("versions").FirstOrDefault(old => old.Text("name") == version) is { } stored && JsonValues.AreEqual(schema, stored["schema"]);

    private static void CheckEnum(string value, IReadOnlyList<string> accepted, string path, List<FieldError> errors)
    {
        if (value.Length == 0)
        {
            errors.Add(FieldError.Required(path));
        }
        else if (!accepted.Contains(value))
        {
            errors.Add(FieldError.NotSupported(path, value, accepted));
        }
    }

    private static void CheckImmutable(JsonObject crd, JsonObject oldCrd, List<FieldError> errors)
    {
        var (spec, oldSpec) = (crd.Map("spec") ?? [], oldCrd.Map("spec") ?? []);
        var (names, oldNames) = (spec.Map("names") ?? [], oldSpec.Map("names") ?? []);
        if (CrdNaming.IsConditionTrue(oldCrd, CrdNaming.Established))
        {
            Check(spec.Text("scope"), oldSpec.Text("scope"), "spec.scope");
            Check(names.Text("kind"), oldNames.Text("kind"), "spec.names.kind");
        }

        Check(spec.Text("group"), oldSpec.Text("group"), "spec.group");
        Check(names.Text("plural"), oldNames.Text("plural"), "spec.names.plural");

        void Check(string now, string before, string path)
        {
            if (now != before)
            {
                errors.Add(FieldError.Invalid(path, now, "field is immutable"));
            }
        }
    }

    private static void CheckStoredVersions(JsonNode? stored, CrdSpecView spec, List<FieldError> errors)
    {
        const string path = "status.storedVersions";
        if (stored is not JsonArray { Count: > 0 } list)
        {
            errors.Add(FieldError.Invalid(path, stored, "must have at least one stored version"));
            return;
        }

        var names = list.Select(name => JsonValues.TryGetString(name, out var text) ? text : "").ToList();
        foreach (var version in spec.Versions.Where(version => version.IsStorage && !names.Contains(version.Name)))
        {
            errors.Add(FieldError.Invalid(path, stored, $"must have the storage version {version.Name}"));
        }

        for (var i = 0; i < names.Count; i++)
        {
            var name = names[i];
            if (spec.Versions.All(version => version.Name != name))
            {
                errors.Add(FieldError.Invalid(FieldPath.Item(path, i), name,
                    $"missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions until " +
                    $"a storage migration ensures no data remains persisted in {name} and removes {name} from status.storedVersions"));
            }
        }
    }
}

using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>Makes of a CustomResourceDefinition the resources that it defines, one for each served version.</summary>
internal static class CustomResourceServing
{
    /// <param name="crd">The definition.</param>
    /// <param name="connections">Opens connections to the web service that converts between versions.</param>
    public static IReadOnlyList<ResourceDefinition> Definitions(JsonObject crd, WebhookConnections connections)
    {
        var spec = crd["spec"]!.AsObject();
        var names = (crd["status"]?["acceptedNames"] as JsonObject) is { } accepted && Text(accepted, "kind").Length > 0 ? accepted : spec["names"]!.AsObject();
        var group = Text(spec, "group");
        var plural = Text(names, "plural");
        var versions = spec["versions"]!.AsArray().Select(v => v!.AsObject()).ToList();
        var storage = versions.First(v => IsTrue(v, "storage"));
        var storageVersion = Text(storage, "name");
        var conversion = ConversionWebhook.Of(spec, connections);
        var definitions = new List<ResourceDefinition>();
        foreach (var version in versions.Where(v => IsTrue(v, "served")))
        {
            definitions.Add(Definition(crd, spec, names, group, plural, version, storageVersion, conversion));
        }

        return definitions;
    }

    private static ResourceDefinition Definition(JsonObject crd, JsonObject spec, JsonObject names, string group, string plural, JsonObject version, string storageVersion, ConversionWebhook? conversion)
    {
        var name = Text(version, "name");
        var kind = Text(names, "kind");
        var schema = version["schema"]?["openAPIV3Schema"] is JsonObject props ? SchemaReader.Read(props) : Schema.Anything;
        if (IsTrue(spec, "preserveUnknownFields")) schema = Schema.Anything;
        var subresources = new List<SubresourceDefinition>();
        var hasStatus = version["subresources"]?["status"] is JsonObject;
        if (hasStatus) subresources.Add(SubresourceDefinition.Status);
        Catalog.ScalePaths? scale = null;
        if (version["subresources"]?["scale"] is JsonObject paths)
        {
            subresources.Add(SubresourceDefinition.AutoscalingScale);
            scale = new Catalog.ScalePaths(Text(paths, "specReplicasPath"), Text(paths, "statusReplicasPath"),
                Text(paths, "labelSelectorPath") is { Length: > 0 } selector ? selector : null);
        }

        var validator = Validator($"{group}/{name}", kind, schema, scale);
        var definition = new ResourceDefinition
        {
            Group = group,
            Version = name,
            Kind = kind,
            ListKind = Text(names, "listKind") is { Length: > 0 } listKind ? listKind : kind + "List",
            Plural = plural,
            Singular = Text(names, "singular") is { Length: > 0 } singular ? singular : kind.ToLowerInvariant(),
            Namespaced = Text(spec, "scope") == "Namespaced",
            ShortNames = Texts(names, "shortNames"),
            Categories = Texts(names, "categories"),
            Verbs = ResourceDefinition.CustomResourceVerbs,
            Subresources = subresources,
            LazySchema = new Lazy<Schema>(schema),
            PrinterColumns = [.. (version["additionalPrinterColumns"] as JsonArray ?? []).OfType<JsonObject>().Select(Column)],
            SelectableFields = [.. (version["selectableFields"] as JsonArray ?? []).OfType<JsonObject>().Select(f => Field(Text(f, "jsonPath")))],
            Strategy = new CustomResourceStrategy(kind, schema, validator, hasStatus),
            TracksGeneration = true,
            IsTerminating = crd["metadata"]?["deletionTimestamp"] is not null,
            Scale = scale,
            DeprecationWarning = new CustomResourceDefinition(crd).Versions.First(v => v.Name == name).DeprecationWarning,
        };
        if (spec["versions"]!.AsArray().Count == 1) return definition;

        var (served, stored) = ($"{group}/{name}", $"{group}/{storageVersion}");
        return definition with
        {
            StoredAs = new StoredAs(group, storageVersion, plural, obj => Converted(conversion, obj, stored), obj => Completed(Converted(conversion, obj, served)))
            {
                Made = conversion is null ? null : new(async one =>
                    ObjectEncoder.Encode(Completed(await conversion.ConvertAsync(one.Parse(), served).ConfigureAwait(false)), schema: null, out _)),
                ServedStart = Encoding.UTF8.GetBytes($"{{\"apiVersion\":\"{served}\","),
            },
        };

        JsonObject Completed(JsonObject converted)
        {
            SchemaPruner.Prune(schema, converted, isResourceRoot: true);
            SchemaDefaulter.Apply(schema, converted);
            return converted;
        }
    }

    private static CustomResourceValidator Validator(string apiVersion, string kind, Schema schema, Catalog.ScalePaths? scale) =>
        new(apiVersion, kind, schema, scale is null ? null : new ScalePaths(scale.SpecReplicas, scale.StatusReplicas, scale.LabelSelector),
            (value, old) => ValidationRules.For(schema).Validate(value, old).Errors);

    /// <summary>The object in another version: as a web service makes it (the thread waits) or, where there is none, with the other name only.</summary>
    private static JsonObject Converted(ConversionWebhook? conversion, JsonObject obj, string apiVersion)
    {
        if (conversion is not null) return conversion.ConvertAsync(obj, apiVersion).GetAwaiter().GetResult();
        obj["apiVersion"] = apiVersion;
        return obj;
    }

    private static Catalog.PrinterColumn Column(JsonObject column) => new(
        Text(column, "name"), Text(column, "type"), Text(column, "jsonPath"), Text(column, "format"), Text(column, "description"),
        column["priority"] is JsonValue value && value.TryGetValue(out int priority) ? priority : 0);

    private static SelectableField Field(string path)
    {
        var names = path.Split('.', StringSplitOptions.RemoveEmptyEntries);
        return new SelectableField(string.Join('.', names), obj =>
        {
            JsonNode? at = obj;
            foreach (var name in names) at = (at as JsonObject)?[name];
            return at is JsonValue value ? value.TryGetValue(out string? text) ? text : value.ToJsonString() : "";
        });
    }

    private static List<string> Texts(JsonObject obj, string field) =>
        [.. (obj[field] as JsonArray ?? []).Select(t => t?.ToString() ?? "")];

    private static string Text(JsonObject obj, string field) =>
        obj[field] is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    private static bool IsTrue(JsonObject obj, string field) => obj[field] is JsonValue value && value.TryGetValue(out bool is_) && is_;
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Resources;

/// <summary>Reads and writes <c>metadata</c> of objects held as JSON.</summary>
internal static class ObjectMetadata
{
    private static readonly TimeSpan EventLifetime = TimeSpan.FromHours(1);

    /// <summary>The object's metadata, made where it is missing.</summary>
    public static JsonObject Of(JsonObject obj)
    {
        if (obj["metadata"] is JsonObject metadata) return metadata;
        metadata = [];
        obj["metadata"] = metadata;
        return metadata;
    }

    /// <summary>A string field of metadata; empty where it is not set.</summary>
    public static string Text(JsonObject obj, string field) =>
        obj["metadata"] is JsonObject metadata && metadata[field] is JsonValue value && value.TryGetValue(out string? text) ? text ?? "" : "";

    public static string Name(JsonObject obj) => Text(obj, "name");

    public static string Uid(JsonObject obj) => Text(obj, "uid");

    public static bool IsDeleting(JsonObject obj) => Text(obj, "deletionTimestamp").Length > 0;

    public static List<string> Finalizers(JsonObject obj)
    {
        var finalizers = new List<string>();
        if (obj["metadata"]?["finalizers"] is JsonArray array)
        {
            foreach (var item in array)
            {
                if (item is JsonValue value && value.TryGetValue(out string? text)) finalizers.Add(text);
            }
        }

        return finalizers;
    }

    public static void SetFinalizers(JsonObject obj, IReadOnlyCollection<string> finalizers)
    {
        var metadata = Of(obj);
        if (finalizers.Count == 0)
        {
            metadata.Remove("finalizers");
            return;
        }

        var array = new JsonArray();
        foreach (var finalizer in finalizers) array.Add((JsonNode)finalizer);
        metadata["finalizers"] = array;
    }

    public static long? Number(JsonObject obj, string field) =>
        obj["metadata"]?[field] is JsonValue value && value.TryGetValue(out long number) ? number : null;

    /// <summary>A time as Kubernetes writes it, in whole seconds.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Puts a field where it belongs or takes it away.</summary>
    public static void Set(JsonObject metadata, string field, JsonNode? value)
    {
        if (value is null) metadata.Remove(field);
        else metadata[field] = value;
    }

    /// <summary>A name that begins with a prefix and ends in five random characters.</summary>
    public static string Generate(string prefix)
    {
        const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
        const int MostOfPrefix = 58;
        if (prefix.Length > MostOfPrefix) prefix = prefix[..MostOfPrefix];
        return prefix + RandomNumberGenerator.GetString(Alphabet, 5);
    }

    /// <summary>Reads what the storage keeps beside the JSON.</summary>
    /// <param name="obj">The object as it is stored.</param>
    /// <param name="storage">Definition under which it is stored.</param>
    public static ObjectHeader Header(JsonObject obj, ResourceDefinition storage)
    {
        var metadata = Of(obj);
        return new ObjectHeader(storage.Namespaced ? StringPool.Share(Text(obj, "namespace")) : "", Name(obj), Uid(obj))
        {
            Labels = Labels(metadata),
            Fields = Fields(obj, storage),
            Owners = Owners(metadata),
            Finalizers = Finalizers(obj) is { Count: > 0 } finalizers ? [.. finalizers] : null,
            IsDeleting = IsDeleting(obj),
            Expires = storage is { Group: "", Plural: "events" }
                && DateTimeOffset.TryParse(Text(obj, "creationTimestamp"), CultureInfo.InvariantCulture, out var created)
                ? created + EventLifetime
                : null,
        };
    }

    private static Dictionary<string, string>? Labels(JsonObject metadata)
    {
        if (metadata["labels"] is not JsonObject { Count: > 0 } labels) return null;
        var read = new Dictionary<string, string>(labels.Count, StringComparer.Ordinal);
        foreach (var (key, value) in labels)
        {
            if (value is JsonValue text && text.TryGetValue(out string? label)) read[StringPool.Share(key)] = label;
        }

        return read;
    }

    private static string[]? Fields(JsonObject obj, ResourceDefinition storage)
    {
        if (storage.SelectableFields.Count == 0) return null;
        var values = new string[storage.SelectableFields.Count];
        for (var i = 0; i < values.Length; i++) values[i] = storage.SelectableFields[i].Value(obj);
        return values;
    }

    private static OwnerLink[]? Owners(JsonObject metadata)
    {
        if (metadata["ownerReferences"] is not JsonArray { Count: > 0 } references) return null;
        var owners = new List<OwnerLink>(references.Count);
        foreach (var reference in references)
        {
            if (reference is not JsonObject owner) continue;
            owners.Add(new OwnerLink(
                String(owner, "apiVersion"), String(owner, "kind"), String(owner, "name"), String(owner, "uid"),
                owner["blockOwnerDeletion"] is JsonValue block && block.TryGetValue(out bool blocks) && blocks));
        }

        return [.. owners];
    }

    private static string String(JsonObject obj, string field) =>
        obj[field] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Patches;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>
/// The annotation by which <c>kubectl apply</c> without <c>--server-side</c> remembers what it applied. Someone who turns to
/// <c>--server-side</c> gets no conflicts about those fields, and the annotation is kept up to date for the way back.
/// </summary>
internal static class LastAppliedConfiguration
{
    /// <summary>The field manager of <c>kubectl apply --server-side</c>, for which alone this is done.</summary>
    public const string Manager = "kubectl";

    /// <summary>Name of the annotation.</summary>
    public const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    private const int MaxAnnotationsSize = 256 * 1024;

    /// <summary>The fields that were applied and still have the value that they got; null when nothing is remembered.</summary>
    public static FieldSet? OwnedFields(JsonObject live, FieldManagementContext context)
    {
        if (Annotations(live)?[Annotation] is not JsonValue value || !value.TryGetValue<string>(out var text) || text.Length == 0)
            return null;
        try
        {
            if (JsonText.Parse(Encoding.UTF8.GetBytes(text)) is not JsonObject last
                || last["apiVersion"] is not JsonValue version || !version.TryGetValue<string>(out var apiVersion) || apiVersion != context.ApiVersion
                || TypedValidation.Validate(context.Schema, last) is not null)
            {
                return null;
            }
            var comparison = FieldComparison.OfObjects(context.Schema, last, live);
            return FieldManagement.OwnedFields.Of(context.Schema, last)
                .Difference(comparison.Modified)
                .Difference(comparison.Added)
                .Difference(comparison.Removed);
        }
        catch (FormatException)
        {
            // Anybody can write an annotation: one that is not JSON says nothing.
            return null;
        }
    }

    /// <summary>Writes what is applied into the annotation, if the object has it.</summary>
    public static void Refresh(JsonObject obj, JsonObject applied)
    {
        if (Annotations(obj) is not { } annotations || annotations[Annotation] is not JsonValue value
            || !value.TryGetValue<string>(out var before) || before.Length == 0)
        {
            return;
        }
        var config = (JsonObject)applied.DeepClone();
        Annotations(config)?.Remove(Annotation);
        annotations[Annotation] = Encode(config);
        if (annotations.Sum(a => Encoding.UTF8.GetByteCount(a.Key) + Encoding.UTF8.GetByteCount(a.Value?.GetValue<string>() ?? "")) > MaxAnnotationsSize)
            annotations.Remove(Annotation);
    }

    private static JsonObject? Annotations(JsonObject obj) => (obj["metadata"] as JsonObject)?["annotations"] as JsonObject;

    // As Go writes it: keys sorted, a line break at the end.
    private static string Encode(JsonObject config)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, config);
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case null:
                writer.WriteNullValue();
                break;
            case JsonObject map:
                writer.WriteStartObject();
                foreach (var (key, value) in map.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(key);
                    Write(writer, value);
                }
                writer.WriteEndObject();
                break;
            case JsonArray list:
                writer.WriteStartArray();
                foreach (var item in list)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }
}

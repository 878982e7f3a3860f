using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Storage;

/// <summary>
/// Writes objects as a real server does: those of built-in kinds with kind and version first and fields in the order of their
/// types, custom resources in alphabetical order; maps always in alphabetical order. The result is deterministic, so
/// that two encodings are the same exactly when the objects are.
/// </summary>
internal static class ObjectEncoder
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = 0,
    };

    private static readonly string[] MetadataOrder =
    [
        "name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
        "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers", "managedFields",
    ];

    private static readonly string[] OwnerOrder = ["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"];

    private static readonly string[] ManagedFieldsOrder = ["manager", "operation", "apiVersion", "time", "fieldsType", "fieldsV1", "subresource"];

    /// <summary>Encodes an object.</summary>
    /// <param name="obj">The object.</param>
    /// <param name="schema">Schema of its built-in kind, for the order of fields; null for a custom resource.</param>
    /// <param name="revisionOffset">With <paramref name="leaveRevisionOpen"/>, where the digits of the resource version go; otherwise 0.</param>
    /// <param name="leaveRevisionOpen">Whether to write an empty resource version instead of the object's own.</param>
    public static byte[] Encode(JsonObject obj, Schema? schema, out int revisionOffset, bool leaveRevisionOpen = false)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        var writer = _writer ??= new Utf8JsonWriter(buffer, Options);
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        revisionOffset = 0;
        try
        {
            WriteObject(writer, obj, schema, leaveRevisionOpen, ref revisionOffset);
            writer.Flush();
            return buffer.WrittenSpan.ToArray();
        }
        finally
        {
            if (buffer.Capacity > 256 * 1024)
            {
                _buffer = null;
                _writer = null;
            }
        }
    }

    /// <summary>Encodes any JSON as it stands.</summary>
    public static byte[] EncodePlain(JsonNode node, bool indented = false)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, indented ? Options with { Indented = true } : Options)) node.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteObject(Utf8JsonWriter writer, JsonObject obj, Schema? schema, bool leaveRevisionOpen, ref int revisionOffset)
    {
        writer.WriteStartObject();
        if (schema is not null)
        {
            WriteIfThere(writer, obj, "kind");
            WriteIfThere(writer, obj, "apiVersion");
            if (obj["metadata"] is JsonObject metadata) WriteMetadata(writer, metadata, MetadataOrder, leaveRevisionOpen, ref revisionOffset);
            foreach (var name in schema.Properties.Keys)
            {
                if (name is "kind" or "apiVersion" or "metadata" || !obj.TryGetPropertyValue(name, out var value)) continue;
                writer.WritePropertyName(name);
                Write(writer, value, schema.Properties[name]);
            }

            foreach (var name in SortedKeys(obj))
            {
                if (name is "kind" or "apiVersion" or "metadata" || schema.Properties.ContainsKey(name)) continue;
                writer.WritePropertyName(name);
                Write(writer, obj[name], null);
            }
        }
        else
        {
            foreach (var name in SortedKeys(obj))
            {
                if (name == "metadata" && obj[name] is JsonObject metadata)
                {
                    WriteMetadata(writer, metadata, null, leaveRevisionOpen, ref revisionOffset);
                    continue;
                }

                writer.WritePropertyName(name);
                Write(writer, obj[name], null);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter writer, JsonObject metadata, string[]? order, bool leaveRevisionOpen, ref int revisionOffset)
    {
        writer.WritePropertyName("metadata"u8);
        writer.WriteStartObject();
        var keys = order ?? SortedKeys(metadata, leaveRevisionOpen ? "resourceVersion" : null);
        foreach (var name in keys)
        {
            if (name == "resourceVersion" && leaveRevisionOpen)
            {
                writer.WriteString("resourceVersion"u8, ""u8);
                revisionOffset = (int)(writer.BytesCommitted + writer.BytesPending) - 1;
                continue;
            }

            if (!metadata.TryGetPropertyValue(name, out var value)) continue;
            writer.WritePropertyName(name);
            if (order is not null && name == "ownerReferences") WriteOrderedItems(writer, value, OwnerOrder);
            else if (order is not null && name == "managedFields") WriteOrderedItems(writer, value, ManagedFieldsOrder);
            else Write(writer, value, null);
        }

        if (order is not null)
        {
            foreach (var name in SortedKeys(metadata))
            {
                if (Array.IndexOf(order, name) >= 0) continue;
                writer.WritePropertyName(name);
                Write(writer, metadata[name], null);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteOrderedItems(Utf8JsonWriter writer, JsonNode? list, string[] order)
    {
        if (list is not JsonArray items)
        {
            Write(writer, list, null);
            return;
        }

        writer.WriteStartArray();
        foreach (var item in items)
        {
            if (item is not JsonObject obj)
            {
                Write(writer, item, null);
                continue;
            }

            writer.WriteStartObject();
            foreach (var name in order)
            {
                if (!obj.TryGetPropertyValue(name, out var value)) continue;
                writer.WritePropertyName(name);
                Write(writer, value, null);
            }

            foreach (var name in SortedKeys(obj))
            {
                if (Array.IndexOf(order, name) >= 0) continue;
                writer.WritePropertyName(name);
                Write(writer, obj[name], null);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node, Schema? schema)
    {
        switch (node)
        {
            case null:
                writer.WriteNullValue();
                break;
            case JsonObject obj:
                writer.WriteStartObject();
                if (schema is { Properties.Count: > 0 })
                {
                    foreach (var (name, property) in schema.Properties)
                    {
                        if (!obj.TryGetPropertyValue(name, out var value)) continue;
                        writer.WritePropertyName(name);
                        Write(writer, value, property);
                    }
                }

                foreach (var name in SortedKeys(obj))
                {
                    if (schema is not null && schema.Properties.ContainsKey(name)) continue;
                    writer.WritePropertyName(name);
                    Write(writer, obj[name], schema?.AdditionalProperties);
                }

                writer.WriteEndObject();
                break;
            case JsonArray array:
                writer.WriteStartArray();
                foreach (var item in array) Write(writer, item, schema?.Items);
                writer.WriteEndArray();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }

    private static void WriteIfThere(Utf8JsonWriter writer, JsonObject obj, string name)
    {
        if (!obj.TryGetPropertyValue(name, out var value)) return;
        writer.WritePropertyName(name);
        Write(writer, value, null);
    }

    private static string[] SortedKeys(JsonObject obj, string? extra = null)
    {
        var add = extra is not null && !obj.ContainsKey(extra);
        var keys = new string[obj.Count + (add ? 1 : 0)];
        var i = 0;
        foreach (var (name, _) in obj) keys[i++] = name;
        if (add) keys[i] = extra!;
        if (keys.Length > 1) Array.Sort(keys, StringComparer.Ordinal);
        return keys;
    }
}

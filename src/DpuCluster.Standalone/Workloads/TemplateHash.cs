using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpuCluster.Standalone.Workloads;

/// <summary>A short name of a pod template's content: the same for the same content, in whatever order its fields stand.</summary>
internal static class TemplateHash
{
    // As in Kubernetes, no vowels and no digits that look like them: a hash is part of names, and must not spell a word.
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";

    public static string Of(PodTemplate? template)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            var node = template is null ? null : JsonSerializer.SerializeToNode(template, WorkloadJsonContext.Default.PodTemplate);
            Write(writer, node);
        }

        var digest = SHA256.HashData(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        return string.Create(10, digest, static (text, digest) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = Letters[digest[i] % Letters.Length];
            }
        });
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject obj:
                writer.WriteStartObject();
                foreach (var (name, value) in obj.OrderBy(field => field.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(name);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case JsonArray array:
                writer.WriteStartArray();
                foreach (var item in array)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }
}

using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpuCluster.Kubernetes.Client;

/// <summary>A change of an object, in one of the four forms that servers take.</summary>
public sealed class Patch
{
    private Patch(string contentType, JsonNode body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            body.WriteTo(writer);
        }

        ContentType = contentType;
        Body = buffer.WrittenMemory;
    }

    private Patch(string contentType, ReadOnlyMemory<byte> body) => (ContentType, Body) = (contentType, body);

    /// <summary>Media type of <see cref="Body"/>.</summary>
    public string ContentType { get; }

    /// <summary>The patch in JSON.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    // Applying the same configuration again changes nothing; of the other forms only the sender can know that.
    internal bool IsIdempotent => ContentType == MediaTypes.Apply;

    /// <summary>JSON merge patch (RFC 7386): what is there is set, <c>null</c> removes, lists are replaced.</summary>
    public static Patch Merge(JsonNode body) => new(MediaTypes.MergePatch, body);

    /// <summary>JSON patch (RFC 6902): a list of operations.</summary>
    public static Patch Json(JsonArray body) => new(MediaTypes.JsonPatch, body);

    /// <summary>Kubernetes' strategic merge patch; not for custom resources.</summary>
    public static Patch StrategicMerge(JsonNode body) => new(MediaTypes.StrategicMergePatch, body);

    /// <summary>Server-side apply: the fields that the field manager wants, and no others.</summary>
    public static Patch Apply(JsonNode body) => new(MediaTypes.Apply, body);

    internal static Patch Apply(ReadOnlyMemory<byte> body) => new(MediaTypes.Apply, body);
}

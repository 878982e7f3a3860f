using System.Buffers;
using System.Text.Json;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Client;

/// <summary>Reads one event of a watch: <c>{"type": …, "object": …}</c>.</summary>
internal static class WatchEventReader
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    private enum Kind
    {
        Unknown,
        Added,
        Modified,
        Deleted,
        Bookmark,
        Error,
    }

    public static bool IsBlank(in ReadOnlySequence<byte> line)
    {
        foreach (var part in line)
        {
            if (part.Span.ContainsAnyExcept(" \t\r\n"u8))
            {
                return false;
            }
        }

        return true;
    }

    public static WatchEvent<T> Read<T>(in ReadOnlySequence<byte> line, ObjectCodec<T> codec)
        where T : class, IKubernetesObject<T>
    {
        try
        {
            var reader = line.IsSingleSegment ? new Utf8JsonReader(line.FirstSpan) : new Utf8JsonReader(line);
            return Read(ref reader, codec);
        }
        catch (JsonException exception)
        {
            throw new IOException($"watch of {codec.Resource.GroupResource}: an event cannot be read: {exception.Message}", exception);
        }
    }

    private static WatchEvent<T> Read<T>(ref Utf8JsonReader reader, ObjectCodec<T> codec)
        where T : class, IKubernetesObject<T>
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("not an object");
        }

        var kind = Kind.Unknown;
        WatchEvent<T>? read = null;
        Utf8JsonReader later = default; // Stands on an object that came before its type was known.
        var waits = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                kind = KindOf(ref reader);
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                reader.Read();
                if (kind == Kind.Unknown)
                {
                    later = reader;
                    waits = true;
                    reader.Skip();
                }
                else
                {
                    read = Object(ref reader, kind, codec);
                }
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (waits && read is null && kind != Kind.Unknown)
        {
            read = Object(ref later, kind, codec);
        }

        return read ?? throw new JsonException("an event must have a type and an object");
    }

    private static Kind KindOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueTextEquals("ADDED"u8))
            {
                return Kind.Added;
            }

            if (reader.ValueTextEquals("MODIFIED"u8))
            {
                return Kind.Modified;
            }

            if (reader.ValueTextEquals("DELETED"u8))
            {
                return Kind.Deleted;
            }

            if (reader.ValueTextEquals("BOOKMARK"u8))
            {
                return Kind.Bookmark;
            }

            if (reader.ValueTextEquals("ERROR"u8))
            {
                return Kind.Error;
            }
        }

        throw new JsonException("the type is none of ADDED, MODIFIED, DELETED, BOOKMARK and ERROR");
    }

    private static WatchEvent<T> Object<T>(ref Utf8JsonReader reader, Kind kind, ObjectCodec<T> codec)
        where T : class, IKubernetesObject<T>
    {
        switch (kind)
        {
            case Kind.Error:
                throw new KubernetesException(
                    JsonSerializer.Deserialize(ref reader, KubernetesJsonContext.Default.Status) ?? throw new JsonException("an error without a status"));
            case Kind.Bookmark:
                var metadata = JsonSerializer.Deserialize(ref reader, KubernetesJsonContext.Default.PartialObjectMetadata)?.Metadata;
                var ends = metadata?.Annotations?.TryGetValue(InitialEventsEnd, out var value) is true && value == "true";
                return new(WatchEventType.Bookmark, null, metadata?.ResourceVersion ?? throw new JsonException("a bookmark without a version"), ends);
            default:
                var type = kind switch
                {
                    Kind.Added => WatchEventType.Added,
                    Kind.Modified => WatchEventType.Modified,
                    _ => WatchEventType.Deleted,
                };
                var value2 = codec.Read(ref reader);
                return new(type, value2, value2.Metadata.ResourceVersion ?? "");
        }
    }
}

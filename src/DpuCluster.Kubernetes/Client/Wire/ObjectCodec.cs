using System.Buffers;
using System.Text.Json;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Kubernetes.Client;

/// <summary>Objects of one resource to and from JSON.</summary>
internal sealed class ObjectCodec<T>(ResourceType resource)
    where T : class, IKubernetesObject<T>
{
    public ResourceType Resource => resource;

    public T Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return Read(ref reader);
    }

    public T Read(ref Utf8JsonReader reader)
    {
        var read = JsonSerializer.Deserialize(ref reader, T.JsonType) ?? throw new JsonException($"null where a {resource.Kind} should be");
        return Name(read);
    }

    public ReadOnlyMemory<byte> Write(T value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        JsonSerializer.Serialize(writer, Name(value), T.JsonType);
        return buffer.WrittenMemory;
    }

    // Items of a list come without these; an object without a type of its own knows them from nowhere else.
    private T Name(T value) => value is Unstructured { ApiVersion: null } or Unstructured { Kind: null }
        ? (T)(object)((Unstructured)(object)value with { ApiVersion = value.ApiVersion ?? resource.ApiVersion, Kind = value.Kind ?? resource.Kind })
        : value;
}

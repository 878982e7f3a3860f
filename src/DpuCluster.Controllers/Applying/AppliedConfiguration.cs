using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Applying;

/// <summary>
/// A fingerprint of what was last applied, kept on the object itself: where it is another than what is wanted now has, fields may have to
/// go. The server knows which (it keeps what each manager applied); our informers do not keep that part of objects.
/// </summary>
public static class AppliedConfiguration
{
    /// <summary>The annotation.</summary>
    public const string Annotation = "dpu.nvidia.com/applied-configuration";

    /// <summary>The fingerprint on an object; <see langword="null"/> where it has none.</summary>
    public static string? Of(IKubernetesObject value) => value.Metadata.Annotations?.GetValueOrDefault(Annotation);

    /// <summary>The object with its fingerprint on it.</summary>
    public static T Sign<T>(T desired)
        where T : class, IKubernetesObject<T>
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            JsonSerializer.Serialize(writer, desired, T.JsonType);
        }

        var annotations = new Dictionary<string, string>(desired.Metadata.Annotations ?? new Dictionary<string, string>())
        {
            [Annotation] = Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan))[..16],
        };
        return desired.WithMetadata(desired.Metadata with { Annotations = annotations });
    }
}

using System.Security.Cryptography;
using System.Text;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Provisioning.Health;

/// <summary>Tells whether the data of a Secret changed, without keeping the data.</summary>
internal static class SecretFingerprint
{
    public static string Of(Secret secret)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var (key, value) in (secret.Data ?? new Dictionary<string, byte[]>()).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Append(Encoding.UTF8.GetBytes(key), length);
            Append(value, length);
        }

        return Convert.ToHexString(hash.GetHashAndReset());

        // With lengths, so that no two different Secrets give the same bytes.
        void Append(ReadOnlySpan<byte> bytes, Span<byte> buffer)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(buffer, bytes.Length);
            hash.AppendData(buffer);
            hash.AppendData(bytes);
        }
    }
}

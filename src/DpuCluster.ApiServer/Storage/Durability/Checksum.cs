using System.Numerics;
using System.Runtime.InteropServices;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>CRC-32C (Castagnoli), as iSCSI and ext4 have it, by the processor's own instruction.</summary>
internal static class Checksum
{
    /// <summary>The checksum of bytes.</summary>
    /// <param name="seed">What else it covers: bytes in another place have another checksum.</param>
    /// <param name="bytes">The bytes.</param>
    public static uint Of(ulong seed, ReadOnlySpan<byte> bytes) => End(Add(Begin(seed), bytes));

    /// <summary>Begins the checksum of bytes that come in pieces.</summary>
    public static uint Begin(ulong seed) => BitOperations.Crc32C(uint.MaxValue, seed);

    /// <summary>Goes on with the next piece, of any length.</summary>
    public static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words) crc = BitOperations.Crc32C(crc, word);
        foreach (var one in bytes[(words.Length * sizeof(ulong))..]) crc = BitOperations.Crc32C(crc, one);
        return crc;
    }

    /// <summary>The checksum, after the last piece.</summary>
    public static uint End(uint crc) => ~crc;
}

using System.Numerics;
using System.Runtime.InteropServices;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>CRC-32C (Castagnoli), as iSCSI and ext4 have it, by the processor's own instruction.</summary>
internal static class Checksum
{
    /// <summary>The checksum of bytes.</summary>
    /// <param name="seed">What else it covers: bytes in another place have another checksum.</param>
    /// <param name="bytes">The bytes.</param>
    public static uint Of(ulong seed, ReadOnlySpan<byte> bytes)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, seed);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words) crc = BitOperations.Crc32C(crc, word);
        foreach (var one in bytes[(words.Length * sizeof(ulong))..]) crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}

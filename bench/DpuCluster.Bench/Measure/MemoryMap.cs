using System.Globalization;

namespace DpuCluster.Bench.Measure;

/// <summary>Reads what the kernel tells of the memory of a process (<c>smaps</c>).</summary>
internal static class MemoryMap
{
    /// <summary>glibc reserves so much for each arena but the first, at a multiple of it.</summary>
    private const ulong ArenaBytes = 64 << 20;

    /// <summary>Resident memory of the C library's heap, in MiB: the first arena, and all others.</summary>
    public static double NativeHeapMebibytes(IEnumerable<string> lines)
    {
        var mappings = Read(lines);
        return mappings.Where((mapping, index) => mapping.Name == "[heap]" || IsArena(mapping, mappings.ElementAtOrDefault(index + 1))).Sum(mapping => mapping.Resident) / 1024;
    }

    // What of an arena is not used yet follows it, up to the end of what is reserved.
    private static bool IsArena(Mapping mapping, Mapping? next) =>
        mapping.Name.Length == 0
        && mapping.Access.StartsWith("rw", StringComparison.Ordinal)
        && mapping.From % ArenaBytes == 0
        && (mapping.To == mapping.From + ArenaBytes || (next is not null && next.From == mapping.To && next.To == mapping.From + ArenaBytes));

    private static List<Mapping> Read(IEnumerable<string> lines)
    {
        List<Mapping> mappings = [];
        foreach (var line in lines)
        {
            if (line.StartsWith("Rss:", StringComparison.Ordinal))
            {
                mappings[^1].Resident = double.Parse(line["Rss:".Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
            }
            else if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: >= 5 } parts && !parts[0].EndsWith(':'))
            {
                // Addresses, access, offset, device, inode; then a name where it has one.
                var addresses = parts[0].Split('-').Select(address => ulong.Parse(address, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
                mappings.Add(new Mapping(addresses[0], addresses[1], parts[1], parts.Length > 5 ? parts[5] : ""));
            }
        }

        return mappings;
    }

    private sealed record Mapping(ulong From, ulong To, string Access, string Name)
    {
        /// <summary>In KiB.</summary>
        public double Resident { get; set; }
    }
}

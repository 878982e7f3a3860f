using System.Globalization;
using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>Which process has started which, as Linux tells.</summary>
internal static class ProcessTree
{
    /// <summary>Waits until a process has so many children, and gives them: one that has lost its lease is away until it is started again.</summary>
    public static Task<List<int>> Has(int parent, int count) =>
        Eventually.Get(() => Task.FromResult(Children(parent)), children => children.Count == count, $"there are {count} child processes");

    /// <summary>The processes that a process has started, and that have not ended.</summary>
    public static List<int> Children(int parent)
    {
        var found = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }

            try
            {
                // "id (name) state parent …"; the name may have anything in it.
                var stat = File.ReadAllText(Path.Combine(directory, "stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                if (fields[0] != "Z" && fields[1] == parent.ToString(CultureInfo.InvariantCulture))
                {
                    found.Add(id);
                }
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return found;
    }
}

using System.Collections.Concurrent;

namespace DpuCluster.ApiServer.Storage;

/// <summary>Lets equal strings that many objects have (namespaces, label keys) share one instance. Bounded.</summary>
internal static class StringPool
{
    private const int Most = 8192;

    private static readonly ConcurrentDictionary<string, string> Pool = new(StringComparer.Ordinal);

    public static string Share(string text)
    {
        if (Pool.TryGetValue(text, out var shared)) return shared;
        if (Pool.Count < Most) Pool.TryAdd(text, text);
        return text;
    }
}

namespace DpuCluster.ApiServer.Storage;

/// <summary>
/// The order of keys in lists: by <c>namespace/name</c> as one string, byte by byte, so that <c>a-b/x</c> comes before
/// <c>a/x</c> as it does in etcd.
/// </summary>
internal sealed class KeyOrder : IComparer<StoredObject>
{
    public static KeyOrder Instance { get; } = new();

    public int Compare(StoredObject? x, StoredObject? y)
    {
        if (ReferenceEquals(x, y)) return 0;
        return Compare(x!.Namespace, x.Name, y!.Namespace, y.Name);
    }

    public static int Compare(string xNamespace, string xName, string yNamespace, string yName)
    {
        var byNamespace = CompareNamespaces(xNamespace, yNamespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(xName, yName);
    }

    private static int CompareNamespaces(string x, string y)
    {
        if (ReferenceEquals(x, y)) return 0;
        var common = x.AsSpan().CommonPrefixLength(y);
        if (common == x.Length && common == y.Length) return 0;
        var next = common < x.Length ? x[common] : '/';
        var other = common < y.Length ? y[common] : '/';
        return next.CompareTo(other);
    }
}

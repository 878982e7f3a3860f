namespace DpuCluster.ApiServer.Cel;

/// <summary>The types that expressions can name.</summary>
internal static class CelTypeNames
{
    private static readonly Dictionary<string, (CelType Type, CelTypeValue Value)> Names = new CelType[]
    {
        CelType.Bool, CelType.Int, CelType.Uint, CelType.Double, CelType.String, CelType.Bytes, CelType.Timestamp, CelType.Duration,
        CelType.AnyType, CelType.Dyn,
        CelLibraryTypes.Url, CelLibraryTypes.Ip, CelLibraryTypes.Cidr, CelLibraryTypes.Quantity, CelLibraryTypes.Semver,
        CelLibraryTypes.Format,
    }.Select(type => (type.Name, type)).Concat(
    [
        ("null_type", CelType.Null), ("list", CelType.List(CelType.Dyn)), ("map", CelType.Map(CelType.Dyn, CelType.Dyn)),
        ("optional_type", CelType.Optional(CelType.Dyn)),
    ]).ToDictionary(named => named.Item1, named => (named.Item2, new CelTypeValue(named.Item1)), StringComparer.Ordinal);

    public static (CelType Type, CelTypeValue Value)? Find(string name) => Names.TryGetValue(name, out var found) ? found : null;
}

/// <summary>The opaque types of the libraries.</summary>
internal static class CelLibraryTypes
{
    public static readonly CelType Url = CelType.Opaque("kubernetes.URL");
    public static readonly CelType Ip = CelType.Opaque("net.IP");
    public static readonly CelType Cidr = CelType.Opaque("net.CIDR");
    public static readonly CelType Quantity = CelType.Opaque("kubernetes.Quantity");
    public static readonly CelType Semver = CelType.Opaque("kubernetes.Semver");
    public static readonly CelType Format = CelType.Opaque("kubernetes.NamedFormat");
}

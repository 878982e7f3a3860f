using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Functions of IP addresses and CIDR ranges.</summary>
internal static class CelAddresses
{
    public static void Declare(CelFunctionTable table)
    {
        DeclareIps(table);
        DeclareCidrs(table);
    }

    private static CelFunctionBody Parsing(Func<string, object> body, int times = 1) => (frame, arguments) =>
    {
        frame.ChargeText(CelValues.Size(arguments[0]) * times);
        return body((string)arguments[0]);
    };

    private static CelFunctionBody Nominal<T>(Func<T, object> body) => (frame, arguments) =>
    {
        frame.Charge(1);
        return body((T)arguments[0]);
    };

    private static object ParseIp(string text) => CelIp.Parse(text, out var problem) ?? (object)new CelError(problem!);

    private static object ParseCidr(string text) => CelCidr.Parse(text, out var problem) ?? (object)new CelError(problem!);

    private static void DeclareIps(CelFunctionTable table)
    {
        table.Global("isIP", [CelType.String], CelType.Bool, Parsing(text => CelValues.Bool(CelIp.Parse(text, out _) is not null)));
        table.Global("ip", [CelType.String], CelLibraryTypes.Ip, Parsing(ParseIp));
        table.Global("ip.isCanonical", [CelType.String], CelType.Bool, Parsing(
            text => ParseIp(text) is CelIp ip ? CelValues.Bool(ip.ToString() == text) : ParseIp(text), times: 2));
        table.Global("string", [CelLibraryTypes.Ip], CelType.String, Nominal<CelIp>(ip => ip.ToString()));
        table.Member("family", [CelLibraryTypes.Ip], Int, Nominal<CelIp>(ip => ip.IsV4 ? 4L : 6L));
        table.Member("isUnspecified", [CelLibraryTypes.Ip], CelType.Bool, Nominal<CelIp>(ip => CelValues.Bool(ip.IsUnspecified)));
        table.Member("isLoopback", [CelLibraryTypes.Ip], CelType.Bool, Nominal<CelIp>(ip => CelValues.Bool(ip.IsLoopback)));
        table.Member("isLinkLocalMulticast", [CelLibraryTypes.Ip], CelType.Bool,
            Nominal<CelIp>(ip => CelValues.Bool(ip.IsLinkLocalMulticast)));
        table.Member("isLinkLocalUnicast", [CelLibraryTypes.Ip], CelType.Bool, Nominal<CelIp>(ip => CelValues.Bool(ip.IsLinkLocalUnicast)));
        table.Member("isGlobalUnicast", [CelLibraryTypes.Ip], CelType.Bool, Nominal<CelIp>(ip => CelValues.Bool(ip.IsGlobalUnicast)));
    }

    private static void DeclareCidrs(CelFunctionTable table)
    {
        table.Global("isCIDR", [CelType.String], CelType.Bool, Parsing(text => CelValues.Bool(CelCidr.Parse(text, out _) is not null)));
        table.Global("cidr", [CelType.String], CelLibraryTypes.Cidr, Parsing(ParseCidr));
        table.Global("string", [CelLibraryTypes.Cidr], CelType.String, Nominal<CelCidr>(cidr => cidr.ToString()));
        table.Member("ip", [CelLibraryTypes.Cidr], CelLibraryTypes.Ip, Nominal<CelCidr>(cidr => cidr.Address));
        table.Member("masked", [CelLibraryTypes.Cidr], CelLibraryTypes.Cidr, Nominal<CelCidr>(cidr => cidr.Masked()));
        table.Member("prefixLength", [CelLibraryTypes.Cidr], Int, Nominal<CelCidr>(cidr => (long)cidr.Prefix));
        table.Member("containsIP", [CelLibraryTypes.Cidr, CelLibraryTypes.Ip], CelType.Bool, (frame, arguments) =>
        {
            frame.Charge(1);
            return CelValues.Bool(((CelCidr)arguments[0]).Contains((CelIp)arguments[1]));
        });
        table.Member("containsIP", [CelLibraryTypes.Cidr, CelType.String], CelType.Bool, (frame, arguments) =>
        {
            frame.ChargeText(CelValues.Size(arguments[1]) + 10);
            var ip = ParseIp((string)arguments[1]);
            return ip is CelIp parsed ? CelValues.Bool(((CelCidr)arguments[0]).Contains(parsed)) : ip;
        });
        table.Member("containsCIDR", [CelLibraryTypes.Cidr, CelLibraryTypes.Cidr], CelType.Bool, (frame, arguments) =>
        {
            frame.Charge(3);
            return CelValues.Bool(((CelCidr)arguments[0]).Contains((CelCidr)arguments[1]));
        });
        table.Member("containsCIDR", [CelLibraryTypes.Cidr, CelType.String], CelType.Bool, (frame, arguments) =>
        {
            frame.ChargeText(CelValues.Size(arguments[1]) + 30);
            var cidr = ParseCidr((string)arguments[1]);
            return cidr is CelCidr parsed ? CelValues.Bool(((CelCidr)arguments[0]).Contains(parsed)) : cidr;
        });
    }
}

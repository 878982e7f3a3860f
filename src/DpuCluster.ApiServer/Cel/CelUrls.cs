using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>The parts of a URL, as <see cref="UrlText"/> takes it apart.</summary>
/// <param name="Scheme">In lower case; empty for none.</param>
/// <param name="Host">With its port.</param>
/// <param name="EscapedPath">Empty for what has a scheme and does not go on with a slash.</param>
/// <param name="Query">What follows the question mark, as it is.</param>
/// <param name="Text">All of it, written anew from its parts as Go's <c>URL.String</c> does: the same for URLs that are equal.</param>
internal sealed record CelUrl(string Scheme, string Host, string EscapedPath, string Query, string Text)
{
    /// <summary>The host without its port and brackets.</summary>
    public string HostName
    {
        get
        {
            var colon = PortColon;
            var host = colon < 0 ? Host : Host[..colon];
            return host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        }
    }

    public string Port => PortColon is var colon && colon < 0 ? "" : Host[(colon + 1)..];

    private int PortColon
    {
        get
        {
            var colon = Host.LastIndexOf(':');
            return colon > Host.LastIndexOf(']') ? colon : -1;
        }
    }

    /// <summary>The parameters of the query, unescaped; those that are not well-formed are left out.</summary>
    public CelDictionary Parameters()
    {
        var values = new Dictionary<string, List<object>>(StringComparer.Ordinal);
        foreach (var pair in Query.Split('&'))
        {
            if (pair.Length == 0 || pair.Contains(';', StringComparison.Ordinal))
                continue;
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? pair : pair[..equals];
            var value = equals < 0 ? "" : pair[(equals + 1)..];
            if (UrlText.EscapeProblem(name) is not null || UrlText.EscapeProblem(value) is not null)
                continue;
            name = Uri.UnescapeDataString(name.Replace('+', ' '));
            if (!values.TryGetValue(name, out var list))
                values[name] = list = [];
            list.Add(Uri.UnescapeDataString(value.Replace('+', ' ')));
        }
        var result = new CelDictionary();
        foreach (var (name, list) in values)
            result.Add(name, new CelArray(list));
        return result;
    }
}

internal sealed class CelUrlValue(CelUrl url) : CelOpaque
{
    public CelUrl Url { get; } = url;

    public override string TypeName => CelLibraryTypes.Url.Name;

    public override bool Equals(object? obj) => obj is CelUrlValue other && other.Url.Text == Url.Text;

    public override int GetHashCode() => Url.Text.GetHashCode(StringComparison.Ordinal);
}

/// <summary>Functions of URLs.</summary>
internal static class CelUrls
{
    public static void Declare(CelFunctionTable table)
    {
        table.Global("url", [CelType.String], CelLibraryTypes.Url, (frame, arguments) =>
        {
            frame.ChargeText(CelValues.Size(arguments[0]));
            return UrlText.Read((string)arguments[0], out var problem) is { } url
                ? new CelUrlValue(url)
                : new CelError("URL parse error during conversion from string: " + problem);
        });
        table.Global("isURL", [CelType.String], CelType.Bool, (frame, arguments) =>
        {
            frame.ChargeText(CelValues.Size(arguments[0]));
            return CelValues.Bool(UrlText.ReadRequest((string)arguments[0], out _) is not null);
        });
        Part(table, "getScheme", CelType.String, url => url.Scheme);
        Part(table, "getHost", CelType.String, url => url.Host);
        Part(table, "getHostname", CelType.String, url => url.HostName);
        Part(table, "getPort", CelType.String, url => url.Port);
        Part(table, "getEscapedPath", CelType.String, url => url.EscapedPath);
        Part(table, "getQuery", Map(CelType.String, List(CelType.String)), url => url.Parameters());
    }

    private static void Part(CelFunctionTable table, string name, CelType type, Func<CelUrl, object> part) =>
        table.Member(name, [CelLibraryTypes.Url], type, (frame, arguments) =>
        {
            frame.Charge(1);
            return part(((CelUrlValue)arguments[0]).Url);
        });
}

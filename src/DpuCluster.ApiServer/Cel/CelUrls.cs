using System.Text;
using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>An absolute URL, or an absolute path, taken apart the way Go does it.</summary>
internal sealed record CelUrl(string Scheme, string Host, string EscapedPath, string Query, string Text)
{
    /// <summary>Takes a URL apart; null when it is not one.</summary>
    public static CelUrl? Parse(string text)
    {
        if (text.Length == 0 || text.Any(c => c is < ' ' or '\x7f'))
            return null;
        var (scheme, rest) = SplitScheme(text);
        if (scheme is null)
            return null;
        // A request's URL has no fragment: the number sign is part of the path or query.
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0 ? "" : rest[(question + 1)..];
        var before = question < 0 ? rest : rest[..question];
        if (!before.StartsWith('/'))
            return scheme.Length > 0 || before == "*" ? new CelUrl(scheme, "", scheme.Length > 0 ? "" : before, query, text) : null;
        if (!before.StartsWith("//", StringComparison.Ordinal)
            || (scheme.Length == 0 && before.StartsWith("///", StringComparison.Ordinal)))
            return IsEscaped(before) ? new CelUrl(scheme, "", Escaped(before), query, text) : null;
        if (scheme.Length == 0)
            return IsEscaped(before) ? new CelUrl("", "", Escaped(before), query, text) : null;
        var slash = before.IndexOf('/', 2);
        var authority = slash < 0 ? before[2..] : before[2..slash];
        var path = slash < 0 ? "" : before[slash..];
        var host = authority[(authority.LastIndexOf('@') + 1)..];
        return IsHost(host) && IsEscaped(path) ? new CelUrl(scheme, host, Escaped(path), query, text) : null;
    }

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
            if (!IsEscaped(name) || !IsEscaped(value))
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

    private static (string? Scheme, string After) SplitScheme(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiLetter(c) || (i > 0 && (char.IsAsciiDigit(c) || c is '+' or '-' or '.')))
                continue;
            if (c == ':')
                return i == 0 ? (null, text) : (text[..i].ToLowerInvariant(), text[(i + 1)..]);
            break;
        }
        return ("", text);
    }

    private static bool IsHost(string host)
    {
        var end = host.StartsWith('[') ? host.LastIndexOf(']') : -1;
        if (host.StartsWith('[') && end < 0)
            return false;
        var colon = host.IndexOf(':', end + 1);
        if (colon >= 0 && (colon != host.LastIndexOf(':') || !host.AsSpan(colon + 1).ToString().All(char.IsAsciiDigit)))
            return false;
        if (end >= 0 && end + 1 != (colon < 0 ? host.Length : colon))
            return false;
        return host.All(c => !char.IsAscii(c) || char.IsAsciiLetterOrDigit(c)
            || "-._~!$&'()*+,;=:[]<>\"%".Contains(c, StringComparison.Ordinal)) && IsEscaped(host);
    }

    private static bool IsEscaped(string text)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                return false;
        }
        return true;
    }

    private static string Escaped(string path)
    {
        var escaped = new StringBuilder();
        foreach (var rune in path.EnumerateRunes())
        {
            if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value)
                || "-_.~!$&'()*+,;=:@/%[]".Contains((char)rune.Value, StringComparison.Ordinal)))
                escaped.Append((char)rune.Value);
            else
                escaped.Append(Uri.EscapeDataString(rune.ToString()));
        }
        return escaped.ToString();
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
            var text = (string)arguments[0];
            return CelUrl.Parse(text) is not null && CelUrl.Parse(WithoutFragment(text)) is { } url
                ? new CelUrlValue(url with { Text = text })
                : new CelError($"URL parse error during conversion from string: parse {CelFormatting.Quote((string)arguments[0])}: invalid URI for request");
        });
        table.Global("isURL", [CelType.String], CelType.Bool, (frame, arguments) =>
        {
            frame.ChargeText(CelValues.Size(arguments[0]));
            return CelValues.Bool(CelUrl.Parse((string)arguments[0]) is not null);
        });
        Part(table, "getScheme", CelType.String, url => url.Scheme);
        Part(table, "getHost", CelType.String, url => url.Host);
        Part(table, "getHostname", CelType.String, url => url.HostName);
        Part(table, "getPort", CelType.String, url => url.Port);
        Part(table, "getEscapedPath", CelType.String, url => url.EscapedPath);
        Part(table, "getQuery", Map(CelType.String, List(CelType.String)), url => url.Parameters());
    }

    private static string WithoutFragment(string text) => text.IndexOf('#', StringComparison.Ordinal) is var at and >= 0 ? text[..at] : text;

    private static void Part(CelFunctionTable table, string name, CelType type, Func<CelUrl, object> part) =>
        table.Member(name, [CelLibraryTypes.Url], type, (frame, arguments) =>
        {
            frame.Charge(1);
            return part(((CelUrlValue)arguments[0]).Url);
        });
}

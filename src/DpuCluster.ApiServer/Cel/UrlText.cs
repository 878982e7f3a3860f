using System.Globalization;
using System.Text;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Takes URLs apart as Go's <c>net/url</c> (1.26) does, with the same words for what is wrong.</summary>
internal static class UrlText
{
    // What may stand beside letters and digits in each part; in a path, also what may be left as it is, but would be escaped otherwise.
    private const string HostMarks = "-_.~!$&'()*+,;=:[]<>\"";
    private const string UserMarks = "-_.~!$&'()*+,;=:%@";
    private const string PathMarks = "-_.~$&+,/:;=@";
    private const string PathMarksLeft = PathMarks + "!'()*[]%";
    private const string FragmentMarks = PathMarks + "?!()*";
    private const string FragmentMarksLeft = FragmentMarks + "'[]%";

    // In names and passwords a colon separates the two, and what would end them is escaped.
    private const string CredentialMarks = "-_.~$&+,;=";

    private const string Zone = "%25";

    /// <summary>Reads what the first line of a request may name: an absolute URL or path, in which a number sign is a character like others.</summary>
    /// <param name="text">The URL.</param>
    /// <param name="problem">What is wrong with it; null for nothing.</param>
    public static CelUrl? ReadRequest(string text, out string? problem) => Read(text, isRequest: true, out problem);

    /// <summary>Reads a URL that is one for a request too, without its fragment.</summary>
    /// <param name="text">The URL.</param>
    /// <param name="problem">What is wrong with it; null for nothing.</param>
    public static CelUrl? Read(string text, out string? problem)
    {
        if (ReadRequest(text, out problem) is null) return null;
        var mark = text.IndexOf('#', StringComparison.Ordinal);
        if (Read(mark < 0 ? text : text[..mark], isRequest: false, out problem) is not { } url) return null;
        if (mark < 0 || mark + 1 == text.Length) return url;
        if (EscapeProblem(text[(mark + 1)..]) is { } fault)
        {
            problem = About(text, fault);
            return null;
        }

        return url with { Text = $"{url.Text}#{Escaped(text[(mark + 1)..], FragmentMarks, FragmentMarksLeft)}" };
    }

    /// <summary>What is wrong with the escapes of a text; null for nothing.</summary>
    public static string? EscapeProblem(string text)
    {
        for (var at = text.IndexOf('%', StringComparison.Ordinal); at >= 0; at = text.IndexOf('%', at + 1))
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2])) return BadEscape(text[at..]);
        }

        return null;
    }

    private static CelUrl? Read(string text, bool isRequest, out string? problem)
    {
        var url = Parse(text, isRequest, out problem);
        if (problem is null) return url;
        problem = About(text, problem);
        return null;
    }

    private static string About(string text, string problem) => $"parse {GoText.Quote(text)}: {problem}";

    private static CelUrl? Parse(string text, bool isRequest, out string? problem)
    {
        problem = text.Any(c => c is < ' ' or '\x7f') ? "net/url: invalid control character in URL"
            : text.Length == 0 && isRequest ? "empty url"
            : text.StartsWith(':') ? "missing protocol scheme"
            : null;
        if (problem is not null) return null;
        if (text == "*") return new CelUrl("", "", "*", "", "*");
        var colon = SchemeEnd(text);
        var scheme = text[..Math.Max(colon, 0)].ToLowerInvariant();
        var rest = text[(colon + 1)..];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0 ? "" : rest[(question + 1)..];
        rest = question < 0 ? rest : rest[..question];

        // A question mark that nothing follows stays.
        var asked = question < 0 ? "" : "?" + query;
        if (!rest.StartsWith('/'))
        {
            if (scheme.Length > 0) return new CelUrl(scheme, "", "", query, $"{scheme}:{rest}{asked}");
            problem = isRequest ? "invalid URI for request"
                : rest.Split('/')[0].Contains(':', StringComparison.Ordinal) ? "first path segment in URL cannot contain colon"
                : null;
            if (problem is not null) return null;
        }

        var (host, written) = ("", "");
        if (rest.StartsWith("//", StringComparison.Ordinal) && (scheme.Length > 0 || (!isRequest && !rest.StartsWith("///", StringComparison.Ordinal))))
        {
            var slash = rest.IndexOf('/', 2);
            var authority = slash < 0 ? rest[2..] : rest[2..slash];
            host = Authority(scheme, authority, out problem);
            rest = slash < 0 ? "" : rest[slash..];
            if (problem is null && (authority.Length > 0 || rest.Length > 0)) written = "//" + AuthorityText(authority);
        }

        problem ??= EscapeProblem(rest);
        if (problem is not null) return null;
        var path = Escaped(rest, PathMarks, PathMarksLeft);
        return new CelUrl(scheme, host, path, query, $"{(scheme.Length > 0 ? scheme + ":" : "")}{written}{path}{asked}");
    }

    /// <summary>User and host as they are written, whatever of them was escaped.</summary>
    private static string AuthorityText(string authority)
    {
        var at = authority.LastIndexOf('@');
        var host = Escaped(authority[(at + 1)..], HostMarks);
        if (at < 0) return host;
        var user = authority[..at];
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? $"{Escaped(user, CredentialMarks)}@{host}"
            : $"{Escaped(user[..colon], CredentialMarks)}:{Escaped(user[(colon + 1)..], CredentialMarks)}@{host}";
    }

    /// <returns>Where the colon behind a scheme is; -1 where there is no scheme.</returns>
    private static int SchemeEnd(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == ':') return i;
            if (!char.IsAsciiLetter(text[i]) && (i == 0 || !(char.IsAsciiDigit(text[i]) || text[i] is '+' or '-' or '.'))) return -1;
        }

        return -1;
    }

    private static string Authority(string scheme, string authority, out string? problem)
    {
        var at = authority.LastIndexOf('@');
        var host = Host(scheme, authority[(at + 1)..], out problem);
        if (problem is null && at >= 0)
        {
            var user = authority[..at];
            problem = user.All(c => IsOneOf(c, UserMarks)) ? EscapeProblem(user) : "net/url: invalid userinfo";
        }

        return host;
    }

    private static string Host(string scheme, string host, out string? problem)
    {
        switch (host.LastIndexOf('['))
        {
            case > 0:
                problem = "invalid IP-literal";
                return "";
            case 0:
                return Literal(host, out problem);
        }

        // The web's own schemes have one colon at most; other programs list hosts.
        var colon = scheme is "http" or "https" ? host.IndexOf(':', StringComparison.Ordinal) : host.LastIndexOf(':');
        problem = colon < 0 ? null : PortProblem(host[colon..]);
        return problem is null ? Unescaped(host, isZone: false, out problem) : "";
    }

    private static string Literal(string host, out string? problem)
    {
        var end = host.LastIndexOf(']');
        problem = end < 0 ? "missing ']' in host" : PortProblem(host[(end + 1)..]);
        if (problem is not null) return "";
        var name = host[1..end];
        var zone = name.IndexOf(Zone, StringComparison.Ordinal);
        var address = Unescaped(zone < 0 ? name : name[..zone], isZone: false, out problem);
        if (problem is null && zone >= 0) address += Unescaped(name[zone..], isZone: true, out problem);
        if (problem is null && AddressText.Parse(address, out var fault) is var read)
        {
            problem = fault is not null ? "invalid host: " + fault : read is { Bytes.Length: 4 } ? "invalid IP-literal" : null;
        }

        return $"[{address}]{host[(end + 1)..]}";
    }

    private static string? PortProblem(string port) =>
        port.Length == 0 || (port[0] == ':' && port.AsSpan(1).TrimStart("0123456789").IsEmpty) ? null : $"invalid port {GoText.Quote(port)} after host";

    // In a host only what is not ASCII may be escaped, and the percent sign that begins a zone; in that, what might stand there itself, and spaces.
    private static string Unescaped(string host, bool isZone, out string? problem)
    {
        for (var i = 0; i < host.Length; i++)
        {
            if (host[i] != '%')
            {
                problem = char.IsAscii(host[i]) && !IsOneOf(host[i], HostMarks) ? $"invalid character {GoText.Quote(host[i..(i + 1)])} in host name" : null;
                if (problem is not null) return "";
                continue;
            }

            problem = EscapeProblem(host[i..Math.Min(host.Length, i + 3)]);
            if (problem is null && host[i..(i + 3)] is var escape && escape != Zone)
            {
                var value = int.Parse(escape.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                var isRefused = isZone ? value != ' ' && (value > 0x7f || !IsOneOf((char)value, HostMarks)) : value < 0x80;
                problem = isRefused ? BadEscape(escape) : null;
            }

            if (problem is not null) return "";
            i += 2;
        }

        problem = null;
        return Uri.UnescapeDataString(host);
    }

    /// <summary>The text with all escaped that has to be.</summary>
    /// <param name="text">What may have escapes already, which are well-formed.</param>
    /// <param name="marks">What stands for itself, beside letters and digits.</param>
    /// <param name="left">Text of nothing but these, letters and digits stays as it is.</param>
    private static string Escaped(string text, string marks, string left = "")
    {
        if (left.Length > 0 && text.All(c => IsOneOf(c, left))) return text;
        var escaped = new StringBuilder();
        foreach (var one in Unescaped(text))
        {
            if (one < 0x80 && IsOneOf((char)one, marks)) escaped.Append((char)one);
            else escaped.Append(CultureInfo.InvariantCulture, $"%{one:X2}");
        }

        return escaped.ToString();
    }

    private static IEnumerable<byte> Unescaped(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '%')
            {
                yield return bytes[i];
                continue;
            }

            yield return byte.Parse(bytes.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            i += 2;
        }
    }

    private static bool IsOneOf(char c, string marks) => char.IsAsciiLetterOrDigit(c) || marks.Contains(c, StringComparison.Ordinal);

    private static string BadEscape(string text) => $"invalid URL escape {GoText.Quote(text[..Math.Min(text.Length, 3)])}";
}

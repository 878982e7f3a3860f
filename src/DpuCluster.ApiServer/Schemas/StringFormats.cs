using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using DpuCluster.ApiServer.Cel;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>
/// The values of <c>format</c> that custom resources are held to. Formats that are not here (those of numbers among
/// them) are documentation: kube-apiserver does not look at them either.
/// </summary>
internal static partial class StringFormats
{
    private static readonly Dictionary<string, Func<string, bool>> Formats = new(StringComparer.Ordinal)
    {
        ["bsonobjectid"] = text => text.Length == 24 && text.All(char.IsAsciiHexDigit),
        ["byte"] = IsBase64,
        ["cidr"] = IsCidr,
        ["creditcard"] = IsCreditCard,
        ["date"] = text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        ["datetime"] = IsDateTime,
        ["duration"] = IsDuration,
        ["email"] = text => MailAddress.TryCreate(text, out _),
        ["hexcolor"] = text => HexColor().IsMatch(text),
        ["hostname"] = IsHostname,
        ["ipv4"] = text => IsAddress(text, AddressFamily.InterNetwork),
        ["ipv6"] = text => IsAddress(text, AddressFamily.InterNetworkV6),
        ["isbn"] = text => IsIsbn10(text) || IsIsbn13(text),
        ["isbn10"] = IsIsbn10,
        ["isbn13"] = IsIsbn13,
        ["k8slongname"] = text => !ObjectNames.Dns1123Subdomain(text).Any(),
        ["k8sshortname"] = text => !ObjectNames.Dns1123Label(text).Any(),
        ["mac"] = text => Mac().IsMatch(text),
        ["password"] = _ => true,
        ["rgbcolor"] = text => RgbColor().IsMatch(text),
        ["ssn"] = text => Ssn().IsMatch(text),
        ["uri"] = text => UrlText.ReadRequest(text, out _) is not null,
        ["uuid"] = text => Uuid().IsMatch(text),
        ["uuid3"] = text => Uuid3().IsMatch(text),
        ["uuid4"] = text => Uuid4().IsMatch(text),
        ["uuid5"] = text => Uuid5().IsMatch(text),
    };

    /// <summary>Whether values are held to the format; its name counts without hyphens.</summary>
    public static bool IsKnown(string? format) => format is not null && Formats.ContainsKey(Normalize(format));

    /// <summary>Whether the text is of the format, which is a known one.</summary>
    public static bool Matches(string format, string text) => Formats[Normalize(format)](text);

    private static string Normalize(string format) => format.Replace("-", "", StringComparison.Ordinal);

    private static bool IsBase64(string text) => text.Length > 0 && !text.Any(char.IsWhiteSpace) && Base64.IsValid(text);

    private static bool IsAddress(string text, AddressFamily family)
    {
        if (!IPAddress.TryParse(text, out var address) || text.Contains('%', StringComparison.Ordinal) || text.Contains('[', StringComparison.Ordinal))
        {
            return false;
        }

        // .NET takes shorthands such as "1" or "0x7f.1" for IPv4.
        return family == AddressFamily.InterNetwork
            ? address.AddressFamily == family && DottedQuad().IsMatch(text)
            : text.Contains(':', StringComparison.Ordinal) && address.AddressFamily == family;
    }

    private static bool IsCidr(string text)
    {
        var slash = text.LastIndexOf('/');
        if (slash < 0)
        {
            return false;
        }

        var isV4 = IsAddress(text[..slash], AddressFamily.InterNetwork);
        var prefix = text[(slash + 1)..];
        return (isV4 || IsAddress(text[..slash], AddressFamily.InterNetworkV6)) &&
            prefix.Length is > 0 and <= 3 && prefix.All(char.IsAsciiDigit) && (prefix == "0" || prefix[0] != '0') &&
            int.Parse(prefix, CultureInfo.InvariantCulture) <= (isV4 ? 32 : 128);
    }

    private static bool IsDateTime(string text)
    {
        var match = DateTimeParts().Match(text);
        return match.Success &&
            DateOnly.TryParseExact(match.Groups["date"].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) &&
            int.Parse(match.Groups["hour"].ValueSpan, CultureInfo.InvariantCulture) < 24 &&
            int.Parse(match.Groups["minute"].ValueSpan, CultureInfo.InvariantCulture) < 60 &&
            int.Parse(match.Groups["second"].ValueSpan, CultureInfo.InvariantCulture) < 60;
    }

    /// <summary>A duration as Go writes it (<c>1h30m</c>), or as numbers with the names of their units (<c>2 days</c>).</summary>
    private static bool IsDuration(string text) => GoDuration().IsMatch(text) || WordDuration().IsMatch(text);

    private static bool IsHostname(string text) =>
        Encoding.UTF8.GetByteCount(text) <= 255 && Hostname().IsMatch(text) &&
        text.Split('.').All(label => Encoding.UTF8.GetByteCount(label) <= 63);

    private static bool IsCreditCard(string text)
    {
        var digits = text.Where(char.IsAsciiDigit).Select(c => c - '0').Reverse().ToList();
        var sum = digits.Select((digit, i) => i % 2 == 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2).Sum();
        return digits.Count is >= 13 and <= 19 && text.All(c => char.IsAsciiDigit(c) || c is ' ' or '-') && sum % 10 == 0;
    }

    private static bool IsIsbn10(string text)
    {
        var digits = text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        return digits.Length == 10 && digits[..9].All(char.IsAsciiDigit) && (char.IsAsciiDigit(digits[9]) || digits[9] is 'X') &&
            digits.Select((c, i) => (10 - i) * (c == 'X' ? 10 : c - '0')).Sum() % 11 == 0;
    }

    private static bool IsIsbn13(string text)
    {
        var digits = text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        return digits.Length == 13 && digits.All(char.IsAsciiDigit) &&
            digits.Select((c, i) => (i % 2 == 0 ? 1 : 3) * (c - '0')).Sum() % 10 == 0;
    }

    [GeneratedRegex(@"^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})([.,][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex DateTimeParts();

    [GeneratedRegex(@"^[+-]?(0|([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))*)\z")]
    private static partial Regex GoDuration();

    [GeneratedRegex(@"^([0-9]+ *(ns|nanos?|nanoseconds?|nanosecs?|us|µs|μs|micros?|microseconds?|microsecs?|ms|millis?|milliseconds?|millisecs?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?) *)+\z", RegexOptions.IgnoreCase)]
    private static partial Regex WordDuration();

    [GeneratedRegex(@"^([a-zA-Z0-9\p{S}\p{L}](-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?|([a-zA-Z0-9\p{S}\p{L}]([a-zA-Z0-9\p{S}\p{L}-]{0,61}[a-zA-Z0-9\p{S}\p{L}])?\.)+[a-zA-Z0-9\p{S}\p{L}](-?[a-zA-Z0-9\p{S}\p{L}]){1,62})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Hostname();

    [GeneratedRegex(@"^(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}\z")]
    private static partial Regex DottedQuad();

    [GeneratedRegex(@"^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\z")]
    private static partial Regex HexColor();

    [GeneratedRegex(@"^rgb\(\s*(0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])\s*,\s*(0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])\s*,\s*(0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])\s*\)\z")]
    private static partial Regex RgbColor();

    [GeneratedRegex(@"^(([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}|([0-9a-fA-F]{2}[:-]){7}[0-9a-fA-F]{2}|([0-9a-fA-F]{2}[:-]){19}[0-9a-fA-F]{2}|([0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4}|([0-9a-fA-F]{4}\.){3}[0-9a-fA-F]{4}|([0-9a-fA-F]{4}\.){9}[0-9a-fA-F]{4})\z")]
    private static partial Regex Mac();

    [GeneratedRegex(@"^[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}\z")]
    private static partial Regex Ssn();

    [GeneratedRegex(@"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\z")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?3[0-9a-fA-F]{3}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\z")]
    private static partial Regex Uuid3();

    [GeneratedRegex(@"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?4[0-9a-fA-F]{3}-?[89abAB][0-9a-fA-F]{3}-?[0-9a-fA-F]{12}\z")]
    private static partial Regex Uuid4();

    [GeneratedRegex(@"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?5[0-9a-fA-F]{3}-?[89abAB][0-9a-fA-F]{3}-?[0-9a-fA-F]{12}\z")]
    private static partial Regex Uuid5();
}

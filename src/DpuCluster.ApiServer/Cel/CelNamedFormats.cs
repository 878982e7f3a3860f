using System.Text.RegularExpressions;
using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>A named format of strings.</summary>
/// <param name="name">Its name.</param>
/// <param name="validate">Says what is wrong with a string.</param>
internal sealed class CelNamedFormat(string name, Func<string, IEnumerable<string>> validate) : CelOpaque
{
    public override string TypeName => CelLibraryTypes.Format.Name;

    public string Name { get; } = name;

    public IEnumerable<string> Validate(string text) => validate(text);
}

/// <summary>The formats of Kubernetes, and <c>format.named('…')</c>.</summary>
internal static partial class CelNamedFormats
{
    private const string Label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string Subdomain = Label + "(\\." + Label + ")*";
    private const string Label1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private const string NamePart = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private const string LabelMessage = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
        + " (e.g. 'my-name',  or '123-abc', regex used for validation is '" + Label + "')";
    private const string SubdomainMessage = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an"
        + " alphanumeric character (e.g. 'example.com', regex used for validation is '" + Subdomain + "')";
    private const string Label1035Message = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an"
        + " alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '" + Label1035 + "')";
    private const string NameMessage = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
        + " (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '" + NamePart + "')";

    private static readonly Dictionary<string, CelNamedFormat> Formats = new[]
    {
        new CelNamedFormat("dns1123Label", text => Dns(text, LabelRegex(), 63, LabelMessage)),
        new CelNamedFormat("dns1123Subdomain", text => Dns(text, SubdomainRegex(), 253, SubdomainMessage)),
        new CelNamedFormat("dns1035Label", text => Dns(text, Label1035Regex(), 63, Label1035Message)),
        new CelNamedFormat("dns1123LabelPrefix", text => Dns(Unprefixed(text), LabelRegex(), 63, LabelMessage)),
        new CelNamedFormat("dns1123SubdomainPrefix", text => Dns(Unprefixed(text), SubdomainRegex(), 253, SubdomainMessage)),
        new CelNamedFormat("dns1035LabelPrefix", text => Dns(Unprefixed(text), Label1035Regex(), 63, Label1035Message)),
        new CelNamedFormat("qualifiedName", QualifiedName),
        new CelNamedFormat("labelValue", LabelValue),
        new CelNamedFormat("uri", text => UrlText.ReadRequest(text, out var problem) is null ? [problem!] : []),
        new CelNamedFormat("uuid", text => UuidRegex().IsMatch(text) ? [] : ["does not match the UUID format"]),
        new CelNamedFormat("byte", text => Base64(text) is null ? ["invalid base64"] : []),
        new CelNamedFormat("date", text => CelTimestamp.Parse(text + "T00:00:00Z") is null ? ["invalid date"] : []),
        new CelNamedFormat("datetime", text => CelTimestamp.Parse(text) is null ? ["invalid datetime"] : []),
    }.ToDictionary(format => format.Name, StringComparer.Ordinal);

    public static void Declare(CelFunctionTable table)
    {
        foreach (var format in Formats.Values)
        {
            table.Global("format." + format.Name, [], CelLibraryTypes.Format, (frame, _) =>
            {
                frame.Charge(1);
                return format;
            });
        }
        table.Global("format.named", [CelType.String], Optional(CelLibraryTypes.Format), (frame, arguments) =>
        {
            frame.Charge(1);
            return Formats.TryGetValue((string)arguments[0], out var format) ? new CelOptional(format) : CelOptional.None;
        });
        table.Member("validate", [CelLibraryTypes.Format, CelType.String], Optional(List(CelType.String)), (frame, arguments) =>
        {
            frame.ChargeText(CelValues.Size(arguments[1]) * 10 + 10);
            var errors = ((CelNamedFormat)arguments[0]).Validate((string)arguments[1]).ToList<object>();
            return errors.Count == 0 ? CelOptional.None : new CelOptional(new CelArray(errors));
        });
    }

    /// <summary>The bytes that a base64 string stands for; null when it is not one.</summary>
    public static byte[]? Base64(string text)
    {
        var bytes = new byte[text.Length / 4 * 3 + 3];
        return text.Length % 4 == 0 && Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }

    private static List<string> Dns(string text, Regex regex, int maxLength, string message)
    {
        var errors = new List<string>();
        if (text.Length > maxLength)
            errors.Add($"must be no more than {maxLength} bytes");
        if (!regex.IsMatch(text))
            errors.Add(message);
        return errors;
    }

    /// <summary>A prefix may end in a dash, and in whatever is before that, since something will come after it.</summary>
    private static string Unprefixed(string text) => text.Length > 1 && text.EndsWith('-') ? text[..^2] + "a" : text;

    private static IEnumerable<string> QualifiedName(string text)
    {
        var parts = text.Split('/');
        if (parts.Length > 2)
        {
            yield return "a qualified name " + NameMessage + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            yield break;
        }
        if (parts.Length == 2)
        {
            if (parts[0].Length == 0)
                yield return "prefix part must be non-empty";
            else
                foreach (var error in Dns(parts[0], SubdomainRegex(), 253, SubdomainMessage))
                    yield return "prefix part " + error;
        }
        var name = parts[^1];
        if (name.Length == 0)
            yield return "name part must be non-empty";
        else if (name.Length > 63)
            yield return "name part must be no more than 63 bytes";
        if (!NamePartRegex().IsMatch(name))
            yield return "name part " + NameMessage;
    }

    private static IEnumerable<string> LabelValue(string text)
    {
        if (text.Length > 63)
            yield return "must be no more than 63 bytes";
        if (text.Length > 0 && !NamePartRegex().IsMatch(text))
        {
            yield return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric"
                + " character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(" + NamePart + ")?')";
        }
    }

    [GeneratedRegex("^" + Label + "\\z", RegexOptions.NonBacktracking)]
    private static partial Regex LabelRegex();

    [GeneratedRegex("^" + Subdomain + "\\z", RegexOptions.NonBacktracking)]
    private static partial Regex SubdomainRegex();

    [GeneratedRegex("^" + Label1035 + "\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Label1035Regex();

    [GeneratedRegex("^" + NamePart + "\\z", RegexOptions.NonBacktracking)]
    private static partial Regex NamePartRegex();

    [GeneratedRegex("^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex UuidRegex();
}

using System.Text;
using System.Text.RegularExpressions;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>The rules for names, labels and keys. A rule gives what is wrong, in Kubernetes' words; nothing when all is well.</summary>
internal static partial class ObjectNames
{
    private const string LabelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string SubdomainPattern = LabelPattern + @"(\." + LabelPattern + ")*";
    private const string Label1035Pattern = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private const string QualifiedPattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private const string ValuePattern = "(" + QualifiedPattern + ")?";
    private const string ConfigKeyPattern = "[-._a-zA-Z0-9]+";
    private const string PortNamePattern = "[-a-z0-9]+";

    /// <summary>Names such as <c>my-name</c> or <c>123-abc</c>.</summary>
    public static IEnumerable<string> Dns1123Label(string value)
    {
        if (Length(value) > 63) yield return TooLong(63);
        if (Label().IsMatch(value)) yield break;
        yield return Subdomain().IsMatch(value)
            ? "must not contain dots"
            : Rule("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character", LabelPattern, "my-name", "123-abc");
    }

    /// <summary>Names such as <c>example.com</c>.</summary>
    public static IEnumerable<string> Dns1123Subdomain(string value)
    {
        if (Length(value) > 253) yield return TooLong(253);
        if (!Subdomain().IsMatch(value))
            yield return Rule("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character", SubdomainPattern, "example.com");
    }

    /// <summary>Names such as <c>my-name</c> or <c>abc-123</c>.</summary>
    public static IEnumerable<string> Dns1035Label(string value)
    {
        if (Length(value) > 63) yield return TooLong(63);
        if (!Label1035().IsMatch(value))
            yield return Rule("a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character", Label1035Pattern, "my-name", "abc-123");
    }

    /// <summary>Names that need only be a segment of a URL's path, or the beginning of one.</summary>
    public static IEnumerable<string> PathSegment(string value, bool prefix)
    {
        if (!prefix && value is "." or "..") yield return $"may not be '{value}'";
        if (value.Contains('/', StringComparison.Ordinal)) yield return "may not contain '/'";
        if (value.Contains('%', StringComparison.Ordinal)) yield return "may not contain '%'";
    }

    /// <summary>Keys of labels and annotations, and finalizers: <c>name</c> or <c>prefix/name</c>.</summary>
    public static IEnumerable<string> QualifiedName(string value)
    {
        const string Name = "name part ";
        var parts = value.Split('/');
        if (parts.Length > 2)
        {
            yield return Rule("a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", QualifiedPattern, "MyName", "my.name", "123-abc")
                + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            yield break;
        }

        if (parts.Length == 2)
        {
            if (parts[0].Length == 0) yield return "prefix part must be non-empty";
            else foreach (var error in Dns1123Subdomain(parts[0])) yield return "prefix part " + error;
        }

        var name = parts[^1];
        if (name.Length == 0) yield return Name + "must be non-empty";
        else if (Length(name) > 63) yield return Name + TooLong(63);
        if (!Qualified().IsMatch(name))
            yield return Name + Rule("must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", QualifiedPattern, "MyName", "my.name", "123-abc");
    }

    /// <summary>Values of labels, which may be empty.</summary>
    public static IEnumerable<string> LabelValue(string value)
    {
        if (Length(value) > 63) yield return TooLong(63);
        if (!Value().IsMatch(value))
            yield return Rule("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", ValuePattern, "MyValue", "my_value", "12345");
    }

    /// <summary>Keys of config maps and secrets.</summary>
    public static IEnumerable<string> ConfigKey(string value)
    {
        if (Length(value) > 253) yield return TooLong(253);
        if (!ConfigKeyRegex().IsMatch(value))
            yield return Rule("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", ConfigKeyPattern, "key.name", "KEY_NAME", "key-name");
        if (value == ".") yield return "must not be '.'";
        else if (value == "..") yield return "must not be '..'";
        else if (value.StartsWith("..", StringComparison.Ordinal)) yield return "must not start with '..'";
    }

    /// <summary>Names of environment variables: anything printable but <c>=</c>.</summary>
    public static IEnumerable<string> EnvironmentName(string value)
    {
        if (value.Any(c => c is < ' ' or > '~' or '=')) yield return "a valid environment variable name must consist only of printable ASCII characters other than '='";
    }

    /// <summary>Names of the ports of containers.</summary>
    public static IEnumerable<string> PortName(string value)
    {
        if (Length(value) > 15) yield return "must be no more than 15 characters";
        if (!PortNameRegex().IsMatch(value)) yield return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
        if (!value.Any(char.IsAsciiLetter)) yield return "must contain at least one letter (a-z)";
        if (value.Contains("--", StringComparison.Ordinal)) yield return "must not contain consecutive hyphens";
        if (value.Length > 0 && (value[0] == '-' || value[^1] == '-')) yield return "must not begin or end with a hyphen";
    }

    /// <summary>Shares such as <c>25%</c>.</summary>
    public static IEnumerable<string> Percent(string value)
    {
        if (!PercentRegex().IsMatch(value)) yield return Rule("a valid percent string must be a numeric string followed by an ending '%'", "[0-9]+%", "1%", "93%");
    }

    private static int Length(string value) => Encoding.UTF8.GetByteCount(value);

    private static string TooLong(int length) => $"must be no more than {length} bytes";

    private static string Rule(string text, string pattern, params ReadOnlySpan<string> examples)
    {
        var builder = new StringBuilder(text).Append(" (e.g. ");
        for (var i = 0; i < examples.Length; i++) builder.Append(i > 0 ? " or " : "").Append('\'').Append(examples[i]).Append("', ");
        return builder.Append("regex used for validation is '").Append(pattern).Append("')").ToString();
    }

    [GeneratedRegex("^" + LabelPattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex("^" + SubdomainPattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex Subdomain();

    [GeneratedRegex("^" + Label1035Pattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label1035();

    [GeneratedRegex("^" + QualifiedPattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex Qualified();

    [GeneratedRegex("^" + ValuePattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex Value();

    [GeneratedRegex("^" + ConfigKeyPattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex ConfigKeyRegex();

    [GeneratedRegex(@"^[0-9]+%\z", RegexOptions.CultureInvariant)]
    private static partial Regex PercentRegex();

    [GeneratedRegex("^" + PortNamePattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex PortNameRegex();
}

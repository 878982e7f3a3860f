using System.Globalization;
using System.Text;
using YamlDotNet.Core;

namespace DpuCluster.ApiServer.Schemas.FieldValidation;

/// <summary>
/// Reads YAML that clients send, with the types that kube-apiserver gives plain scalars (YAML 1.1: <c>yes</c> and
/// <c>on</c> are booleans, <c>010</c> is eight). JSON is YAML too. Of several documents the first counts.
/// </summary>
internal static class StrictYaml
{
    /// <exception cref="StrictJsonException">The bytes are not YAML, or YAML that JSON cannot say.</exception>
    public static StrictJsonResult Parse(ReadOnlyMemory<byte> utf8)
    {
        var reading = new YamlReading(new Parser(new StringReader(Encoding.UTF8.GetString(utf8.Span))));
        try
        {
            var node = reading.ReadDocument();
            IReadOnlyList<string> errors = reading.DuplicateLines.Count == 0
                ? []
                : [UnmarshalErrors + string.Join("\n", reading.DuplicateLines.Select(line => "  " + line))];
            return new StrictJsonResult(node, reading.Duplicates.Paths, errors);
        }
        catch (YamlException exception)
        {
            throw new StrictJsonException(Wrong(Describe(exception)), exception);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or OverflowException)
        {
            // The parser is fed with what strangers wrote; what it did not expect itself is an error of the text all the same.
            throw new StrictJsonException(Wrong("could not be read"), exception);
        }
    }

    /// <summary>What a strict error as warnings says: a line for each key that stands twice.</summary>
    public static IEnumerable<string> Warnings(string strictError) => strictError.StartsWith(UnmarshalErrors, StringComparison.Ordinal)
        ? strictError[UnmarshalErrors.Length..].Split('\n').Select(line => line.Trim())
        : [strictError];

    /// <summary>
    /// What the reader of a real server says: not what it was about to read, and no line for the first. Its scanner counts lines from one,
    /// its parser from zero.
    /// </summary>
    private static string Describe(YamlException exception)
    {
        var detail = exception.Message.Split('\n')[0].Trim().TrimEnd('.');
        var isScanned = !detail.StartsWith("While parsing ", StringComparison.Ordinal);
        if (detail.StartsWith("While ", StringComparison.Ordinal) && detail.IndexOf(", ", StringComparison.Ordinal) is > 0 and var comma)
            detail = detail[(comma + 2)..];
        var text = detail switch
        {
            "" => "could not be read",
            "found invalid mapping" => "mapping values are not allowed in this context",
            "found invalid tab as indentation" => "found character that cannot start any token",
            _ => char.ToLowerInvariant(detail[0]) + detail[1..],
        };
        var before = (isScanned ? exception.End : exception.Start).Line - 1;
        return before == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"line {(isScanned ? before + 1 : before)}: {text}");
    }

    internal static string Wrong(string detail) => "error converting YAML to JSON: yaml: " + detail;

    private const string UnmarshalErrors = "yaml: unmarshal errors:\n";
}

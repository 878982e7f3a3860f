using System.Globalization;
using System.Text.RegularExpressions;

namespace DpuCluster.Bench.Measure;

/// <summary>One line of what <c>/metrics</c> says.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    public string Label(string name) => Labels.GetValueOrDefault(name, "");
}

/// <summary>Reads Prometheus' text format, as far as counters and gauges go.</summary>
internal static partial class PrometheusText
{
    public static IEnumerable<Sample> Read(string text, string name)
    {
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && Line().Match(line) is { Success: true } match && match.Groups["name"].Value == name)
            {
                var labels = Label().Matches(match.Groups["labels"].Value).ToDictionary(
                    label => label.Groups["label"].Value, label => label.Groups["value"].Value);
                yield return new Sample(name, labels, double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture));
            }
        }
    }

    [GeneratedRegex("""^(?<name>\w+)(\{(?<labels>.*)\})? (?<number>\S+)$""")]
    private static partial Regex Line();

    [GeneratedRegex("""(?<label>\w+)="(?<value>(\\.|[^"\\])*)" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Label();
}

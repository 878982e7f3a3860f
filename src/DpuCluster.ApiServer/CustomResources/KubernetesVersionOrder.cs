using System.Globalization;
using System.Text.RegularExpressions;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>The order of API versions: <c>v2</c>, <c>v1</c>, <c>v1beta2</c>, <c>v1alpha1</c>, and then what is not of this form, by name.</summary>
internal static partial class KubernetesVersionOrder
{
    /// <summary>Sorts the most preferred version last.</summary>
    public static IComparer<string> Comparer { get; } = Comparer<string>.Create(Compare);

    /// <summary>Positive where the first version is preferred to the other.</summary>
    public static int Compare(string one, string other)
    {
        var (first, second) = (Form().Match(one), Form().Match(other));
        if (!first.Success || !second.Success)
        {
            return first.Success != second.Success ? (first.Success ? 1 : -1) : string.CompareOrdinal(other, one);
        }

        return Key(first).CompareTo(Key(second));
    }

    private static (int Stability, long Major, long Minor) Key(Match match) => (
        match.Groups["stage"].Value switch { "" => 2, "beta" => 1, _ => 0 },
        Number(match.Groups["major"].Value),
        Number(match.Groups["minor"].Value));

    private static long Number(string digits) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"^v(?<major>[1-9][0-9]*)((?<stage>alpha|beta)(?<minor>[1-9][0-9]*))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}

using System.Globalization;
using System.Text.Json;

namespace DpuCluster.Standalone.Workloads;

/// <summary>Kubernetes' <c>IntOrString</c> where it means a number of pods: <c>2</c> or <c>25%</c>.</summary>
internal static class ScaledValue
{
    /// <param name="value">The number or the percentage.</param>
    /// <param name="total">What the percentage is of.</param>
    /// <param name="roundUp">Whether a part of a pod counts as a whole one.</param>
    /// <param name="otherwise">What it is where nothing, or nothing sensible, is said.</param>
    public static int Of(JsonElement? value, int total, bool roundUp, int otherwise)
    {
        if (value is not { } given)
        {
            return otherwise;
        }

        if (given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out var number))
        {
            return Math.Max(0, number);
        }

        if (given.ValueKind == JsonValueKind.String && given.GetString() is [.. var percent, '%']
            && int.TryParse(percent, NumberStyles.None, CultureInfo.InvariantCulture, out var share))
        {
            var part = share * (long)total;
            return (int)Math.Min(int.MaxValue, roundUp ? (part + 99) / 100 : part / 100);
        }

        return otherwise;
    }
}

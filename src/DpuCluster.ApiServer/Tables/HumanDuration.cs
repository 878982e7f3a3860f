using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Types;

namespace DpuCluster.ApiServer.Tables;

/// <summary>Spans of time as kubectl shows them: about two or three digits, in the unit that fits.</summary>
internal static class HumanDuration
{
    /// <summary>Time from a stored time stamp until now; <c>&lt;unknown&gt;</c> without one.</summary>
    public static string Since(JsonNode? timestamp, DateTimeOffset now) =>
        timestamp.AsText() is { } text && Timestamps.TryParse(text, out var time) ? Text(now - time) : "<unknown>";

    /// <summary>A span of time. Clocks may differ by a second; more into the future is <c>&lt;invalid&gt;</c>.</summary>
    public static string Text(TimeSpan span)
    {
        var seconds = (long)span.TotalSeconds;
        if (seconds < -1) return "<invalid>";
        if (seconds < 0) return "0s";
        var (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
        return seconds switch
        {
            < 120 => Format(seconds, 's'),
            < 600 => Two(minutes, 'm', seconds % 60, 's'),
            < 3 * 3600 => Format(minutes, 'm'),
            < 8 * 3600 => Two(hours, 'h', minutes % 60, 'm'),
            < 48 * 3600 => Format(hours, 'h'),
            < 8 * 86400 => Two(days, 'd', hours % 24, 'h'),
            < 2 * 365 * 86400 => Format(days, 'd'),
            < 8L * 365 * 86400 => Two(days / 365, 'y', days % 365, 'd'),
            _ => Format(days / 365, 'y'),
        };
    }

    private static string Two(long large, char unit, long small, char smallUnit) =>
        small == 0 ? Format(large, unit) : Format(large, unit) + Format(small, smallUnit);

    private static string Format(long number, char unit) => string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");
}

using System.Globalization;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Catalog.Types;

/// <summary>Points in time as Kubernetes writes them: RFC 3339 in UTC, in whole seconds or in microseconds.</summary>
internal static class Timestamps
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>The value as the server writes it; null when it is not a point in time.</summary>
    public static JsonNode? Canonical(JsonValue value, bool micro) =>
        value.TryGetValue<string>(out var text) && TryParse(text, out var time) ? JsonValue.Create(Format(time, micro)) : null;

    public static string Format(DateTimeOffset time, bool micro) =>
        time.UtcDateTime.ToString(micro ? "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'" : "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads RFC 3339; digits beyond the seventh after the decimal point are ignored.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length < 20 || !(text[^1] == 'Z' || text[^3] == ':')) return false;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot == 19)
        {
            var end = dot + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
            if (end == dot + 1) return false;
            if (end - dot > 8) text = text[..(dot + 8)] + text[end..];
        }

        return DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }
}

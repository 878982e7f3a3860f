using System.Globalization;
using System.Text;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>The name of a field manager that a client did not name.</summary>
internal static class ManagerName
{
    /// <summary>How long a name may be, in bytes of UTF-8.</summary>
    public const int MaxLength = 128;

    /// <summary>The manager that a request names, or else the start of its user agent, up to the first slash.</summary>
    public static string Of(string? fieldManager, string? userAgent)
    {
        if (!string.IsNullOrEmpty(fieldManager))
            return fieldManager;
        var name = new StringBuilder();
        var length = 0;
        foreach (var rune in (userAgent ?? "").Split('/')[0].EnumerateRunes())
        {
            if (!IsPrintable(rune))
                continue;
            length += rune.Utf8SequenceLength;
            if (length > MaxLength)
                break;
            name.Append(rune);
        }
        return name.ToString();
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}

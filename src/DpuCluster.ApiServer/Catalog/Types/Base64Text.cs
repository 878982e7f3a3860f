using System.Buffers.Text;

namespace DpuCluster.ApiServer.Catalog.Types;

/// <summary>Standard base64 with padding; line breaks are ignored.</summary>
internal static class Base64Text
{
    /// <summary>Position of the first character that makes the text no base64; null when it is.</summary>
    public static int? FirstError(string text)
    {
        if (Base64.IsValid(text) && !text.AsSpan().ContainsAny(' ', '\t')) return null;
        var inGroup = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '\r' or '\n') continue;
            if (c == '=')
            {
                if (inGroup < 2) return i;
                return PaddingError(text, i, inGroup);
            }

            if (!(char.IsAsciiLetterOrDigit(c) || c is '+' or '/')) return i;
            inGroup = (inGroup + 1) % 4;
        }

        // An unfinished group is reported where it begins.
        return inGroup == 0 ? null : text.Length - inGroup;
    }

    /// <summary>Number of bytes that the text stands for.</summary>
    public static int DecodedLength(string text) => Base64.IsValid(text, out var length) ? length : 0;

    private static int? PaddingError(string text, int first, int inGroup)
    {
        var missing = 4 - inGroup;
        for (var i = first; i < text.Length; i++)
        {
            if (text[i] is '\r' or '\n') continue;
            if (text[i] != '=' || missing-- == 0) return i;
        }

        return missing > 0 ? text.Length : null;
    }
}

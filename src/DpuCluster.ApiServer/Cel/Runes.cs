namespace DpuCluster.ApiServer.Cel;

/// <summary>Strings by code points, which is how the language counts them.</summary>
internal static class Runes
{
    public static int Count(string text)
    {
        var count = text.Length;
        foreach (var c in text)
            count -= char.IsLowSurrogate(c) ? 1 : 0;
        return count;
    }

    /// <summary>Index into the string of a code point's index; the length for the end. The index must be within the string.</summary>
    public static int Offset(string text, long index)
    {
        var offset = 0;
        for (; index > 0; index--)
            offset += char.IsHighSurrogate(text[offset]) && offset + 1 < text.Length ? 2 : 1;
        return offset;
    }

    /// <summary>The code point's index of an index into the string.</summary>
    public static long Index(string text, int offset)
    {
        var index = 0L;
        for (var i = 0; i < offset; i++)
            index += char.IsLowSurrogate(text[i]) ? 0 : 1;
        return index;
    }

    /// <summary>Order by code points, which is that of UTF-8 but not that of UTF-16.</summary>
    public static int Compare(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        for (var i = 0; i < length; i++)
        {
            if (left[i] == right[i])
                continue;
            var leftIsPair = char.IsSurrogate(left[i]);
            return leftIsPair == char.IsSurrogate(right[i]) ? left[i].CompareTo(right[i]) : leftIsPair ? 1 : -1;
        }
        return left.Length.CompareTo(right.Length);
    }
}

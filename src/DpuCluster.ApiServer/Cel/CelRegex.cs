using System.Text.RegularExpressions;
using DpuCluster.ApiServer.Regexes;

namespace DpuCluster.ApiServer.Cel;

/// <summary>A regular expression in the syntax of RE2, compiled for matching in time linear to the text.</summary>
internal sealed class CelRegex
{
    /// <summary>Longer patterns are refused: building the automaton takes time and memory that costs do not count.</summary>
    private const int MaxPattern = 10_000;

    private CelRegex(string pattern, Regex regex, long size)
    {
        Pattern = pattern;
        Regex = regex;
        Size = size;
    }

    public CelRegex(string pattern)
    {
        var created = TryCreate(pattern, out var error) ?? throw new CelException(error!);
        Pattern = pattern;
        Regex = created.Regex;
        Size = created.Size;
    }

    public string Pattern { get; }

    public Regex Regex { get; }

    /// <summary>About how many states the automaton has: what one character costs at worst.</summary>
    public long Size { get; }

    /// <summary>Compiles a pattern; null when it is not one, or one that is too large.</summary>
    public static CelRegex? TryCreate(string pattern, out string? error)
    {
        error = null;
        try
        {
            if (pattern.Length > MaxPattern)
                throw new GoRegexException($"expression too large: `{pattern}`");
            var regex = GoRegex.Compile(pattern, out var size);
            return new CelRegex(pattern, regex, size);
        }
        catch (GoRegexException exception)
        {
            error = exception.Message;
            return null;
        }
    }
}

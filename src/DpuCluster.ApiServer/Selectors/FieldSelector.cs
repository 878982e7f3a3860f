using System.Text;
using DpuCluster.ApiServer.Http;

namespace DpuCluster.ApiServer.Selectors;

/// <summary>Reads <c>metadata.name=a,status.phase!=Running</c>.</summary>
internal static class FieldSelector
{
    public static IEnumerable<(string Field, bool Equal, string Value)> Parse(string selector)
    {
        foreach (var term in Terms(selector))
        {
            if (term.Length == 0) continue;
            var at = term.IndexOf('=', StringComparison.Ordinal);
            if (at < 0) throw ApiErrors.BadRequest($"invalid selector: '{selector}'; can't understand '{term}'");
            var equal = true;
            var left = term[..at];
            if (left.EndsWith('!'))
            {
                equal = false;
                left = left[..^1];
            }

            var right = term[(at + 1)..];
            if (right.StartsWith('=')) right = right[1..];
            yield return (left, equal, Unescape(right));
        }
    }

    private static IEnumerable<string> Terms(string selector)
    {
        var start = 0;
        for (var i = 0; i < selector.Length; i++)
        {
            if (selector[i] == '\\') i++;
            else if (selector[i] == ',')
            {
                yield return selector[start..i];
                start = i + 1;
            }
        }

        yield return selector[start..];
    }

    private static string Unescape(string value)
    {
        if (value.IndexOf('\\', StringComparison.Ordinal) < 0) return value;
        var text = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\')
            {
                text.Append(value[i]);
                continue;
            }

            if (++i == value.Length || value[i] is not ('\\' or ',' or '='))
            {
                throw ApiErrors.BadRequest($"invalid field selector: invalid escape sequence: \\{(i < value.Length ? value[i] : "")}");
            }

            text.Append(value[i]);
        }

        return text.ToString();
    }
}

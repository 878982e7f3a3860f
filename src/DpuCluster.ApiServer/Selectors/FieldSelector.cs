using System.Text;
using DpuCluster.ApiServer.Http;

namespace DpuCluster.ApiServer.Selectors;

/// <summary>Reads <c>metadata.name=a,status.phase!=Running</c>.</summary>
internal static class FieldSelector
{
    /// <summary>The terms of a selector, in the order in which a real server looks at them.</summary>
    /// <exception cref="ApiException">400: it is none.</exception>
    public static IReadOnlyList<(string Field, bool Equal, string Value)> Parse(string selector) => [.. Read(selector)];

    private static IEnumerable<(string Field, bool Equal, string Value)> Read(string selector)
    {
        foreach (var term in Terms(selector).Order(StringComparer.Ordinal))
        {
            if (term.Length == 0) continue;
            var at = term.IndexOf('=', StringComparison.Ordinal);
            if (at < 0) throw ApiErrors.BadRequest($"invalid selector: '{selector}'; can't understand '{term}'");
            var equal = at == 0 || term[at - 1] != '!';
            var left = equal ? term[..at] : term[..(at - 1)];
            var right = term[(at + 1)..];
            if (equal && right.StartsWith('=')) right = right[1..];
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
        var text = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] is ',' or '=') throw ApiErrors.BadRequest($"invalid field selector: unescaped character in value: {(int)value[i]}");
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

using System.Text;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>The field that a rule's failure is reported at: a JSON path of names and map keys, such as <c>.spec['a.b']</c>.</summary>
internal static class RuleFieldPath
{
    /// <summary>The path as it stands in errors; null when it leads to nothing that the schema knows.</summary>
    public static string? Resolve(string path, Schema schema)
    {
        var result = new StringBuilder();
        var at = 0;
        while (at < path.Length)
        {
            var name = path[at] switch
            {
                '.' => Name(path, ref at),
                '[' => Quoted(path, ref at),
                _ => null,
            };
            if (name is null)
                return null;
            if (schema.Properties.Count > 0)
            {
                if (!schema.Properties.TryGetValue(name, out var field))
                    return null;
                result.Append(result.Length == 0 ? "" : ".").Append(name);
                schema = field;
            }
            else if (schema.AdditionalProperties is { } values)
            {
                result.Append('[').Append(name).Append(']');
                schema = values;
            }
            else
            {
                return null;
            }
        }
        return result.ToString();
    }

    private static string? Name(string path, ref int at)
    {
        var end = path.AsSpan(at + 1).IndexOfAny('.', '[', ']');
        var start = at + 1;
        at = end < 0 ? path.Length : start + end;
        return at > start ? path[start..at] : null;
    }

    private static string? Quoted(string path, ref int at)
    {
        if (at + 1 >= path.Length || path[at + 1] != '\'')
            return null;
        var name = new StringBuilder();
        for (at += 2; at < path.Length; at++)
        {
            if (path[at] == '\'')
            {
                at += 2;
                return at <= path.Length && path[at - 1] == ']' ? name.ToString() : null;
            }
            if (path[at] != '\\')
            {
                name.Append(path[at]);
                continue;
            }
            if (++at >= path.Length || Unescaped(path[at]) is not { } c)
                return null;
            name.Append(c);
        }
        return null;
    }

    private static char? Unescaped(char escaped) => escaped switch
    {
        'a' => '\a',
        'b' => '\b',
        'f' => '\f',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\v',
        '\'' or '\\' => escaped,
        _ => null,
    };
}

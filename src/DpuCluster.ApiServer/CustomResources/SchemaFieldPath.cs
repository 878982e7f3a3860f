using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>
/// Paths that point into a schema: <c>.spec.name</c>, and for keys that are no identifiers <c>.labels['a.b/c']</c>.
/// </summary>
internal static class SchemaFieldPath
{
    /// <summary>Follows a path.</summary>
    /// <param name="schema">Schema that the path starts at.</param>
    /// <param name="path">The path.</param>
    /// <param name="found">The schema that it points at.</param>
    /// <param name="wrong">Why it does not.</param>
    public static bool TryResolve(JsonObject schema, string path, out JsonObject? found, out string wrong)
    {
        found = null;
        wrong = "";
        if (!TrySplit(path, out var names))
        {
            wrong = "does not refer to a valid field";
            return false;
        }

        foreach (var name in names)
        {
            var next = schema.Map("properties")?.Map(name) ?? (schema.Map("properties") is null ? schema.Map("additionalProperties") : null);
            if (next is null)
            {
                wrong = "does not refer to a valid field";
                return false;
            }

            schema = next;
        }

        found = schema;
        return true;
    }

    /// <summary>The names along a path; empty brackets and positions in lists are no part of any.</summary>
    public static bool TrySplit(string path, out IReadOnlyList<string> names)
    {
        var found = new List<string>();
        names = found;
        var position = 0;
        while (position < path.Length)
        {
            if (path[position] == '.')
            {
                var end = path.AsSpan(position + 1).IndexOfAny('.', '[');
                var name = end < 0 ? path[(position + 1)..] : path.Substring(position + 1, end);
                if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '$'))
                {
                    return false;
                }

                found.Add(name);
                position += name.Length + 1;
            }
            else if (path.AsSpan(position).StartsWith("['"))
            {
                var end = path.IndexOf("']", position, StringComparison.Ordinal);
                if (end < 0 || end == position + 2)
                {
                    return false;
                }

                found.Add(path[(position + 2)..end]);
                position = end + 2;
            }
            else
            {
                return false;
            }
        }

        return found.Count > 0;
    }
}

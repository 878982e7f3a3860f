using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tables;

/// <summary>
/// Kubernetes' dialect of JSONPath, as CRDs use it: <c>.a.b</c>, <c>['x']</c>, <c>[0]</c>, <c>[1:3]</c>, <c>[*]</c>,
/// <c>[0,2]</c>, <c>..name</c>, <c>[?(@.type=='Ready')]</c>, with <c>\.</c> for a dot in a name. Immutable.
/// </summary>
internal sealed class JsonPath
{
    private readonly IReadOnlyList<JsonPathStep> _steps;

    internal JsonPath(IReadOnlyList<JsonPathStep> steps) => _steps = steps;

    /// <summary>Reads a path, with or without <c>$</c> at its beginning and <c>{ }</c> around it.</summary>
    /// <exception cref="FormatException">It is no path; the message says where and why.</exception>
    public static JsonPath Parse(string text) => new JsonPathParser(text).Parse();

    /// <summary>Reads a path; null when it is none, and then <paramref name="error"/> says why.</summary>
    public static JsonPath? TryParse(string text, out string? error)
    {
        try
        {
            error = null;
            return Parse(text);
        }
        catch (FormatException e)
        {
            error = e.Message;
            return null;
        }
    }

    /// <summary>
    /// The names of a path that is nothing but names, such as <c>.spec.replicas</c>; null for any other.
    /// </summary>
    public IReadOnlyList<string>? Names =>
        _steps.All(s => s is NameStep) ? [.. _steps.Select(s => ((NameStep)s).Name)] : null;

    /// <summary>What the path leads to: nothing where something on the way is missing or of another kind.</summary>
    public IReadOnlyList<JsonNode?> Select(JsonNode? root) => Select(root, root);

    internal IReadOnlyList<JsonNode?> Select(JsonNode? current, JsonNode? root)
    {
        List<JsonNode?> found = [current];
        foreach (var step in _steps)
        {
            var next = new List<JsonNode?>();
            foreach (var node in found) step.Apply(node, root, next);
            found = next;
            if (found.Count == 0) break;
        }

        return found;
    }
}

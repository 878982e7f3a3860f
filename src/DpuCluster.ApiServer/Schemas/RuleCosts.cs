using System.Globalization;
using DpuCluster.ApiServer.Cel;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>What the rules of one schema can cost, held against what kube-apiserver lets a definition have.</summary>
internal sealed class RuleCosts
{
    /// <summary>Most that one expression may cost for one object, in the units of Kubernetes.</summary>
    public const ulong PerExpression = 10_000_000;

    /// <summary>Most that all expressions of a schema may cost together.</summary>
    public const ulong PerSchema = 100_000_000;

    private const int MostNamed = 4;

    private readonly List<(string Path, ulong Cost)> _expensive = [];
    private ulong _total;

    /// <summary>Counts an expression; the error when it is too expensive by itself, else null.</summary>
    /// <param name="path">Where it stands.</param>
    /// <param name="what">What the error calls it: <c>rule</c> or <c>messageExpression</c>.</param>
    /// <param name="cost">What it can cost for one object.</param>
    public FieldError? Add(string path, string what, ulong cost)
    {
        _total = SizeRange.Add(_total, cost);
        if (cost >= PerSchema / 100) _expensive.Add((path, cost));
        return cost > PerExpression ? FieldError.Forbidden(path, Exceeded($"estimated {what} cost", cost, PerExpression)) : null;
    }

    /// <summary>The errors when all of them together are too expensive.</summary>
    /// <param name="path">Where the schema stands.</param>
    public IEnumerable<FieldError> Errors(string path)
    {
        if (_total <= PerSchema) yield break;
        foreach (var (place, _) in _expensive.OrderByDescending(one => one.Cost).Take(MostNamed))
            yield return FieldError.Forbidden(place, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema");
        yield return FieldError.Forbidden(path, Exceeded("x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema", _total, PerSchema));
    }

    private static string Exceeded(string what, ulong cost, ulong limit)
    {
        var factor = (double)cost / limit;
        var shown = factor > 100 ? "more than 100x" : factor.ToString(factor < 1.5 ? "0.000000" : "0.0", CultureInfo.InvariantCulture) + "x";
        return $"{what} exceeds budget by factor of {shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";
    }
}

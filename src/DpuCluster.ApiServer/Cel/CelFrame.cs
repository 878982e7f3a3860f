namespace DpuCluster.ApiServer.Cel;

/// <summary>What one evaluation knows: the values of variables, and what it has cost so far.</summary>
internal sealed class CelFrame(int slots, long limit)
{
    public object?[] Slots { get; } = new object?[slots];

    /// <summary>How many units of work count as much as one of cost.</summary>
    private const int WorkPerCost = 2;

    private readonly Dictionary<string, CelRegex> _patterns = new(StringComparer.Ordinal);
    private long _cost;
    private long _work;

    /// <summary>Cost in the units of Kubernetes, or what the work amounts to if that is more.</summary>
    public long Cost => Math.Max(_cost, _work / WorkPerCost);

    /// <exception cref="CelCostException">It is more than the limit.</exception>
    public void Charge(long cost)
    {
        _cost += cost;
        if (_cost > limit)
            throw new CelCostException();
    }

    /// <summary>For going once through so many characters.</summary>
    public void ChargeText(long characters) => Charge((characters + 9) / 10);

    /// <summary>
    /// For work that the cost units of Kubernetes do not count, such as comparing nested elements or copying lists.
    /// </summary>
    /// <exception cref="CelCostException">It is more than the limit.</exception>
    public void ChargeWork(long units)
    {
        _work += units;
        if (_work / WorkPerCost > limit)
            throw new CelCostException();
    }

    /// <summary>A regular expression that is not a literal; null when the pattern is not well-formed.</summary>
    public CelRegex? Regex(string pattern, out string? error)
    {
        error = null;
        if (_patterns.TryGetValue(pattern, out var known))
            return known;
        // Building an automaton takes up to milliseconds, which the cost of matching does not count.
        Charge(5000 + pattern.Length * 10L);
        var regex = CelRegex.TryCreate(pattern, out error);
        if (regex is not null)
            _patterns[pattern] = regex;
        return regex;
    }
}

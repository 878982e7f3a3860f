namespace DpuCluster.Bench.Measure;

/// <summary>Several measurements of one thing.</summary>
internal sealed class Distribution
{
    private readonly double[] _sorted;

    public Distribution(IEnumerable<double> values)
    {
        _sorted = [.. values.Order()];
        if (_sorted.Length == 0)
        {
            throw new ArgumentException("nothing was measured", nameof(values));
        }
    }

    public int Count => _sorted.Length;

    public double Median => _sorted.Length % 2 == 1
        ? _sorted[_sorted.Length / 2]
        : (_sorted[(_sorted.Length / 2) - 1] + _sorted[_sorted.Length / 2]) / 2;

    /// <summary>The value that 99 of 100 do not exceed (nearest rank).</summary>
    public double Percentile99 => _sorted[(int)Math.Ceiling(_sorted.Length * 0.99) - 1];

    public double Max => _sorted[^1];
}

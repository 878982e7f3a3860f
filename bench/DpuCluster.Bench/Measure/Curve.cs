namespace DpuCluster.Bench.Measure;

/// <summary>One value over time.</summary>
/// <param name="name">Whose value it is.</param>
internal sealed class Curve(string name)
{
    private readonly List<(double Minute, double Value)> _points = [];

    public string Name { get; } = name;

    public IReadOnlyList<(double Minute, double Value)> Points => _points;

    public void Add(double minute, double value) => _points.Add((minute, value));

    /// <summary>The median of the values between two times, the first of which counts.</summary>
    public double MedianBetween(double from, double to) =>
        new Distribution(_points.Where(point => point.Minute >= from && point.Minute < to).Select(point => point.Value)).Median;

    /// <summary>The least of the values between two times, the first of which counts.</summary>
    public double LeastBetween(double from, double to) => _points.Where(point => point.Minute >= from && point.Minute < to).Min(point => point.Value);

    /// <summary>How much it grows in an hour, by the straight line that is nearest to all values from a time on (least squares).</summary>
    public double SlopePerHour(double from)
    {
        var points = _points.Where(point => point.Minute >= from).ToList();
        var (minute, value) = (points.Average(point => point.Minute), points.Average(point => point.Value));
        var spread = points.Sum(point => Math.Pow(point.Minute - minute, 2));
        return spread == 0 ? 0 : points.Sum(point => (point.Minute - minute) * (point.Value - value)) / spread * 60;
    }
}

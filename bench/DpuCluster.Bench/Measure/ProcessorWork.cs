namespace DpuCluster.Bench.Measure;

/// <summary>
/// How much CPU time some processes have used since this was made. On a machine that others use too, it says more than the clock.
/// </summary>
internal sealed class ProcessorWork(IReadOnlyList<(string Name, ChildProcess Process)> processes)
{
    private readonly IReadOnlyList<TimeSpan> _before = [.. processes.Select(entry => entry.Process.ProcessorTime())];

    /// <summary>Of all together, in ms.</summary>
    public double Total => Each.Sum(entry => entry.Milliseconds);

    private IEnumerable<(string Name, double Milliseconds)> Each =>
        processes.Select((entry, index) => (entry.Name, (entry.Process.ProcessorTime() - _before[index]).TotalMilliseconds));

    public string Describe() => string.Join(", ", Each.Select(entry => $"{entry.Name} {Figure.Format(entry.Milliseconds, Unit.Milliseconds)}"));
}

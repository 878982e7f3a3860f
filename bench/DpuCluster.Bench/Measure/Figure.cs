using System.Globalization;

namespace DpuCluster.Bench.Measure;

/// <summary>One row of the table.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Size">With how many clusters, or whatever the scenario counts; empty where that does not matter.</param>
/// <param name="Value">What came out.</param>
/// <param name="Unit">Its unit.</param>
internal sealed record Figure(string What, string Size, double Value, Unit Unit)
{
    /// <summary>The value of the reference implementation on such a machine, where it is known.</summary>
    public double? Reference { get; init; }

    /// <summary>The value that must not be exceeded, where there is one.</summary>
    public double? Target { get; init; }

    /// <summary>The value that must be reached, where there is one: of what is the better the more it is.</summary>
    public double? Least { get; init; }

    /// <summary>What a reader has to know to understand the value.</summary>
    public string Note { get; init; } = "";

    /// <summary>Whether the target is missed; null where there is none.</summary>
    public bool? Missed => Target is { } target ? Value > target : Least is { } least ? Value < least : null;

    public static string Format(double value, Unit unit) => unit switch
    {
        Unit.Milliseconds when value >= 10_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1000:0.0} s"),
        Unit.Milliseconds when value >= 1000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1000:0.00} s"),
        Unit.Milliseconds when value < 10 => string.Create(CultureInfo.InvariantCulture, $"{value:0.#} ms"),
        Unit.Milliseconds => string.Create(CultureInfo.InvariantCulture, $"{value:0} ms"),
        Unit.PerSecond => string.Create(CultureInfo.InvariantCulture, $"{value:0}/s"),
        Unit.Mebibytes => string.Create(CultureInfo.InvariantCulture, $"{value:0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}"),
    };
}

internal enum Unit
{
    Milliseconds,
    Mebibytes,
    PerSecond,
    Count,
}

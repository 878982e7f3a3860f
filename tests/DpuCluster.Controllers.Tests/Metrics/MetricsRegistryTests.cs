using System.Diagnostics.Metrics;
using DpuCluster.Controllers.Metrics;

namespace DpuCluster.Controllers.Tests.Metrics;

public sealed class MetricsRegistryTests : IDisposable
{
    private readonly MetricsRegistry _registry = new();

    [Fact]
    public void A_counter_has_help_type_and_a_line_for_each_set_of_labels()
    {
        var counter = _registry.Meter.CreateCounter<long>("things_total", description: "Things, one\nby \\ one.");
        counter.Add(1, new KeyValuePair<string, object?>("kind", "a"));
        counter.Add(2, new KeyValuePair<string, object?>("kind", "a"));
        counter.Add(5, new KeyValuePair<string, object?>("kind", "b"));
        _registry.Render().ShouldBe("""
            # HELP things_total Things, one\nby \\ one.
            # TYPE things_total counter
            things_total{kind="a"} 3
            things_total{kind="b"} 5

            """);
    }

    [Fact]
    public void Label_values_are_escaped()
    {
        _registry.Meter.CreateGauge<double>("g").Record(0.25, new KeyValuePair<string, object?>("l", "a\"b\\c\nd"));
        _registry.Render().ShouldBe("# TYPE g gauge\ng{l=\"a\\\"b\\\\c\\nd\"} 0.25\n");
    }

    [Fact]
    public void Buckets_of_a_histogram_are_cumulative()
    {
        var histogram = _registry.Meter.CreateHistogram("h", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1, 10] });
        foreach (var value in new[] { 0.1, 0.5, 0.75, 100 })
        {
            histogram.Record(value, new KeyValuePair<string, object?>("c", "x"));
        }

        _registry.Render().ShouldBe("""
            # TYPE h histogram
            h_bucket{c="x",le="0.1"} 1
            h_bucket{c="x",le="1"} 3
            h_bucket{c="x",le="10"} 3
            h_bucket{c="x",le="+Inf"} 4
            h_sum{c="x"} 101.35
            h_count{c="x"} 4

            """);
    }

    [Fact]
    public void What_is_observed_is_asked_for_at_each_look_and_goes_when_it_is_not_told_any_more()
    {
        var values = new List<Measurement<int>> { new(1, new KeyValuePair<string, object?>("n", "a")), new(2, new KeyValuePair<string, object?>("n", "b")) };
        _registry.Meter.CreateObservableGauge("o", () => values);
        _registry.Render().ShouldBe("# TYPE o gauge\no{n=\"a\"} 1\no{n=\"b\"} 2\n");
        values.RemoveAt(0);
        _registry.Render().ShouldBe("# TYPE o gauge\no{n=\"b\"} 2\n");
    }

    [Fact]
    public void Registries_of_one_process_do_not_see_each_other()
    {
        using var other = new MetricsRegistry();
        _registry.Meter.CreateCounter<long>("c").Add(1);
        other.Meter.CreateCounter<long>("c").Add(7);
        _registry.Render().ShouldContain("c 1\n");
        other.Render().ShouldContain("c 7\n");
    }

    [Fact]
    public void Two_controllers_share_a_metric_by_name()
    {
        _registry.Meter.CreateCounter<long>("c").Add(1, new KeyValuePair<string, object?>("n", "a"));
        _registry.Meter.CreateCounter<long>("c").Add(1, new KeyValuePair<string, object?>("n", "b"));
        _registry.Render().ShouldBe("# TYPE c counter\nc{n=\"a\"} 1\nc{n=\"b\"} 1\n");
    }

    public void Dispose() => _registry.Dispose();
}

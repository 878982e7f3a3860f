using System.Globalization;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Controllers.Tests.Informers;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpuCluster.Controllers.Tests.Reconciling;

public sealed class ExpectationsTests : IDisposable
{
    private static readonly NamespacedName Key = new("ns", "a");

    private readonly ManualTimeProvider _clock = new();
    private readonly List<NamespacedName> _again = [];
    private readonly Expectations _expectations;
    private readonly EventSource<ConfigMap> _source;

    public ExpectationsTests()
    {
        var informer = new Informer<ConfigMap>(ConfigMap.Resource, new FakeCollection(), new InformerOptions(), _clock, NullLogger.Instance, null);
        Target = informer;
        _source = new EventSource<ConfigMap>(informer, value => [value.Key], []);
        _expectations = new Expectations(_clock, TimeSpan.FromSeconds(10), _again.Add);
    }

    private IReflectorTarget<ConfigMap> Target { get; }

    public void Dispose() => _expectations.Dispose();

    [Fact]
    public void A_key_without_writes_may_go_ahead() => _expectations.PutOff(Key).ShouldBeNull();

    [Fact]
    public void A_write_holds_its_key_until_the_informer_has_seen_it_or_what_came_after()
    {
        foreach (var seen in new Action[] { () => Set("a", 7), () => Set("a", 9), () => Target.Reached("8") })
        {
            Set("a", 6);
            Expect(7);
            _expectations.PutOff(Key).ShouldNotBeNull();
            _expectations.PutOff(new NamespacedName("ns", "b")).ShouldBeNull();
            seen();
            _expectations.PutOff(Key).ShouldBeNull();
            _expectations.Count.ShouldBe(0);
            Target.Reached("0");
        }
    }

    [Fact]
    public void Who_was_put_off_is_woken_when_all_is_seen()
    {
        Expect(7);
        _expectations.Seen(Key).ShouldBeFalse("nobody waits");
        _expectations.PutOff(Key).ShouldNotBeNull();
        Set("a", 6);
        _expectations.Seen(Key).ShouldBeFalse("not yet");
        Set("a", 7);
        _expectations.Seen(Key).ShouldBeTrue();
        _expectations.Seen(Key).ShouldBeFalse("once");
    }

    [Fact]
    public void What_is_seen_is_forgotten_even_if_nobody_waits()
    {
        Expect(7);
        Set("a", 7);
        _expectations.Seen(Key).ShouldBeFalse("nobody waits");
        _expectations.Count.ShouldBe(0);
    }

    [Fact]
    public void A_deletion_is_seen_when_the_object_is_gone_or_going_or_another()
    {
        Set("a", 6);
        _source.HasSeenDeletion(Key, "uid-a").ShouldBeFalse();
        _source.HasSeenDeletion(Key, "an older one").ShouldBeTrue();
        Target.Set(Map("a", 7) with { Metadata = Map("a", 7).Metadata with { DeletionTimestamp = _clock.GetUtcNow() } });
        _source.HasSeenDeletion(Key, "uid-a").ShouldBeTrue();
        Target.Remove(Map("a", 8));
        _source.HasSeenDeletion(Key, "uid-a").ShouldBeTrue();
    }

    [Fact]
    public void What_never_shows_holds_a_key_for_a_bounded_time()
    {
        Expect(7);
        _clock.Advance(TimeSpan.FromSeconds(9.9));
        _expectations.PutOff(Key).ShouldNotBeNull();
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        _expectations.PutOff(Key).ShouldBeNull();
    }

    [Fact]
    public void A_write_that_never_shows_has_its_key_reconciled_anew_though_nothing_changes_and_nobody_waits()
    {
        // As where the server was set back to just before the write: the informer has the old state, and is told of no other.
        Set("a", 6);
        Expect(7);
        _clock.Advance(TimeSpan.FromSeconds(9));
        Expect(8);
        _clock.Advance(TimeSpan.FromSeconds(9));
        _again.ShouldBeEmpty("the later write took the place of the earlier one");
        _clock.Advance(TimeSpan.FromSeconds(2));
        _again.ShouldBe([Key]);
        _expectations.Count.ShouldBe(0);
        _clock.Advance(TimeSpan.FromMinutes(1));
        _again.ShouldBe([Key], "once");
    }

    [Fact]
    public void A_write_that_shows_costs_no_further_reconciliation()
    {
        Expect(7);
        Set("a", 7);
        Expect(9);
        Target.Reached("9");
        _clock.Advance(TimeSpan.FromMinutes(1));
        _again.ShouldBeEmpty();
        _expectations.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("9", "10", false)]
    [InlineData("10", "9", true)]
    [InlineData("10", "10", true)]
    [InlineData("18446744073709551615", "18446744073709551614", true)]
    [InlineData("b", "a", false)]
    [InlineData("a", "a", true)]
    [InlineData("-1", "-2", false)]
    public void Versions_compare_as_unsigned_numbers_where_they_are_numbers(string seen, string wanted, bool atLeast) =>
        ResourceVersions.IsAtLeast(seen, wanted).ShouldBe(atLeast);

    private void Expect(long version)
    {
        var text = version.ToString(CultureInfo.InvariantCulture);
        _expectations.Expect(Key, _source, Key, () => _source.HasSeen(Key, text));
    }

    private void Set(string name, long version) => Target.Set(Map(name, version));

    private static ConfigMap Map(string name, long version) => new()
    {
        Metadata = new ObjectMeta { Namespace = "ns", Name = name, Uid = $"uid-{name}", ResourceVersion = version.ToString(CultureInfo.InvariantCulture) },
    };
}

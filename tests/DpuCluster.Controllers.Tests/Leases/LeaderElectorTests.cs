using System.Text.Json;
using DpuCluster.Controllers.Leases;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpuCluster.Controllers.Tests.Leases;

public sealed class LeaderElectorTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly FakeLease _lease = new();

    [Fact]
    public async Task The_first_to_come_creates_the_lease_as_client_go_does()
    {
        var a = new Candidate(this, "a");
        await a.Elector.AcquireAsync(CancellationToken.None);
        a.Elector.IsLeader.ShouldBeTrue();
        JsonSerializer.Serialize(_lease.Current!.Spec, DpuCluster.Kubernetes.Serialization.KubernetesJsonContext.Default.LeaseSpec).ShouldBe(
            """{"holderIdentity":"a","leaseDurationSeconds":15,"acquireTime":"2026-01-02T03:04:05.000000Z","renewTime":"2026-01-02T03:04:05.000000Z","leaseTransitions":0}""");
    }

    [Fact]
    public async Task Renewal_moves_only_the_time_of_renewal()
    {
        await using var a = await Candidate.Leading(this, "a");
        var before = _lease.Current!.Spec!;
        await _clock.AdvanceUntil(() => _lease.Holders.Count >= 3, TimeSpan.FromSeconds(10), "renewed twice");
        (_lease.Current!.Spec! with { RenewTime = before.RenewTime }).ShouldBe(before);
        _lease.Current.Spec!.RenewTime.ShouldBe(before.RenewTime + TimeSpan.FromSeconds(4));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lease_given_back_is_taken_over_within_two_seconds(bool mayWatch)
    {
        await using var a = await Candidate.Leading(this, "a");
        await using var b = new Candidate(this, "b") { Store = { MayWatch = mayWatch } };
        b.Start();
        await _clock.AdvanceUntil(() => _lease.Holders.Count >= 3, TimeSpan.FromSeconds(10), "a renews");
        await a.StopAsync();
        _lease.Current!.Spec.ShouldSatisfyAllConditions(
            spec => spec!.HolderIdentity.ShouldBe(""), spec => spec!.LeaseDurationSeconds.ShouldBe(1));
        var passed = await _clock.AdvanceUntil(() => b.Elector.IsLeader, TimeSpan.FromSeconds(10), "b takes over");
        passed.ShouldBeLessThan(TimeSpan.FromSeconds(2));
        _lease.Current!.Spec!.LeaseTransitions.ShouldBe(1);
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(0, 1)]
    public async Task A_fault_while_the_lease_is_given_back_does_not_make_others_wait_for_its_end(int failing, int losing)
    {
        await using var a = await Candidate.Leading(this, "a");
        (a.Store.Failing, a.Store.Losing) = (failing, losing);
        var stopping = a.StopAsync();
        var passed = await _clock.AdvanceUntil(() => stopping.IsCompleted, TimeSpan.FromSeconds(10), "given back");
        await stopping;
        _lease.Current!.Spec!.HolderIdentity.ShouldBe("");
        passed.ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_lease_that_cannot_be_given_back_is_left_to_run_out()
    {
        await using var a = await Candidate.Leading(this, "a");
        a.Store.Failing = int.MaxValue;
        var stopping = a.StopAsync();
        await _clock.AdvanceUntil(() => stopping.IsCompleted, TimeSpan.FromSeconds(10), "given up");
        await stopping;
        _lease.Current!.Spec!.HolderIdentity.ShouldBe("a");
        a.Elector.IsLeader.ShouldBeFalse("whether the server has heard of it or not");
    }

    [Fact]
    public async Task A_renewal_whose_answer_is_lost_is_no_loss_of_the_lease()
    {
        await using var a = await Candidate.Leading(this, "a");
        a.Store.Losing = 1;
        var before = _lease.Holders.Count;
        await _clock.AdvanceUntil(() => _lease.Holders.Count >= before + 4, TimeSpan.FromSeconds(30), "renewals go on");
        a.Elector.IsLeader.ShouldBeTrue();
        _lease.Current!.Spec!.LeaseTransitions.ShouldBe(0);
    }

    [Fact]
    public async Task Nobody_acts_past_the_deadline_but_a_late_answer_lets_the_holder_go_on()
    {
        await using var a = await Candidate.Leading(this, "a");
        var answer = new TaskCompletionSource();
        a.Store.Late = answer.Task;
        var before = _lease.Holders.Count;
        await _clock.AdvanceUntil(() => _lease.Holders.Count > before, TimeSpan.FromSeconds(10), "a renewal is under way");
        await _clock.AdvanceUntil(() => !a.Elector.IsLeader, TimeSpan.FromSeconds(10), "the last renewal that is known of is too old");
        a.Store.Late = Task.CompletedTask;
        answer.SetResult();
        await Eventually.Holds(() => a.Elector.IsLeader, "the renewal was made in time");
        a.Running.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task The_lease_of_a_holder_that_died_is_taken_when_it_has_run_out_and_not_before()
    {
        var a = await Candidate.Leading(this, "a");
        await using var b = new Candidate(this, "b");
        b.Start();
        await _clock.AdvanceUntil(() => _lease.Holders.Count >= 3, TimeSpan.FromSeconds(10), "a renews");
        a.Store.IsCutOff = true;
        var passed = await _clock.AdvanceUntil(() => b.Elector.IsLeader, TimeSpan.FromSeconds(30), "b takes over");
        passed.ShouldBeInRange(TimeSpan.FromSeconds(13), TimeSpan.FromSeconds(18));
        await Should.ThrowAsync<LeadershipLostException>(a.Running);
    }

    [Fact]
    public async Task A_holder_that_is_cut_off_stops_acting_before_its_lease_can_be_taken()
    {
        var a = await Candidate.Leading(this, "a");
        a.Store.IsCutOff = true;
        var passed = await _clock.AdvanceUntil(() => !a.Elector.IsLeader, TimeSpan.FromSeconds(30), "stops");
        passed.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(10));
        await Should.ThrowAsync<LeadershipLostException>(a.Running);
        Should.Throw<LeadershipLostException>(((ILeadership)a.Elector).ThrowIfLost);
    }

    [Fact]
    public async Task Who_could_not_renew_stands_by_and_has_its_lease_again_when_the_server_is_back()
    {
        await using var a = await Candidate.Leading(this, "a", standsBy: true);
        a.Store.IsCutOff = true;
        await _clock.AdvanceUntil(() => a.StandingBy, TimeSpan.FromSeconds(30), "the lease is lost");
        var cutOff = _clock.GetTimestamp();
        await _clock.AdvanceUntil(
            () =>
            {
                a.Elector.IsLeader.ShouldBeFalse();
                return _clock.GetTimestamp() >= cutOff + TimeSpan.FromMinutes(2).Ticks;
            },
            TimeSpan.FromMinutes(3),
            "a long outage");
        a.Store.IsCutOff = false;
        await _clock.AdvanceUntil(() => a.Elector.IsLeader, TimeSpan.FromSeconds(15), "has it again");
        a.Running.IsCompleted.ShouldBeFalse();
        _lease.Current!.Spec!.LeaseTransitions.ShouldBe(0, "nobody else has had it");
        var renewals = _lease.Holders.Count;
        await _clock.AdvanceUntil(() => _lease.Holders.Count > renewals + 3, TimeSpan.FromSeconds(30), "renews again");
    }

    [Theory]
    [InlineData("thief")]
    [InlineData("")]
    public async Task Who_stands_by_gives_up_where_another_has_the_lease_or_has_had_it(string holder)
    {
        var a = await Candidate.Leading(this, "a", standsBy: true);
        a.Store.IsCutOff = true;
        await _clock.AdvanceUntil(() => a.StandingBy, TimeSpan.FromSeconds(30), "the lease is lost");

        // Run out long ago when it is seen, or given back: all the same somebody has acted meanwhile.
        _lease.Put(_lease.Current! with { Spec = _lease.Current.Spec! with { HolderIdentity = holder, LeaseDurationSeconds = 1 } }, create: false);
        _clock.Advance(TimeSpan.FromSeconds(60));
        a.Store.IsCutOff = false;
        await _clock.AdvanceUntil(() => a.Running.IsCompleted, TimeSpan.FromSeconds(30), "gives up");
        (await Should.ThrowAsync<LeadershipLostException>(a.Running)).Message.ShouldContain(holder.Length > 0 ? holder : "nobody");
        _lease.Current!.Spec!.HolderIdentity.ShouldBe(holder);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_stands_by_does_not_trust_a_lease_that_was_removed_or_has_gone_back_in_time(bool removed)
    {
        await using var a = await Candidate.Leading(this, "a", standsBy: true);
        var restored = _lease.Current!;
        await _clock.AdvanceUntil(() => _lease.Holders.Count >= 4, TimeSpan.FromSeconds(30), "a renews");
        a.Store.IsCutOff = true;
        await _clock.AdvanceUntil(() => a.StandingBy, TimeSpan.FromSeconds(30), "the lease is lost");
        _clock.Advance(TimeSpan.FromSeconds(60));
        _lease.Restore(removed ? null : restored);
        a.Store.IsCutOff = false;
        var passed = await _clock.AdvanceUntil(() => a.Elector.IsLeader, TimeSpan.FromSeconds(40), "has it again");
        passed.ShouldBeGreaterThan(TimeSpan.FromSeconds(10), "the deadline of who may have had it in the history that is gone");
    }

    [Fact]
    public async Task Who_was_asleep_past_its_lease_may_not_act_at_the_moment_it_wakes()
    {
        var a = new Candidate(this, "a");
        await a.Elector.AcquireAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(60));
        a.Elector.IsLeader.ShouldBeFalse();
    }

    [Fact]
    public async Task A_lease_that_another_has_taken_is_lost_at_once()
    {
        var a = await Candidate.Leading(this, "a");
        _lease.Put(_lease.Current! with { Spec = _lease.Current.Spec! with { HolderIdentity = "thief" } }, create: false);
        await _clock.AdvanceUntil(() => a.Running.IsCompleted, TimeSpan.FromSeconds(4), "noticed");
        (await Should.ThrowAsync<LeadershipLostException>(a.Running)).Message.ShouldContain("thief");
    }

    [Fact]
    public async Task Clocks_that_disagree_by_hours_do_not_matter_and_neither_do_writes_that_are_no_renewals()
    {
        var long_ago = _clock.GetUtcNow() - TimeSpan.FromHours(5);
        _lease.Put(
            new Lease
            {
                Spec = new LeaseSpec
                {
                    HolderIdentity = "other",
                    LeaseDurationSeconds = 15,
                    AcquireTime = long_ago,
                    RenewTime = long_ago,
                    LeaseTransitions = 4,
                    Extra = new() { ["strategy"] = JsonDocument.Parse("\"OldestEmulationVersion\"").RootElement },
                },
            },
            create: true);
        await using var a = new Candidate(this, "a");
        a.Start();
        await Eventually.Holds(() => a.Elector.Holder == "other", "a has seen it, at the time that the clock begins with");
        await _clock.AdvanceUntil(() => _clock.GetTimestamp() > TimeSpan.FromSeconds(6).Ticks, TimeSpan.FromSeconds(10), "some time");
        _lease.Put(_lease.Current!.WithMetadata(_lease.Current.Metadata with { Labels = new Dictionary<string, string> { ["a"] = "b" } }), create: false);
        a.Elector.IsLeader.ShouldBeFalse("it looks old, but we have not seen it stand for so long");
        await _clock.AdvanceUntil(() => a.Elector.IsLeader, TimeSpan.FromSeconds(13), "taken 15 s after it was first seen");
        _lease.Current!.Spec!.LeaseTransitions.ShouldBe(5);
        _lease.Current.Spec.Extra.ShouldNotBeNull().ShouldContainKey("strategy");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("b")]
    [InlineData("somebody")]
    public async Task A_lease_that_has_gone_back_in_time_is_not_taken_before_who_led_must_have_noticed(string? holder)
    {
        var a = await Candidate.Leading(this, "a");
        await using var b = new Candidate(this, "b");
        b.Start();
        var restored = _lease.Current! with { Spec = _lease.Current.Spec! with { HolderIdentity = holder, LeaseDurationSeconds = 1 } };
        await _clock.AdvanceUntil(() => _lease.Holders.Count >= 6, TimeSpan.FromSeconds(30), "a renews, and b has seen it");
        a.Store.IsCutOff = true; // It acts on, until its deadline.
        _lease.Restore(holder is null ? null : restored);
        var passed = await _clock.AdvanceUntil(() => b.Elector.IsLeader, TimeSpan.FromSeconds(40), "b takes over");
        passed.ShouldBeGreaterThan(TimeSpan.FromSeconds(10), "the deadline of who led");
        a.Elector.IsLeader.ShouldBeFalse();
        await Should.ThrowAsync<LeadershipLostException>(a.Running);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    public async Task Never_do_two_act_at_a_time_whoever_is_cut_off(int seed, bool standBy)
    {
        var random = new Random(seed);
        var candidates = Enumerable.Range(0, 3).Select(i => new Candidate(this, $"c{i}") { Forever = true, StandsBy = standBy }).ToList();
        candidates.ForEach(candidate => candidate.Start());
        var leaders = new HashSet<string>();
        for (var step = 0; step < 150; step++)
        {
            foreach (var candidate in candidates)
            {
                candidate.Store.IsCutOff = candidate.Store.IsCutOff ? random.Next(4) != 0 : random.Next(12) == 0;
            }

            var until = _clock.GetTimestamp() + TimeSpan.FromSeconds(random.NextDouble() * 4).Ticks;
            await _clock.AdvanceUntil(
                () =>
                {
                    var acting = candidates.Where(candidate => candidate.Elector.IsLeader).ToList();
                    acting.Count.ShouldBeLessThanOrEqualTo(1, $"seed {seed}, step {step}");
                    leaders.UnionWith(acting.Select(candidate => candidate.Name));
                    return _clock.GetTimestamp() >= until;
                },
                TimeSpan.FromSeconds(20),
                "time passes");
        }

        leaders.Count.ShouldBeGreaterThan(1, "else nothing was tested");
        foreach (var candidate in candidates)
        {
            candidate.Store.IsCutOff = false;
            await candidate.DisposeAsync();
        }
    }

    private sealed class Candidate : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();

        public Candidate(LeaderElectorTests test, string name)
        {
            Name = name;
            Store = new FakeLeaseStore(test._lease);
            Elector = new LeaderElector(
                Store, new LeaderElectionOptions { Namespace = "ns", Name = "lease", Identity = name }, test._clock, NullLogger.Instance);
        }

        public string Name { get; }

        public FakeLeaseStore Store { get; }

        public LeaderElector Elector { get; }

        public Task Running { get; private set; } = Task.CompletedTask;

        /// <summary>Competes again after a loss, as a process that is started again does.</summary>
        public bool Forever { get; init; }

        /// <summary>Waits to have a lost lease again, as a process that goes on does.</summary>
        public bool StandsBy { get; init; }

        /// <summary>Whether it does so now.</summary>
        public bool StandingBy { get; private set; }

        public static async Task<Candidate> Leading(LeaderElectorTests test, string name, bool standsBy = false)
        {
            var candidate = new Candidate(test, name) { StandsBy = standsBy };
            candidate.Start();
            await Eventually.Holds(() => candidate.Elector.IsLeader, $"{name} leads");
            return candidate;
        }

        public void Start() => Running = Task.Run(async () =>
        {
            do
            {
                try
                {
                    await Elector.AcquireAsync(_stop.Token);
                    await HoldAsync();
                }
                catch (LeadershipLostException) when (Forever)
                {
                    // Once more.
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
            while (!_stop.IsCancellationRequested);
        });

        private async Task HoldAsync()
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    await Elector.HoldAsync(_stop.Token);
                }
                catch (LeadershipLostException) when (StandsBy)
                {
                    StandingBy = true;
                    await Elector.RegainAsync(_stop.Token);
                    StandingBy = false;
                }
            }
        }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await Running;
            await Elector.ReleaseAsync(CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stop.Dispose();
        }
    }
}

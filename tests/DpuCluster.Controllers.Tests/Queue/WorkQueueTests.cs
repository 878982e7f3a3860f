using DpuCluster.Controllers.Queue;
using DpuCluster.Testing;

namespace DpuCluster.Controllers.Tests.Queue;

public sealed class WorkQueueTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly WorkQueue<string> _queue;

    public WorkQueueTests() => _queue = new WorkQueue<string>(new WorkQueueOptions { Seed = 1 }, _clock);

    [Fact]
    public async Task A_key_added_often_is_given_out_once()
    {
        _queue.Add("a");
        _queue.Add("a");
        _queue.Add("b");
        _queue.Count.ShouldBe(2);
        (await Take()).ShouldBe("a");
        (await Take()).ShouldBe("b");
        _queue.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_key_added_while_it_is_worked_on_comes_again_only_when_that_is_done()
    {
        _queue.Add("a");
        (await Take()).ShouldBe("a");
        _queue.Add("a");
        _queue.Add("a");
        var next = Take();
        next.IsCompleted.ShouldBeFalse();
        _queue.Done("a");
        (await next).ShouldBe("a");
        _queue.Done("a");
        _queue.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_key_that_is_added_without_end_does_not_keep_others_waiting()
    {
        _queue.Add("noisy");
        _queue.Add("quiet");
        (await Take()).ShouldBe("noisy");
        _queue.Add("noisy");
        _queue.Done("noisy");
        (await Take()).ShouldBe("quiet");
    }

    [Fact]
    public void Of_several_later_times_the_earliest_counts()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _queue.AddAfter("a", TimeSpan.FromSeconds(3));
        _queue.AddAfter("a", TimeSpan.FromSeconds(7));
        _queue.DelayedCount.ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(2.9));
        _queue.Count.ShouldBe(0);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        _queue.Count.ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(20));
        _queue.Count.ShouldBe(1);
        _queue.DelayedCount.ShouldBe(0);
        _clock.UntilNext.ShouldBeNull("no timer may stay behind");
    }

    [Fact]
    public void Failures_wait_from_5_ms_doubling_to_5_min_and_success_forgets_them()
    {
        var expected = 0.005;
        for (var i = 0; i < 30; i++)
        {
            var wait = _queue.AddAfterFailure("a").TotalSeconds;
            wait.ShouldBeInRange(expected * 0.8, expected);
            expected = Math.Min(expected * 2, 300);
            _clock.Advance(TimeSpan.FromMinutes(6));
        }

        _queue.Failures("a").ShouldBe(30);
        _queue.Succeeded("a");
        _queue.AddAfterFailure("a").TotalSeconds.ShouldBeInRange(0.004, 0.005);
    }

    [Fact]
    public void A_thousand_keys_that_fail_together_come_back_at_a_bounded_rate()
    {
        for (var i = 0; i < 1000; i++)
        {
            _queue.AddAfterFailure($"key-{i}");
        }

        _clock.Advance(TimeSpan.FromMilliseconds(10));
        _queue.Count.ShouldBeInRange(150, 210);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _queue.Count.ShouldBeInRange(200, 270);
        _clock.Advance(TimeSpan.FromSeconds(16));
        _queue.Count.ShouldBe(1000);
    }

    [Fact]
    public async Task After_shutdown_no_key_is_given_out_and_what_is_worked_on_is_waited_for()
    {
        _queue.Add("a");
        _queue.Add("b");
        (await Take()).ShouldBe("a");
        var waiting = Take();
        (await waiting).ShouldBe("b");
        _queue.Add("c");
        var drained = _queue.ShutDown();
        (await Take()).ShouldBeNull();
        _queue.Add("d");
        _queue.Done("a");
        drained.IsCompleted.ShouldBeFalse();
        _queue.Done("b");
        await drained;
        (await Take()).ShouldBeNull();
    }

    [Fact]
    public async Task Shutdown_wakes_those_who_wait()
    {
        var waiting = Take();
        await _queue.ShutDown();
        (await waiting).ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task No_key_is_with_two_workers_and_each_addition_is_followed_by_work(int seed)
    {
        using var queue = new WorkQueue<int>();
        var versions = new int[20];
        var worked = new int[20];
        var busy = new int[20];
        var collisions = 0;
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (await queue.TakeAsync(CancellationToken.None) is { Key: var key })
            {
                if (Interlocked.Increment(ref busy[key]) != 1)
                {
                    Interlocked.Increment(ref collisions);
                }

                Volatile.Write(ref worked[key], Volatile.Read(ref versions[key]));
                await Task.Yield();
                Interlocked.Decrement(ref busy[key]);
                queue.Done(key);
            }
        })).ToList();
        var adders = Enumerable.Range(0, 3).Select(adder => Task.Run(() =>
        {
            var random = new Random((seed * 10) + adder);
            for (var i = 0; i < 1000; i++)
            {
                var key = random.Next(versions.Length);
                Interlocked.Increment(ref versions[key]);
                if (random.Next(10) == 0)
                {
                    queue.AddAfter(key, TimeSpan.FromTicks(random.Next(1, 20_000)));
                }
                else
                {
                    queue.Add(key);
                }
            }
        }));
        await Task.WhenAll(adders);
        await Eventually.Holds(() => queue is { Count: 0, DelayedCount: 0 } && versions.SequenceEqual(worked), $"seed {seed}: the last state of each key is worked on");
        await queue.ShutDown();
        await Task.WhenAll(workers);
        collisions.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task It_behaves_as_a_simple_model_of_it(int seed)
    {
        var random = new Random(seed);
        var order = new List<string>();
        var working = new HashSet<string>();
        var again = new HashSet<string>();
        for (var step = 0; step < 500; step++)
        {
            var key = $"{random.Next(6)}";
            switch (random.Next(3))
            {
                case 0:
                    _queue.Add(key);
                    if (working.Contains(key))
                    {
                        again.Add(key);
                    }
                    else if (!order.Contains(key))
                    {
                        order.Add(key);
                    }

                    break;
                case 1 when order.Count > 0:
                    (await Take()).ShouldBe(order[0], $"seed {seed}, step {step}");
                    working.Add(order[0]);
                    order.RemoveAt(0);
                    break;
                case 2 when working.Count > 0:
                    var done = working.First();
                    _queue.Done(done);
                    working.Remove(done);
                    if (again.Remove(done))
                    {
                        order.Add(done);
                    }

                    break;
                default:
                    break;
            }

            _queue.Count.ShouldBe(order.Count, $"seed {seed}, step {step}");
        }
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 10)];

    public void Dispose() => _queue.Dispose();

    private async Task<string?> Take() => (await _queue.TakeAsync(CancellationToken.None))?.Key;
}

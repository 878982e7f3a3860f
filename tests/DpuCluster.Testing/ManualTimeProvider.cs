namespace DpuCluster.Testing;

/// <summary>
/// A clock that stands until a test moves it. Timers fire while it is moved, in order, each at its time. Safe for use from many threads.
/// </summary>
public sealed class ManualTimeProvider : TimeProvider
{
    // What looks at the clock without a timer sees it move in steps no longer than this.
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(5);

    // How long a round of waiting takes at most where a processor is free, and how many there are before time passes all the same.
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(8);
    private const int MostRounds = 40;

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>When the next timer fires; <see langword="null"/> where none is set.</summary>
    public TimeSpan? UntilNext
    {
        get
        {
            lock (_gate)
            {
                return Next() is { } timer ? TimeSpan.FromTicks(Math.Max(0, timer.Due - _ticks)) : null;
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _ticks;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets this much time pass.</summary>
    public void Advance(TimeSpan by)
    {
        long until;
        lock (_gate)
        {
            until = _ticks + by.Ticks;
        }

        while (true)
        {
            ManualTimer? due;
            lock (_gate)
            {
                due = Next() is { } next && next.Due <= until ? next : null;
                MoveTo(due is null ? until : Math.Max(_ticks, due.Due));
                due?.Rearm();
            }

            if (due is null)
            {
                return;
            }

            due.Fire();
        }
    }

    /// <summary>
    /// Lets time pass, timer by timer, until a condition holds. Between the steps what the timers woke gets real time to run: more of it where
    /// the machine is busy, and where nobody waits for this clock, which is when somebody is at work.
    /// </summary>
    /// <returns>How much time has passed by this clock.</returns>
    /// <exception cref="TimeoutException">It did not hold after that much time by this clock.</exception>
    public async Task<TimeSpan> AdvanceUntil(Func<bool> condition, TimeSpan atMost, string what)
    {
        var start = GetTimestamp();
        while (true)
        {
            for (var (quiet, rounds) = (0, 0); quiet < (UntilNext is null ? 30 : 3) && rounds < MostRounds; quiet++, rounds++)
            {
                if (condition())
                {
                    return GetElapsedTime(start);
                }

                var began = System.GetTimestamp();
                await Task.Delay(1);
                await HopAsync();
                if (System.GetElapsedTime(began) > Late)
                {
                    // Who was woken may still wait for a processor.
                    quiet = 0;
                }
            }

            if (GetElapsedTime(start) > atMost)
            {
                throw new TimeoutException($"{what}: not within {atMost} of the manual clock");
            }

            Advance(UntilNext is { } next && next < LongestStep ? next : LongestStep);
        }
    }

    /// <summary>Sets the wall clock off without letting time pass, as when somebody corrects it.</summary>
    public void SetWallClock(DateTimeOffset now)
    {
        lock (_gate)
        {
            _now = now;
        }
    }

    // As what the code under test does after a timer has fired: from one task to the next.
    private static async Task HopAsync()
    {
        for (var hop = 0; hop < 10; hop++)
        {
            await Task.Run(static () => { });
        }
    }

    private ManualTimer? Next()
    {
        ManualTimer? next = null;
        foreach (var timer in _timers)
        {
            if (next is null || timer.Due < next.Due)
            {
                next = timer;
            }
        }

        return next;
    }

    private void MoveTo(long ticks)
    {
        _now += TimeSpan.FromTicks(ticks - _ticks);
        _ticks = ticks;
    }

    private sealed class ManualTimer(ManualTimeProvider clock, Action callback) : ITimer
    {
        private TimeSpan _period;

        public long Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock._ticks + dueTime.Ticks;
                    clock._timers.Add(this);
                }
            }

            return true;
        }

        public void Rearm()
        {
            clock._timers.Remove(this);
            if (_period > TimeSpan.Zero)
            {
                Due += _period.Ticks;
                clock._timers.Add(this);
            }
        }

        public void Fire() => callback();

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

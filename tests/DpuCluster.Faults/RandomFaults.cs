namespace DpuCluster.Faults;

/// <summary>A plan of faults that a seed decides: which request meets which fault depends on the seed and the order of requests alone.</summary>
public sealed class RandomFaults
{
    private readonly Lock _gate = new();
    private readonly Random _random;
    private int _unauthorized;
    private volatile bool _stopped;

    /// <summary>Makes a plan.</summary>
    /// <param name="seed">Decides everything.</param>
    public RandomFaults(int seed) => _random = new Random(seed);

    /// <summary>How many requests met a fault so far.</summary>
    public int Count { get; private set; }

    /// <summary>From now on everything passes.</summary>
    public void Stop() => _stopped = true;

    /// <summary>What becomes of a request; for <see cref="FaultProxy.Plan"/>.</summary>
    public Fault? OnRequest(ProxiedRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_stopped)
        {
            return null;
        }

        lock (_gate)
        {
            var fault = _unauthorized-- > 0 ? KubernetesFaults.Unauthorized : request.IsWatch ? OfWatch() : request.IsRead ? OfRead() : OfWrite();
            Count += fault is null ? 0 : 1;
            return fault;
        }
    }

    /// <summary>What becomes of a connection; for <see cref="FaultProxy.OnConnect"/>.</summary>
    public ConnectionFault? OnConnect()
    {
        if (_stopped)
        {
            return null;
        }

        lock (_gate)
        {
            // The handshake alone is one to two KiB.
            return _random.Next(3) == 0 ? new ConnectionFault { CutAfter = _random.Next(500, 60_000) } : null;
        }
    }

    private Fault? OfWatch() => _random.Next(12) switch
    {
        0 => Answer(),
        1 => KubernetesFaults.Expired,
        2 => KubernetesFaults.TooLarge,
        3 => new StreamFault { ErrorAfter = _random.Next(6) },
        4 => new StreamFault { EndAfter = _random.Next(4000), End = End() },
        5 => new StreamFault { RepeatEvery = 1 + _random.Next(3), Bookmarks = BookmarkFault.Repeated },
        6 => new StreamFault { Bookmarks = BookmarkFault.Missing, EndAfter = _random.Next(20_000), End = End() },
        7 => new StreamFault { RepeatEvery = 1, EndAfter = _random.Next(8000), End = End() },
        8 => new DelayFault(TimeSpan.FromMilliseconds(_random.Next(400))),
        _ => null,
    };

    private Fault? OfRead() => _random.Next(10) switch
    {
        0 => Answer(),
        1 => KubernetesFaults.Expired,
        2 => new StreamFault { EndAfter = _random.Next(1500), End = End() },
        3 => new DelayFault(TimeSpan.FromMilliseconds(_random.Next(400))),
        _ => null,
    };

    private Fault? OfWrite() => _random.Next(10) switch
    {
        0 => Answer(),
        1 => KubernetesFaults.Conflict,

        // The nastiest: the server has written, and the writer is not told.
        2 => new StreamFault { EndAfter = _random.Next(300), End = End() },
        3 => new DelayFault(TimeSpan.FromMilliseconds(_random.Next(400))),
        _ => null,
    };

    private StreamEnd End() => _random.Next(8) switch
    {
        0 => StreamEnd.Stalled,
        < 4 => StreamEnd.Truncated,
        _ => StreamEnd.Cut,
    };

    private Fault Answer()
    {
        switch (_random.Next(10))
        {
            case 0:
                _unauthorized = _random.Next(1, 6);
                return KubernetesFaults.Unauthorized;
            case 1:
                return KubernetesFaults.Forbidden;
            case 2:
                return KubernetesFaults.NotFound;
            case 3:
                return KubernetesFaults.TooManyRequests();
            case 4:
                return KubernetesFaults.TooManyRequests(retryAfter: 1);
            case 5:
                return KubernetesFaults.InternalError;
            case 6:
                return KubernetesFaults.Unavailable;
            case 7:
                return KubernetesFaults.WrongContentType;
            case 8:
                return new StallFault();
            default:
                return KubernetesFaults.Unavailable with { RetryAfter = 1 };
        }
    }
}

namespace DpuCluster.Controllers.Leases;

/// <summary>Whether this process may act.</summary>
public interface ILeadership
{
    /// <summary>
    /// Whether the lease is held, or none is needed. Turns false before anybody else can take the lease; true again only where a renewal that
    /// was under way was answered after all, and nobody else had taken it.
    /// </summary>
    bool IsLeader { get; }

    /// <summary>Waits until <see cref="IsLeader"/>.</summary>
    /// <returns>For how long it stays so if the lease is not renewed; <see cref="Timeout.InfiniteTimeSpan"/> where none is needed.</returns>
    Task<TimeSpan> WaitToLeadAsync(CancellationToken cancellation);

    /// <summary>Stops whoever is about to act without the lease.</summary>
    /// <exception cref="LeadershipLostException">The lease is not held.</exception>
    void ThrowIfLost()
    {
        if (!IsLeader)
        {
            throw new LeadershipLostException();
        }
    }
}

/// <summary>The lease is not held (any more): nothing may be written. A reconciler lets it through; its key comes again if the process goes on.</summary>
public sealed class LeadershipLostException : Exception
{
    /// <summary>Makes the exception.</summary>
    public LeadershipLostException()
        : base("the lease is not held: another process may be acting")
    {
    }

    /// <summary>Makes the exception with a message of its own.</summary>
    public LeadershipLostException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception of a cause.</summary>
    public LeadershipLostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Leadership where no lease is asked for.</summary>
internal sealed class AlwaysLeader : ILeadership
{
    public static AlwaysLeader Instance { get; } = new();

    public bool IsLeader => true;

    public Task<TimeSpan> WaitToLeadAsync(CancellationToken cancellation) => Task.FromResult(Timeout.InfiniteTimeSpan);
}

namespace DpuCluster.ClusterManager;

/// <summary>How far the clean-up of a cluster has come.</summary>
public sealed record CleanUp
{
    private CleanUp(string? waitingFor, TimeSpan? again)
    {
        WaitingFor = waitingFor;
        Again = again;
    }

    /// <summary>Nothing is left: the cluster may go.</summary>
    public static CleanUp Done { get; } = new(null, null);

    /// <summary>What is still there, for people; null when nothing is.</summary>
    internal string? WaitingFor { get; }

    /// <summary>When to look again though nothing has happened.</summary>
    internal TimeSpan? Again { get; }

    /// <summary>Something is still there.</summary>
    /// <param name="for">What, for people.</param>
    /// <param name="again">When to look again though no watched object has changed.</param>
    public static CleanUp Waiting(string @for, TimeSpan? again = null) => new(@for, again);
}

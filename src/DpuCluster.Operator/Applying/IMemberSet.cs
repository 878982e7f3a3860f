namespace DpuCluster.Operator.Applying;

/// <summary>The members of the apply set that are of one kind, whichever that is.</summary>
internal interface IMemberSet
{
    /// <summary>The kind, for people.</summary>
    string Kind { get; }

    /// <summary>Names of all members.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Takes a member away.</summary>
    /// <returns>Whether nothing of it is left.</returns>
    Task<bool> RemoveAsync(string name, CancellationToken cancellation);
}

namespace DpuCluster.EndToEnd.Chaos;

/// <summary>A change that the server has made for a replica.</summary>
/// <param name="Writer">Whose request it was.</param>
/// <param name="Resource">Of which resource the object is, in plural.</param>
/// <param name="Name">Name of the object.</param>
/// <param name="Version">The version that it has since; <see langword="null"/> where the answer does not say.</param>
/// <param name="After">The latest version that an answer had told the replica's proxy of before the request came.</param>
internal sealed record Written(Writer Writer, string Resource, string Name, long? Version, long After = 0)
{
    /// <summary>
    /// Whether the request may have made the version. A request that changes nothing is answered with the object as it is, whoever made it so:
    /// one whose version is no later than what was there before the request is not of its making.
    /// </summary>
    public bool MayHaveMade => Version is { } version && version > After;

    public override string ToString() => $"{Resource} {Name} at {Version} by {Writer.Name}";
}

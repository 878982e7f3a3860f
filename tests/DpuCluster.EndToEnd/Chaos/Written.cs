namespace DpuCluster.EndToEnd.Chaos;

/// <summary>A change that the server has made for a replica.</summary>
/// <param name="Writer">Whose request it was.</param>
/// <param name="Resource">Of which resource the object is, in plural.</param>
/// <param name="Name">Name of the object.</param>
/// <param name="Version">The version that the change gave it; <see langword="null"/> where the answer does not say.</param>
internal sealed record Written(Writer Writer, string Resource, string Name, long? Version)
{
    public override string ToString() => $"{Resource} {Name} at {Version} by {Writer.Name}";
}

using DpuCluster.ApiServer.Storage;

namespace DpuCluster.Faults;

/// <summary>The objects that <see cref="FaultyServer.BackUp"/> remembers, and when it was.</summary>
public sealed class ServerBackup
{
    internal ServerBackup(long version, IReadOnlyList<((string Group, string Plural) Collection, StoredObject Value)> objects) =>
        (Version, Objects) = (version, objects);

    /// <summary>The server's version at the time.</summary>
    public long Version { get; }

    internal IReadOnlyList<((string Group, string Plural) Collection, StoredObject Value)> Objects { get; }
}

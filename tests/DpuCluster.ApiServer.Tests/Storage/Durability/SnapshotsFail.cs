using DpuCluster.ApiServer.Storage.Durability;

namespace DpuCluster.ApiServer.Tests.Storage.Durability;

/// <summary>Files on a disk that has no room for a snapshot.</summary>
internal sealed class SnapshotsFail(IDataFiles files) : IDataFiles
{
    public string Path => files.Path;

    public IReadOnlyList<string> Names() => files.Names();

    public Stream OpenRead(string name) => files.OpenRead(name);

    public IDataFile Create(string name) =>
        name.StartsWith("snapshot", StringComparison.Ordinal) ? new Full(files.Create(name)) : files.Create(name);

    public void Rename(string from, string to) => files.Rename(from, to);

    public void Delete(string name) => files.Delete(name);

    public void SyncDirectory() => files.SyncDirectory();

    private sealed class Full(IDataFile file) : IDataFile
    {
        public void Append(ReadOnlySpan<byte> bytes) => throw new IOException("No space left on device");

        public void Sync() => file.Sync();

        public void Truncate(long length) => file.Truncate(length);

        public void Dispose() => file.Dispose();
    }
}

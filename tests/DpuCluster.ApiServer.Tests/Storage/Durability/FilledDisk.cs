using System.Collections.Concurrent;
using DpuCluster.ApiServer.Storage.Durability;

namespace DpuCluster.ApiServer.Tests.Storage.Durability;

/// <summary>A disk that can be full, or be full for <see cref="OnlyFor">some files</see> alone, or fail to make safe what it has taken.</summary>
internal sealed class FilledDisk
{
    public volatile bool IsFull;

    public volatile bool CannotSync;

    /// <summary>The directories whose names were made safe.</summary>
    public ConcurrentQueue<string> SafeDirectories { get; } = [];

    /// <summary>How the names begin of the files that there is no room for; empty for all.</summary>
    public string OnlyFor { get; init; } = "";

    public IDataFiles Of(IDataFiles files) => new Files(this, files);

    private sealed class Files(FilledDisk disk, IDataFiles files) : IDataFiles
    {
        public string Path => files.Path;

        public IReadOnlyList<string> Names() => files.Names();

        public Stream OpenRead(string name) => files.OpenRead(name);

        public IDataFile Create(string name)
        {
            var file = files.Create(name);
            return name.StartsWith(disk.OnlyFor, StringComparison.Ordinal) ? new OpenFile(disk, file) : file;
        }

        public void Rename(string from, string to) => files.Rename(from, to);

        public void Delete(string name) => files.Delete(name);

        public void SyncDirectory()
        {
            files.SyncDirectory();
            disk.SafeDirectories.Enqueue(files.Path);
        }
    }

    private sealed class OpenFile(FilledDisk disk, IDataFile file) : IDataFile
    {
        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (disk.IsFull) throw new IOException("No space left on device");
            file.Append(bytes);
        }

        public void Sync()
        {
            if (disk.CannotSync) throw new IOException("Input/output error");
            file.Sync();
        }

        public void Truncate(long length) => file.Truncate(length);

        public void Dispose() => file.Dispose();
    }
}

using DpuCluster.ApiServer.Storage.Durability;

namespace DpuCluster.ApiServer.Tests.Storage.Durability;

/// <summary>
/// Files that know what of them is safe, that end at an operation as a process does that is killed in it, and that can be looked at
/// as they are after the kill or after a loss of power.
/// </summary>
internal sealed class MemoryFiles : IDataFiles
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Content> _names = [];
    private Dictionary<string, Content> _safeNames = [];
    private int _operations;

    /// <summary>The operation, counted from 1, in which the process ends; 0 for none.</summary>
    public int EndsIn { get; init; }

    /// <summary>The error of every operation that writes, from now on; null for none.</summary>
    public Exception? Error { get; set; }

    /// <summary>Called before contents become safe.</summary>
    public Action? Syncing { get; set; }

    public bool HasEnded => EndsIn > 0 && _operations >= EndsIn;

    public string Path => "/data";

    public long TotalLength
    {
        get
        {
            lock (_gate) return _names.Values.Sum(content => (long)content.Bytes.Count);
        }
    }

    public byte[] this[string name]
    {
        get
        {
            lock (_gate) return [.. _names[name].Bytes];
        }

        set
        {
            lock (_gate) _names[name] = _safeNames[name] = new Content { Bytes = [.. value], Safe = value.Length };
        }
    }

    /// <summary>Whether there is a snapshot that is finished.</summary>
    public bool HasSnapshot => Names().Any(name => name.StartsWith("snapshot", StringComparison.Ordinal) && !name.EndsWith(SnapshotFile.Unfinished, StringComparison.Ordinal));

    public IReadOnlyList<string> Names()
    {
        lock (_gate) return [.. _names.Keys];
    }

    public Stream OpenRead(string name) => new MemoryStream(this[name]);

    public IDataFile Create(string name)
    {
        lock (_gate)
        {
            Begin();
            return new OpenFile(this, _names[name] = new Content());
        }
    }

    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            Begin();
            _names[to] = _names[from];
            _names.Remove(from);
        }
    }

    public void Delete(string name)
    {
        lock (_gate)
        {
            Begin();
            _names.Remove(name);
        }
    }

    public void SyncDirectory()
    {
        lock (_gate)
        {
            Begin();
            _safeNames = new(_names);
        }
    }

    /// <summary>What the next process finds.</summary>
    public MemoryFiles AfterKill() => Copy(_names, content => content.Bytes.Count);

    /// <summary>What is found when the power was lost: of what was not safe, nothing.</summary>
    public MemoryFiles AfterPowerLoss() => Copy(_safeNames, content => content.Safe);

    private MemoryFiles Copy(Dictionary<string, Content> names, Func<Content, int> length)
    {
        lock (_gate)
        {
            var copy = new MemoryFiles();
            foreach (var (name, content) in names) copy[name] = [.. content.Bytes.Take(length(content))];
            return copy;
        }
    }

    private void Begin()
    {
        if (Error is { } error) throw error;
        if (EndsIn > 0 && ++_operations >= EndsIn) throw new IOException("the process has ended");
    }

    private sealed class Content
    {
        public List<byte> Bytes { get; init; } = [];

        public int Safe { get; set; }
    }

    private sealed class OpenFile(MemoryFiles files, Content content) : IDataFile
    {
        public void Append(ReadOnlySpan<byte> bytes)
        {
            lock (files._gate)
            {
                var had = files.HasEnded;
                try
                {
                    files.Begin();
                }
                catch (IOException) when (!had)
                {
                    // Nobody knows how far a write has come that does not return.
                    content.Bytes.AddRange(bytes[..(bytes.Length / 2)]);
                    throw;
                }

                content.Bytes.AddRange(bytes);
            }
        }

        public void Sync()
        {
            files.Syncing?.Invoke();
            lock (files._gate)
            {
                files.Begin();
                content.Safe = content.Bytes.Count;
            }
        }

        public void Truncate(long length)
        {
            lock (files._gate)
            {
                files.Begin();
                content.Bytes.RemoveRange((int)length, content.Bytes.Count - (int)length);
                content.Safe = Math.Min(content.Safe, (int)length);
            }
        }

        public void Dispose()
        {
        }
    }
}

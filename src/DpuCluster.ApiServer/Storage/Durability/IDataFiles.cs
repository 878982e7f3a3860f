namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>
/// The files of one directory, as far as a durable store needs them: what is written and when it is safe. All errors are
/// <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
/// </summary>
internal interface IDataFiles
{
    /// <summary>Where the files are, for messages.</summary>
    string Path { get; }

    IReadOnlyList<string> Names();

    Stream OpenRead(string name);

    /// <summary>Makes an empty file, in place of one of that name.</summary>
    IDataFile Create(string name);

    /// <summary>Gives a file another name, in place of a file that has it. Safe only after <see cref="SyncDirectory"/>.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file. Safe only after <see cref="SyncDirectory"/>.</summary>
    void Delete(string name);

    /// <summary>Makes the names of files safe.</summary>
    void SyncDirectory();
}

/// <summary>A file that grows.</summary>
internal interface IDataFile : IDisposable
{
    /// <summary>Writes behind what is there. After an error, nobody knows how much was written.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Makes what is written safe from a loss of power.</summary>
    void Sync();

    /// <summary>Takes back what stands behind a length; the next <see cref="Append"/> goes there.</summary>
    void Truncate(long length);
}

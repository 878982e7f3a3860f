using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>Files on a disk, readable for the user alone.</summary>
internal sealed class DiskFiles(string path) : IDataFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Path { get; } = path;

    public IReadOnlyList<string> Names() => [.. Directory.EnumerateFiles(Path).Select(file => System.IO.Path.GetFileName(file))];

    public Stream OpenRead(string name) => new FileStream(In(name), new FileStreamOptions
    {
        Access = FileAccess.Read,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 256 * 1024,
        Options = FileOptions.SequentialScan,
    });

    public IDataFile Create(string name)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        return new DiskFile(new FileStream(In(name), options));
    }

    public void Rename(string from, string to) => File.Move(In(from), In(to), overwrite: true);

    public void Delete(string name) => File.Delete(In(name));

    public void SyncDirectory()
    {
        // Windows writes names through its journal, and has no call for this.
        if (OperatingSystem.IsWindows()) return;
        using var directory = new SafeFileHandle(Posix.Open([.. Encoding.UTF8.GetBytes(Path), 0], 0), ownsHandle: true);
        if (directory.IsInvalid || Posix.Sync(directory) != 0)
        {
            throw new IOException($"{Path} cannot be made safe on its disk: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private sealed class DiskFile(FileStream file) : IDataFile
    {
        private readonly SafeFileHandle _handle = file.SafeFileHandle;
        private long _length;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            RandomAccess.Write(_handle, bytes, _length);
            _length += bytes.Length;
        }

        public void Sync() => RandomAccess.FlushToDisk(_handle);

        public void Truncate(long length)
        {
            RandomAccess.SetLength(_handle, length);
            _length = length;
        }

        public void Dispose() => file.Dispose();
    }

    /// <summary>.NET opens no directories, and names of new files are safe only after their directory is.</summary>
    private static class Posix
    {
        [DllImport("libc", EntryPoint = "open", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern nint Open(byte[] path, int flags);

        [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Sync(SafeHandle file);
    }
}

using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using DpuCluster.ApiServer.Certificates;
using DpuCluster.Kubernetes;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>
/// The directory that a server keeps everything in: the files of the store, and the few things beside it that make up the identity of
/// a cluster. Held for as long as the server runs; readable for the user alone.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    private const string Format = "format";
    private const string LockFile = "lock";
    private const string Holder = "pid";
    private const string AuthorityCertificate = "ca.crt";
    private const string AuthorityKey = "ca.key";
    private const string AccountKey = "sa.key";
    private const string Port = "port";
    private const string FormatText = "dpucluster data, format ";

    // What a file that another process has locked is told by, on Linux and on Windows.
    private const int EAgain = 11;
    private const int SharingViolation = unchecked((int)0x80070020);

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream @lock, Func<IDataFiles, IDataFiles>? files)
    {
        Path = path;
        _lock = @lock;
        Files = On(path, files);
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    public IDataFiles Files { get; }

    /// <summary>The port that was listened on last; null where there was none.</summary>
    public int? LastPort =>
        int.TryParse(Recall(Port), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= IPEndPoint.MaxPort ? port : null;

    /// <summary>Takes a directory, making it where it is missing.</summary>
    /// <exception cref="UserErrorException">It cannot be made or written, is in use, is something else, or of a newer format.</exception>
    /// <param name="path">Where it is.</param>
    /// <param name="files">Makes what is written through of what would be; null: nothing else. For tests of disks that fail.</param>
    public static DataDirectory Take(string path, Func<IDataFiles, IDataFiles>? files = null)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            if (File.Exists(path)) throw new UserErrorException($"the data directory {path} is a file", "name a directory, or a place for a new one");
            if (Directory.Exists(path)) CheckIsOurs(path);
            Make(path, files);
            if (!OperatingSystem.IsWindows())
            {
                // Secrets of the cluster are in it, and keys that make their holder an administrator.
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            var directory = new DataDirectory(path, Lock(path), files);
            try
            {
                directory.Keep(Holder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
                directory.CheckFormat();
                return directory;
            }
            catch
            {
                directory.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"the data directory {path} cannot be used: {exception.Message}", "name one that you may write to", exception);
        }
    }

    /// <summary>The certificate authority that was kept, or a new one, which is kept from now on.</summary>
    /// <exception cref="UserErrorException">What was kept is none.</exception>
    public CertificateAuthority Authority()
    {
        // The certificate is kept last: without it, nobody has ever trusted the key.
        if (Recall(AuthorityCertificate) is not { } certificate)
        {
            var authority = CertificateAuthority.Create("kubernetes");
            Keep(AuthorityKey, authority.PrivateKeyPem);
            Keep(AuthorityCertificate, authority.CertificatePem);
            return authority;
        }

        try
        {
            return CertificateAuthority.Load(certificate, Recall(AuthorityKey) ?? throw new CryptographicException($"{AuthorityKey} is missing"));
        }
        catch (CryptographicException exception)
        {
            throw new UserErrorException($"{AuthorityCertificate} and {AuthorityKey} in {Path} are no certificate authority ({exception.Message})",
                "restore both from a backup; or delete both, and hand out new kubeconfigs", exception);
        }
    }

    /// <summary>The key that signs the tokens of service accounts: the one that was kept, or a new one, which is kept from now on.</summary>
    /// <exception cref="UserErrorException">What was kept is none.</exception>
    public string TokenKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (Recall(AccountKey) is not { } kept)
        {
            Keep(AccountKey, kept = key.ExportPkcs8PrivateKeyPem() + "\n");
            return kept;
        }

        try
        {
            key.ImportFromPem(kept);
            return kept;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            throw new UserErrorException($"{System.IO.Path.Combine(Path, AccountKey)} is no private key ({exception.Message})",
                "restore it from a backup; or delete it, and tokens of service accounts have to be made anew", exception);
        }
    }

    /// <summary>Keeps the port for the next time.</summary>
    public void KeepPort(int port)
    {
        if (port != LastPort) Keep(Port, port.ToString(CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    /// <summary>Makes a directory where there is none. Its name is to be as safe as what will be in it, and so are those of what is made around it.</summary>
    private static void Make(string path, Func<IDataFiles, IDataFiles>? files)
    {
        var missing = new List<string>();
        for (var at = path; at is not null && !Directory.Exists(at); at = System.IO.Path.GetDirectoryName(at)) missing.Add(at);
        Directory.CreateDirectory(path);
        foreach (var made in missing) On(System.IO.Path.GetDirectoryName(made)!, files).SyncDirectory();
    }

    private static IDataFiles On(string path, Func<IDataFiles, IDataFiles>? files)
    {
        var disk = new DiskFiles(path);
        return files?.Invoke(disk) ?? disk;
    }

    private static FileStream Lock(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            return new FileStream(System.IO.Path.Combine(path, LockFile), options);
        }
        catch (IOException exception) when (exception.HResult is EAgain or SharingViolation)
        {
            var holder = System.IO.Path.Combine(path, Holder);
            var pid = File.Exists(holder) ? $" by process {File.ReadAllText(holder)}" : "";
            throw new UserErrorException($"the data directory {path} is in use{pid}", "end that process, or name another directory with --data-dir", exception);
        }
    }

    /// <summary>What other programs have put somewhere is not to be mixed with objects, nor to be hidden from others.</summary>
    private static void CheckIsOurs(string path)
    {
        if (File.Exists(System.IO.Path.Combine(path, Format))) return;

        // A server that was killed when it had hardly begun leaves no more than this.
        var foreign = Directory.EnumerateFileSystemEntries(path)
            .Select(entry => System.IO.Path.GetFileName(entry))
            .FirstOrDefault(name => name is not (LockFile or Holder) && !name.EndsWith(SnapshotFile.Unfinished, StringComparison.Ordinal));
        if (foreign is not null)
        {
            throw new UserErrorException($"{path} is not a data directory: there is {foreign} in it, and no file {Format}", "name an empty directory, or a place for a new one");
        }
    }

    private void CheckFormat()
    {
        if (Recall(Format) is not { } text)
        {
            Keep(Format, $"{FormatText}{FileHeader.Format}\n");
            return;
        }

        if (!text.StartsWith(FormatText, StringComparison.Ordinal) || !uint.TryParse(text.AsSpan(FormatText.Length), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var format))
        {
            throw DataRefusedException.Corrupt(Path, Format, 0, $"it does not say \"{FormatText}{FileHeader.Format}\"");
        }

        if (format > FileHeader.Format) throw DataRefusedException.Newer(Path, Format, format);
    }

    private string? Recall(string name)
    {
        var file = System.IO.Path.Combine(Path, name);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    /// <summary>Keeps a text, as a whole or not at all.</summary>
    private void Keep(string name, string text)
    {
        using (var file = Files.Create(name + SnapshotFile.Unfinished))
        {
            file.Append(Encoding.UTF8.GetBytes(text));
            file.Sync();
        }

        Files.Rename(name + SnapshotFile.Unfinished, name);
        Files.SyncDirectory();
    }
}

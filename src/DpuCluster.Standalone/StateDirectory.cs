using DpuCluster.Kubernetes;

namespace DpuCluster.Standalone;

/// <summary>
/// Where one environment keeps what outlives a command: <c>$XDG_STATE_HOME/dpucluster/NAME</c>, or
/// <c>~/.local/state/dpucluster/NAME</c>. Held for as long as the environment runs, so that no two have the same name at a time.
/// </summary>
internal sealed class StateDirectory : IDisposable
{
    private readonly FileStream _lock;

    private StateDirectory(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>Full path of the kubeconfig that is written where the user names no other file.</summary>
    public string Kubeconfig => System.IO.Path.Combine(Path, "kubeconfig");

    /// <summary>Takes the directory of an environment, making it where it is missing.</summary>
    /// <param name="name">Name of the environment; also a file name: lower-case letters, digits and dashes.</param>
    /// <param name="root">Where the directories of all environments are; null for the user's own place.</param>
    /// <param name="tenant">What the user calls the tenant whose directory it is; null for that of an environment.</param>
    /// <exception cref="UserErrorException">The name is no name, is in use, or the directory cannot be made.</exception>
    public static StateDirectory Take(string name, string? root = null, string? tenant = null)
    {
        CheckName(name);
        var path = System.IO.Path.Combine(root ?? DefaultRoot(), name);
        try
        {
            Directory.CreateDirectory(path);
            if (!OperatingSystem.IsWindows())
            {
                // The kubeconfig in it makes its reader an administrator.
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"the state directory {path} cannot be made: {exception.Message}",
                "set XDG_STATE_HOME to a directory that you may write to", exception);
        }

        try
        {
            return new(path, new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw tenant is null
                ? new UserErrorException($"an environment named {name} is running already", "end it, or choose another name with --name", exception)
                : new UserErrorException($"a tenant named {tenant} is running already", "end it, or give this one another name: standalone tenant NAME", exception);
        }
    }

    /// <summary>What was kept under a name by <see cref="Keep"/>; null where nothing was.</summary>
    public string? Recall(string name)
    {
        var file = System.IO.Path.Combine(Path, name);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    /// <summary>Keeps a text for the next environment of this name, readable for the user alone.</summary>
    public void Keep(string name, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // As a whole or not at all: half a key, left by a process that was killed, would be of no use to the next one.
        var file = System.IO.Path.Combine(Path, name);
        using (var writer = new StreamWriter(file + ".new", options))
        {
            writer.Write(text);
        }

        File.Move(file + ".new", file, overwrite: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static void CheckName(string name)
    {
        var valid = name.Length is > 0 and <= 40
            && name.All(letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
            && name[0] != '-' && name[^1] != '-';
        if (!valid)
        {
            throw new UserErrorException($"\"{name}\" is no name for an environment",
                "use up to 40 lower-case letters, digits and dashes, such as site-2");
        }
    }

    private static string DefaultRoot()
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(state))
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            state = string.IsNullOrEmpty(home) ? System.IO.Path.GetTempPath() : System.IO.Path.Combine(home, ".local", "state");
        }

        return System.IO.Path.Combine(state, "dpucluster");
    }
}

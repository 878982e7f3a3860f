using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Kubeconfig;

/// <summary>Writes entries into a kubeconfig file of which everything else stays.</summary>
public static class KubeconfigFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Puts the entries of a document into a file: those of the same name are replaced, all others and all unknown fields stay. The file is
    /// exchanged as a whole, with mode 0600; a missing directory is made with mode 0700. Locked against others as kubectl does it.
    /// </summary>
    /// <param name="path">The file; need not exist. A link stays one.</param>
    /// <param name="additions">What to put into it.</param>
    /// <param name="setCurrentContext">Whether the current context becomes that of <paramref name="additions"/>; it does in any case where the file has none.</param>
    /// <exception cref="KubeconfigException">The file is no kubeconfig, is locked, or cannot be written.</exception>
    public static void Update(string path, KubeconfigDocument additions, bool setCurrentContext)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(additions);
        try
        {
            var target = new FileInfo(path) is { LinkTarget: not null } link
                ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName
                : Path.GetFullPath(path);
            CreateDirectory(Path.GetDirectoryName(target)!);
            using (Lock(path, target + ".lock"))
            {
                var existing = Read(target, path);
                var current = existing["current-context"];
                var json = additions.With(existing);
                if (!setCurrentContext && current is JsonValue value && value.TryGetValue<string>(out var name) && name.Length > 0)
                {
                    json["current-context"] = name;
                }

                Replace(target, Yaml.FromJson(json));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KubeconfigException(path, $"the file cannot be written ({exception.GetType().Name}); check the permissions of it and of its directory", exception);
        }
    }

    private static JsonObject Read(string target, string path)
    {
        if (!File.Exists(target))
        {
            return [];
        }

        var bytes = File.ReadAllBytes(target);
        // Read as what it should be first, so that something else is never written to.
        KubeconfigDocument.Parse(bytes, path);
        return Yaml.ToJson(bytes) as JsonObject ?? [];
    }

    private static void CreateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    private static FileStream Lock(string path, string file)
    {
        try
        {
            return new FileStream(file, Options(FileOptions.DeleteOnClose));
        }
        catch (IOException exception) when (File.Exists(file))
        {
            throw new KubeconfigException(path, $"another program is writing it; if none is, remove {file}", exception);
        }
    }

    private static void Replace(string target, string yaml)
    {
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, Options(FileOptions.None)))
            {
                stream.Write(Encoding.UTF8.GetBytes(yaml));
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static FileStreamOptions Options(FileOptions options)
    {
        var all = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, Options = options };
        if (!OperatingSystem.IsWindows())
        {
            all.UnixCreateMode = OwnerOnly;
        }

        return all;
    }
}

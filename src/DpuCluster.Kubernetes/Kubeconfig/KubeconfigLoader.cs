using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Kubernetes.Kubeconfig;

/// <summary>
/// Finds the kubeconfig that a program is meant to use: the one named, else those in <c>KUBECONFIG</c>, else <c>~/.kube/config</c>, else
/// the service account of the pod. Reads small local files, once, at the start of a program: therefore not asynchronous.
/// </summary>
public static class KubeconfigLoader
{
    private const string Variable = "KUBECONFIG";

    /// <summary>What a connection needs.</summary>
    /// <param name="explicitPath">File that the user names; <see langword="null"/> or empty for none.</param>
    /// <param name="context">Context that the user names; <see langword="null"/> for the current one.</param>
    /// <param name="environment">What is around the program; <see langword="null"/> for its own.</param>
    /// <exception cref="KubeconfigException">Nothing is found, or what is found cannot be used.</exception>
    public static ClientConfiguration Load(string? explicitPath = null, string? context = null, KubeconfigEnvironment? environment = null)
    {
        environment ??= KubeconfigEnvironment.System;
        if (LoadDocument(explicitPath, environment) is { } document)
        {
            return document.ToConfiguration(context, KubeconfigPolicy.Personal, environment.Clock);
        }

        if (context is null && InCluster.Find(environment) is { } configuration)
        {
            return configuration;
        }

        throw new KubeconfigException("(none)", $"there is neither a kubeconfig ({Looked(environment)}) nor a pod's service account; name a file with --kubeconfig or {Variable}");
    }

    /// <summary>The kubeconfig itself; <see langword="null"/> where there is none.</summary>
    /// <param name="explicitPath">File that the user names; must exist.</param>
    /// <param name="environment">What is around the program; <see langword="null"/> for its own.</param>
    /// <exception cref="KubeconfigException">A file cannot be read, or is no kubeconfig.</exception>
    public static KubeconfigDocument? LoadDocument(string? explicitPath = null, KubeconfigEnvironment? environment = null)
    {
        environment ??= KubeconfigEnvironment.System;
        if (!string.IsNullOrEmpty(explicitPath))
        {
            return ReadFile(explicitPath) ?? throw new KubeconfigException(explicitPath, "the file does not exist; name one that does");
        }

        List<KubeconfigDocument> documents = [];
        foreach (var path in Paths(environment))
        {
            if (ReadFile(path) is { } document)
            {
                documents.Add(document);
            }
        }

        return documents.Count == 0 ? null : KubeconfigDocument.Merge(documents);
    }

    /// <summary>The file that a program writes to: the one named, else the first of <c>KUBECONFIG</c>, else <c>~/.kube/config</c>.</summary>
    public static string PathToWrite(string? explicitPath = null, KubeconfigEnvironment? environment = null) =>
        !string.IsNullOrEmpty(explicitPath)
            ? explicitPath
            : Paths(environment ?? KubeconfigEnvironment.System).FirstOrDefault()
                ?? throw new KubeconfigException("(none)", $"there is no home directory; name a file with --kubeconfig or {Variable}");

    private static string[] Paths(KubeconfigEnvironment environment)
    {
        var named = (environment.Variable(Variable) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return named.Length > 0 ? [.. named.Distinct()] : environment.HomeDirectory.Length == 0 ? [] : [Path.Combine(environment.HomeDirectory, ".kube", "config")];
    }

    private static KubeconfigDocument? ReadFile(string path)
    {
        try
        {
            return KubeconfigDocument.Parse(File.ReadAllBytes(path), path, Path.GetDirectoryName(Path.GetFullPath(path)));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KubeconfigException(path, $"the file cannot be read ({exception.GetType().Name}); check its permissions", exception);
        }
    }

    private static string Looked(KubeconfigEnvironment environment) => string.Join(", ", Paths(environment)) is { Length: > 0 } paths ? $"looked for {paths}" : "no home directory";
}

namespace DpuCluster.Kubernetes.Kubeconfig;

/// <summary>
/// A kubeconfig that cannot be used. The message names the file, the entry and the field, and says what to do; it holds no credential.
/// </summary>
public sealed class KubeconfigException : UserErrorException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="source">File, or whatever else the kubeconfig came from.</param>
    /// <param name="problem">What is wrong, and what to do.</param>
    /// <param name="innerException">What led to it, if anything did.</param>
    public KubeconfigException(string source, string problem, Exception? innerException = null)
        : base($"kubeconfig {source}: {problem}", remedy: null, innerException)
    {
        Finding = problem;
    }

    /// <summary>What is wrong, and what to do, without the name of the file.</summary>
    public string Finding { get; }
}

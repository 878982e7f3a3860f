namespace DpuCluster.Client;

/// <summary>
/// A Secret does not hold a kubeconfig that is accepted. The message is a sentence for the condition of an object: it names
/// the Secret, the key, the field and the remedy, and never quotes a credential: of what the Secret holds, at most the names of entries.
/// </summary>
public sealed class DpuKubeconfigException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is refused, where, and what to do.</param>
    public DpuKubeconfigException(string message)
        : base(message)
    {
    }
}

namespace DpuCluster.ClusterManager.Kamaji.Children;

/// <summary>An object that a cluster needs cannot be made, or not now. Becomes the condition <c>Created</c>.</summary>
internal sealed class UnusableChildException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="reason">Why, for programs.</param>
    /// <param name="message">Why, for people, and what to do.</param>
    /// <param name="innerException">What led to it.</param>
    public UnusableChildException(string reason, string message, Exception? innerException = null)
        : base(message, innerException) => Reason = reason;

    /// <summary>Why, for programs.</summary>
    public string Reason { get; }
}

namespace DpuCluster.Kubernetes;

/// <summary>
/// Something that the person who runs a program got wrong and can put right: a file, a flag, an environment variable. Has no secrets
/// in it; the command line prints it without a stack trace and exits with code 2.
/// </summary>
public class UserErrorException : Exception
{
    /// <param name="problem">What is wrong, naming the thing and the place; no full stop.</param>
    /// <param name="remedy">What to do about it, as a request; no full stop. <see langword="null"/> where the problem says it too.</param>
    /// <param name="innerException">What led to it, if anything did.</param>
    public UserErrorException(string problem, string? remedy, Exception? innerException = null)
        : base(remedy is null ? problem : $"{problem}: {remedy}", innerException)
    {
        Problem = problem;
        Remedy = remedy;
    }

    /// <summary>What is wrong.</summary>
    public string Problem { get; }

    /// <summary>What to do about it; <see langword="null"/> where <see cref="Problem"/> says it too.</summary>
    public string? Remedy { get; }
}

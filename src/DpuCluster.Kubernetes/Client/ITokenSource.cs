namespace DpuCluster.Kubernetes.Client;

/// <summary>Where bearer tokens come from. Used by many requests at once.</summary>
public interface ITokenSource
{
    /// <summary>The token to send now; <see langword="null"/> where there is none.</summary>
    ValueTask<string?> GetTokenAsync(CancellationToken cancellation);

    /// <summary>The server refused this token (401).</summary>
    /// <param name="token">The token that was refused.</param>
    /// <returns>Whether another try can succeed: the source has, or will look for, another token.</returns>
    bool Refused(string? token);
}

namespace DpuCluster.Kubernetes.Client;

/// <summary>A token that never changes.</summary>
public sealed class StaticToken(string token) : ITokenSource
{
    /// <inheritdoc/>
    public ValueTask<string?> GetTokenAsync(CancellationToken cancellation) => new(token);

    /// <inheritdoc/>
    public bool Refused(string? token) => false;

    /// <inheritdoc/>
    public override string ToString() => "token";
}

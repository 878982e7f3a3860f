namespace DpuCluster.Kubernetes.Client;

/// <summary>
/// A token in a file that somebody renews, such as the kubelet with a service account's. The file is read again when what is known of it
/// is older than 10 s, and when the server has refused the token: it is small, and a renewal by exchange of a link leaves no other trace.
/// </summary>
public sealed class FileToken(string path, TimeProvider clock) : ITokenSource
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private volatile Reading? _last;

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be read, and never could.</exception>
    public async ValueTask<string?> GetTokenAsync(CancellationToken cancellation)
    {
        var last = _last;
        if (last is not null && clock.GetElapsedTime(last.At) < Fresh)
        {
            return last.Token;
        }

        try
        {
            var token = (await File.ReadAllTextAsync(path, cancellation).ConfigureAwait(false)).Trim();
            if (token.Length > 0)
            {
                _last = last = new Reading(token, clock.GetTimestamp());
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A file that is being exchanged can be missing for a moment; the token that it held is good for a while.
            if (last is null)
            {
                throw new IOException($"the token file {path} cannot be read ({exception.GetType().Name}); it must exist and be readable", exception);
            }
        }

        return last?.Token ?? throw new IOException($"the token file {path} is empty");
    }

    /// <inheritdoc/>
    public bool Refused(string? token)
    {
        if (_last is { } last && last.Token == token)
        {
            _last = null;
        }

        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"token in {path}";

    private sealed record Reading(string Token, long At);
}

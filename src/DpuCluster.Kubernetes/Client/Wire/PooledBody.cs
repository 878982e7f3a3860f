using System.Buffers;

namespace DpuCluster.Kubernetes.Client;

/// <summary>The body of an answer, in a buffer that is given back.</summary>
internal sealed class PooledBody : IDisposable
{
    // Far above any page of a list; below it a server that never stops sending is found before memory runs out.
    public const int Limit = 512 * 1024 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
    private int _length;

    private PooledBody()
    {
    }

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>Whether the body was longer than the limit; then it is cut there.</summary>
    public bool IsCut { get; private set; }

    public static async Task<PooledBody> ReadAsync(HttpContent content, int limit, CancellationToken cancellation)
    {
        var body = new PooledBody();
        try
        {
            await body.FillAsync(content, limit, cancellation).ConfigureAwait(false);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = [];
        _length = 0;
    }

    private async Task FillAsync(HttpContent content, int limit, CancellationToken cancellation)
    {
        if (content.Headers.ContentLength is { } length and > 0)
        {
            Grow((int)Math.Min(length, limit) + 1);
        }

        var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            while (true)
            {
                if (_length == _buffer.Length)
                {
                    Grow(_buffer.Length * 2);
                }

                var read = await stream.ReadAsync(_buffer.AsMemory(_length), cancellation).ConfigureAwait(false);
                if (read == 0)
                {
                    return;
                }

                _length += read;
                if (_length > limit)
                {
                    _length = limit;
                    IsCut = true;
                    return;
                }
            }
        }
    }

    private void Grow(int size)
    {
        if (size <= _buffer.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        // Bodies hold Secrets: what goes back to the pool is wiped.
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = larger;
    }
}

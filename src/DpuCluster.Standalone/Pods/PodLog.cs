using System.IO.Pipelines;
using System.Text;

namespace DpuCluster.Standalone.Pods;

/// <summary>What the container of a pod has written, the last MiB of it; and what it writes from now on, for those who follow.</summary>
internal sealed class PodLog
{
    private const int Most = 1 << 20;

    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _pieces = [];
    private long _first;
    private long _end;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closed;

    /// <summary>Takes everything that a stream gives, until it ends.</summary>
    public async Task CopyAsync(Stream from)
    {
        var buffer = new byte[8192];
        while (await from.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var read)
        {
            Write(buffer.AsSpan(0, read));
        }
    }

    public void WriteLine(string line) => Write(Encoding.UTF8.GetBytes($"{line}\n"));

    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _pieces.Enqueue(bytes.ToArray());
            _end += bytes.Length;
            while (_end - _first > Most && _pieces.Count > 1)
            {
                _first += _pieces.Dequeue().Length;
            }

            Pulse();
        }
    }

    /// <summary>Nothing comes any more: those who follow have seen everything.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Pulse();
        }
    }

    /// <summary>The log as a stream.</summary>
    /// <param name="follow">Whether it goes on with what is written later.</param>
    /// <param name="tailLines">How many of the last lines to begin with; <see langword="null"/> for all.</param>
    /// <param name="cancellation">Ends following.</param>
    public Stream Open(bool follow, long? tailLines, CancellationToken cancellation)
    {
        var pipe = new Pipe();
        _ = FeedAsync(pipe.Writer, follow, tailLines, cancellation);
        return pipe.Reader.AsStream();
    }

    private async Task FeedAsync(PipeWriter writer, bool follow, long? tailLines, CancellationToken cancellation)
    {
        try
        {
            var (bytes, at, more) = Since(0);
            bytes = Tail(bytes, tailLines);
            while (true)
            {
                if (bytes.Length > 0 && (await writer.WriteAsync(bytes, cancellation).ConfigureAwait(false)).IsCompleted)
                {
                    break;
                }

                if (!follow || more is null)
                {
                    break;
                }

                await more.WaitAsync(cancellation).ConfigureAwait(false);
                (bytes, at, more) = Since(at);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Whoever followed has seen enough.
        }
        finally
        {
            await writer.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What was written since a place, the place after it, and what tells of more; <see langword="null"/> where no more comes.</summary>
    private (byte[] Bytes, long At, Task? More) Since(long at)
    {
        lock (_gate)
        {
            var bytes = new byte[_end - Math.Max(at, _first)];
            var end = _end;
            foreach (var piece in _pieces.Reverse().TakeWhile(_ => end > at))
            {
                var begin = Math.Max(end - piece.Length, at);
                piece.AsSpan(^(int)(end - begin)..).CopyTo(bytes.AsSpan((int)(begin - _end + bytes.Length)));
                end -= piece.Length;
            }

            return (bytes, _end, _closed ? null : _more.Task);
        }
    }

    private static byte[] Tail(byte[] bytes, long? lines)
    {
        if (lines is not { } wanted)
        {
            return bytes;
        }

        var from = bytes.Length;
        while (from > 0 && (wanted > 0 || bytes[from - 1] != (byte)'\n'))
        {
            from--;
            if (from == 0 || (bytes[from - 1] == (byte)'\n' && from < bytes.Length))
            {
                wanted--;
            }

            if (wanted <= 0 && (from == 0 || bytes[from - 1] == (byte)'\n'))
            {
                break;
            }
        }

        return lines is 0 ? [] : bytes[from..];
    }

    private void Pulse()
    {
        _more.TrySetResult();
        _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

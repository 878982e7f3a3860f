using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace DpuCluster.Faults;

/// <summary>A client's connection as bytes: counts them, and lets them through, vanish, or end.</summary>
internal sealed class ClientConnection : Stream, IDuplexPipe
{
    private readonly ConnectionContext _context;
    private readonly Stream _in;
    private readonly Stream _out;
    private long _left;
    private volatile bool _deaf;
    private volatile bool _dumb;

    public ClientConnection(ConnectionContext context, ConnectionFault? fault)
    {
        _context = context;
        _in = context.Transport.Input.AsStream(leaveOpen: true);
        _out = context.Transport.Output.AsStream(leaveOpen: true);
        _left = fault?.CutAfter ?? long.MaxValue;
        Input = PipeReader.Create(this, new StreamPipeReaderOptions(leaveOpen: true));
        Output = PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Cut() => _context.Abort(new ConnectionAbortedException("cut by a test"));

    public void Stall(HalfOpen direction)
    {
        _deaf |= direction == HalfOpen.FromClient;
        _dumb |= direction == HalfOpen.ToClient;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var read = await _in.ReadAsync(buffer, cancellationToken);
            if (read == 0 || !_deaf)
            {
                return read;
            }
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_dumb)
        {
            return;
        }

        var left = Interlocked.Add(ref _left, -buffer.Length) + buffer.Length;
        if (left >= buffer.Length)
        {
            await _out.WriteAsync(buffer, cancellationToken);
            return;
        }

        await _out.WriteAsync(buffer[..(int)Math.Max(0, left)], cancellationToken);
        await _out.FlushAsync(cancellationToken);
        Cut();
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _dumb ? Task.CompletedTask : _out.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

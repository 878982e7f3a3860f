using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.Faults;

/// <summary>Copies the body of an answer, damaged as a <see cref="StreamFault"/> says.</summary>
internal sealed class DamagedBody(HttpContext http, StreamFault fault)
{
    private static readonly byte[] Bookmark = "\"type\":\"BOOKMARK\""u8.ToArray();
    private static readonly byte[] EndOfInitialEvents = "initial-events-end"u8.ToArray();

    private long _left = fault.EndAfter ?? long.MaxValue;
    private int _events;
    private byte[]? _before;

    /// <summary>Copies all that gets through.</summary>
    public async Task CopyAsync(Stream from, bool isWatch)
    {
        var reader = PipeReader.Create(from);
        if (!await (isWatch ? CopyEventsAsync(reader) : CopyBytesAsync(reader)))
        {
            await EndAsync();
        }
    }

    private async Task<bool> CopyBytesAsync(PipeReader reader)
    {
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            foreach (var part in read.Buffer)
            {
                if (!await WriteAsync(part))
                {
                    return false;
                }
            }

            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                // An answer that is shorter than the fault wanted is damaged at its end.
                return fault.EndAfter is null;
            }
        }
    }

    private async Task<bool> CopyEventsAsync(PipeReader reader)
    {
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, buffer.GetPosition(1, end)).ToArray();
                buffer = buffer.Slice(buffer.GetPosition(1, end));
                if (!await TellAsync(line))
                {
                    return false;
                }
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return true;
            }
        }
    }

    private async Task<bool> TellAsync(byte[] line)
    {
        if (fault.ErrorAfter == _events)
        {
            await WriteAsync(Encoding.UTF8.GetBytes($"{{\"type\":\"ERROR\",\"object\":{fault.Error}}}\n"));
            return false;
        }

        _events++;
        var isBookmark = line.AsSpan().IndexOf(Bookmark) >= 0 && line.AsSpan().IndexOf(EndOfInitialEvents) < 0;
        if (isBookmark)
        {
            return fault.Bookmarks switch
            {
                BookmarkFault.Missing => true,
                BookmarkFault.Repeated => await WriteAsync(line) && await WriteAsync(line),
                _ => await WriteAsync(line),
            };
        }

        if (!await WriteAsync(line))
        {
            return false;
        }

        var repeats = fault.RepeatEvery > 0 && _events % fault.RepeatEvery == 0;
        var again = !repeats || ((_before is null || await WriteAsync(_before)) && await WriteAsync(line));
        _before = line.AsSpan().IndexOf(EndOfInitialEvents) < 0 ? line : null;
        return again;
    }

    /// <returns>Whether anything more gets through.</returns>
    private async Task<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var through = bytes[..(int)Math.Min(bytes.Length, _left)];
        _left -= through.Length;
        if (through.Length > 0)
        {
            await http.Response.Body.WriteAsync(through, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }

        return through.Length == bytes.Length && _left > 0;
    }

    private async Task EndAsync()
    {
        switch (fault.End)
        {
            case StreamEnd.Cut when fault.ErrorAfter is null:
                http.Abort();
                break;
            case StreamEnd.Stalled:
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
                break;
        }
    }
}

using DpuCluster.ApiServer.Storage.Durability;

namespace DpuCluster.ApiServer.Tests.Storage.Durability;

public sealed class FrameReaderTests
{
    private const int Window = 64 * 1024;

    [Fact]
    public void Whole_frame_is_found_wherever_it_lies_in_what_is_read_at_a_time()
    {
        for (var gap = Window - FrameBuffer.HeaderSize - 4; gap < Window + 4; gap++)
        {
            ShouldBeFollowed(FileHeader.Size + gap, records: 3, "at the end of a window");
            ShouldBeFollowed(FileHeader.Size + (2 * gap), records: 3, "at the end of a later one");
        }

        ShouldBeFollowed(FileHeader.Size + 1, records: (3 * Window) + 5, "longer than any window");
    }

    [Fact]
    public void Frame_that_is_torn_or_elsewhere_than_it_says_is_none()
    {
        var at = FileHeader.Size + 100;
        IsFollowed(new LongFile(at + 50, (at, Frame(at, 100)))).ShouldBeFalse("torn");
        IsFollowed(new LongFile(at + 200, (at, Frame(at + 1, 100)))).ShouldBeFalse("elsewhere");
        IsFollowed(new LongFile(at + 200, (at, Frame(at, 100)[..^1]))).ShouldBeFalse("its last byte is another");
    }

    [Fact]
    public void Damaged_file_that_is_longer_than_any_array_is_looked_through_without_taking_memory_for_all_of_it()
    {
        var at = int.MaxValue + 12_345L;
        var file = new LongFile(at + 1000, (at, Frame(at, 100)));
        var reader = new FrameReader(file, file.Length);
        reader.Next().IsEmpty.ShouldBeTrue();
        var before = GC.GetAllocatedBytesForCurrentThread();

        reader.IsFollowed().ShouldBeTrue();

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1024 * 1024);
        reader.Offset.ShouldBe(FileHeader.Size);
    }

    private static void ShouldBeFollowed(long at, int records, string what)
    {
        var frame = Frame(at, records);
        IsFollowed(new LongFile(at + frame.Length, (at, frame))).ShouldBeTrue($"{what}: {at}");
        frame[^1] ^= 1;
        IsFollowed(new LongFile(at + frame.Length, (at, frame))).ShouldBeFalse($"{what}, damaged: {at}");
    }

    private static bool IsFollowed(LongFile file)
    {
        var reader = new FrameReader(file, file.Length);
        reader.Next().IsEmpty.ShouldBeTrue("the first frame is none");
        reader.IsBroken.ShouldBeTrue();
        return reader.IsFollowed();
    }

    private static byte[] Frame(long at, int records)
    {
        var frame = new FrameBuffer();
        for (var i = 0; i < records; i++) frame.Byte((byte)(i + 1));
        return frame.Seal(at).ToArray();
    }

    /// <summary>A file of zeros, as long as it says, with some bytes at one place.</summary>
    private sealed class LongFile(long length, (long At, byte[] Bytes) filled) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get; set; } = FileHeader.Size;

        public override int Read(Span<byte> buffer)
        {
            var read = buffer[..(int)Math.Min(buffer.Length, Math.Max(0, length - Position))];
            read.Clear();
            var from = Math.Max(Position, filled.At);
            var to = Math.Min(Position + read.Length, filled.At + filled.Bytes.Length);
            if (from < to) filled.Bytes.AsSpan((int)(from - filled.At), (int)(to - from)).CopyTo(read[(int)(from - Position)..]);
            Position += read.Length;
            return read.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();
    }
}

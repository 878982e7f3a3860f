using System.Buffers.Binary;
using System.Text;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>One state of one object, as it stands in a file.</summary>
/// <param name="Revision">The revision that brought the state about.</param>
/// <param name="Group">API group of its resource.</param>
/// <param name="Plural">Name of its resource.</param>
/// <param name="Namespace">Namespace; empty for a cluster-scoped object.</param>
/// <param name="Name">Name.</param>
/// <param name="Json">The object with its resource version; null where the object is gone.</param>
/// <param name="RevisionOffset">Where in the JSON the digits of the resource version stand.</param>
internal sealed record LogRecord(long Revision, string Group, string Plural, string Namespace, string Name, byte[]? Json, int RevisionOffset)
{
    private const byte Put = 1;
    private const byte Gone = 2;

    /// <summary>Reads the next record of a frame.</summary>
    /// <exception cref="InvalidDataException">There is none: the frame was not written by this program.</exception>
    public static LogRecord Read(ref ReadOnlySpan<byte> from)
    {
        try
        {
            var kind = from[0];
            if (kind is not (Put or Gone)) throw new InvalidDataException($"a record of kind {kind} is unknown");
            var revision = BinaryPrimitives.ReadInt64LittleEndian(from[1..]);
            from = from[9..];
            var group = Text(ref from);
            var plural = Text(ref from);
            var ns = Text(ref from);
            var name = Encoding.UTF8.GetString(Bytes(ref from));
            if (kind == Gone) return new LogRecord(revision, group, plural, ns, name, null, 0);
            var offset = Number(ref from);
            return new LogRecord(revision, group, plural, ns, name, Bytes(ref from).ToArray(), offset);
        }
        catch (Exception exception) when (exception is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("a record ends too early", exception);
        }
    }

    /// <summary>Writes a state, or that it is gone.</summary>
    public static void Write(FrameBuffer to, StoreCollection collection, StoredObject obj, long revision, bool gone)
    {
        to.Byte(gone ? Gone : Put);
        to.Long(revision);
        to.Text(collection.Group);
        to.Text(collection.Plural);
        to.Text(obj.Namespace);
        to.Text(obj.Name);
        if (gone) return;
        to.Number(obj.RevisionOffset);
        to.Bytes(obj.Json);
    }

    private static string Text(ref ReadOnlySpan<byte> from) => StringPool.Share(Encoding.UTF8.GetString(Bytes(ref from)));

    private static ReadOnlySpan<byte> Bytes(ref ReadOnlySpan<byte> from)
    {
        var length = Number(ref from);
        var bytes = from[..length];
        from = from[length..];
        return bytes;
    }

    // Seven bits a byte, lowest first; the highest bit says that more follow.
    private static int Number(ref ReadOnlySpan<byte> from)
    {
        var number = 0;
        for (var (i, shift) = (0, 0); shift < 32; i++, shift += 7)
        {
            number |= (from[i] & 0x7f) << shift;
            if (from[i] >= 0x80) continue;
            from = from[(i + 1)..];
            return number;
        }

        throw new InvalidDataException("a number of a record is too long");
    }
}

using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Storage;

/// <summary>What the server has to know about an object without reading its JSON.</summary>
/// <param name="Namespace">Namespace; empty for a cluster-scoped object.</param>
/// <param name="Name">Name.</param>
/// <param name="Uid">Identity over time.</param>
internal sealed record ObjectHeader(string Namespace, string Name, string Uid)
{
    /// <summary>Labels; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Values of the selectable fields of its definition, in their order; null where the definition has none.</summary>
    public string[]? Fields { get; init; }

    /// <summary>Its owners; null for none.</summary>
    public OwnerLink[]? Owners { get; init; }

    /// <summary>Its finalizers; null for none.</summary>
    public string[]? Finalizers { get; init; }

    /// <summary>Whether its deletion was asked for.</summary>
    public bool IsDeleting { get; init; }

    /// <summary>When deletion finds it on its own account (events); null for never.</summary>
    public DateTimeOffset? Expires { get; init; }
}

/// <summary>One owner reference.</summary>
internal readonly record struct OwnerLink(string ApiVersion, string Kind, string Name, string Uid, bool BlocksDeletion);

/// <summary>
/// One state of one object: its JSON as it goes over the wire, encoded once, and the little that is asked of it often. Immutable.
/// </summary>
internal sealed class StoredObject
{
    // As deep as an encoder writes.
    private const int DeepestNesting = 1000;

    private readonly int _revisionOffset;

    private StoredObject(ObjectHeader header, byte[] json, int revisionOffset, long revision)
    {
        Header = header;
        Json = json;
        _revisionOffset = revisionOffset;
        Revision = revision;
    }

    public ObjectHeader Header { get; }

    public string Namespace => Header.Namespace;

    public string Name => Header.Name;

    public string Uid => Header.Uid;

    /// <summary>UTF-8 JSON, <c>metadata.resourceVersion</c> included.</summary>
    public byte[] Json { get; }

    /// <summary>The revision at which this state was written.</summary>
    public long Revision { get; }

    /// <summary>The object as a tree of its own.</summary>
    public JsonObject Parse() => Parse(Json);

    /// <summary>Encoded JSON as a tree. It may nest as deep as the server takes it, which is deeper than a parser allows by itself.</summary>
    public static JsonObject Parse(ReadOnlySpan<byte> json) => (JsonObject)JsonNode.Parse(json, documentOptions: new() { MaxDepth = DeepestNesting })!;

    /// <summary>The same state, saying another resource version: how a deletion is told.</summary>
    public StoredObject WithRevision(long revision)
    {
        var length = Json.AsSpan(_revisionOffset).IndexOf((byte)'"');
        return Splice(Header, Json, _revisionOffset, length, revision);
    }

    /// <summary>Makes the stored form of encoded JSON that has its resource version left empty.</summary>
    /// <param name="draft">The encoded object.</param>
    /// <param name="revision">Its revision from now on.</param>
    public static StoredObject From(ObjectDraft draft, long revision) => Splice(draft.Header, draft.Json, draft.RevisionOffset, 0, revision);

    /// <summary>An object that stands for a key when one looks for it.</summary>
    public static StoredObject Probe(string ns, string name) => new(new ObjectHeader(ns, name, ""), [], 0, 0);

    /// <summary>A state read back from a log.</summary>
    public static StoredObject Restore(ObjectHeader header, byte[] json, int revisionOffset, long revision) => new(header, json, revisionOffset, revision);

    /// <summary>Where the digits of the resource version stand, for the log.</summary>
    public int RevisionOffset => _revisionOffset;

    private static StoredObject Splice(ObjectHeader header, byte[] json, int offset, int length, long revision)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(revision, digits, out var count);
        var spliced = new byte[json.Length - length + count];
        json.AsSpan(0, offset).CopyTo(spliced);
        digits[..count].CopyTo(spliced.AsSpan(offset));
        json.AsSpan(offset + length).CopyTo(spliced.AsSpan(offset + count));
        return new StoredObject(header, spliced, offset, revision);
    }

    public override string ToString() => Encoding.UTF8.GetString(Json);
}

/// <summary>An object that is ready to be stored but for its resource version, which only the commit knows.</summary>
/// <param name="Header">What the server has to know about it.</param>
/// <param name="Json">UTF-8 JSON with <c>"resourceVersion":""</c>.</param>
/// <param name="RevisionOffset">Where between the quotes the digits go.</param>
internal sealed record ObjectDraft(ObjectHeader Header, byte[] Json, int RevisionOffset);

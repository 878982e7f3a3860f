using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Patches;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>All owners of an object's fields: <c>metadata.managedFields</c> while it is worked on.</summary>
internal sealed class ManagedFields
{
    private const int MaxUpdaters = 10;

    private readonly Dictionary<ManagerIdentity, ManagedFieldsEntry> _entries = [];

    public int Count => _entries.Count;

    public IEnumerable<ManagedFieldsEntry> Entries => _entries.Values;

    public ManagedFieldsEntry? this[ManagerIdentity identity] => _entries.GetValueOrDefault(identity);

    /// <summary>Reads the owners of an object.</summary>
    /// <exception cref="FormatException">An entry is malformed.</exception>
    public static ManagedFields Of(JsonObject? obj)
    {
        var result = new ManagedFields();
        switch (Listed(obj))
        {
            case null:
                break;
            case JsonArray list:
                foreach (var node in list)
                {
                    var entry = ManagedFieldsEntry.FromJson(node);
                    result._entries[entry.Identity] = entry;
                }
                break;
            default:
                throw new FormatException("metadata.managedFields must be a list");
        }
        return result;
    }

    /// <summary>Like <see cref="Of"/>; of an object whose list is malformed, nobody owns anything.</summary>
    public static ManagedFields OfOrEmpty(JsonObject? obj)
    {
        try
        {
            return Of(obj);
        }
        catch (FormatException)
        {
            // Whatever wrote it (an older version, or a client that was let through), writes have to go on.
            return new ManagedFields();
        }
    }

    /// <summary>
    /// The owners that a write starts from: those that the client sends, if they make sense, else those of the live object, so
    /// that a client that does not know of managed fields does not remove them. An empty list, or one empty entry, resets.
    /// The list of <paramref name="updated"/> is used up.
    /// </summary>
    public static ManagedFields OfUpdate(JsonObject? live, JsonObject updated, bool isSubresource)
    {
        if (isSubresource)
            return OfOrEmpty(live);
        if (Listed(updated) is JsonArray { Count: 0 } or JsonArray { Count: 1 } and [JsonObject { Count: 0 }])
            return new ManagedFields();
        var sent = OfOrEmpty(updated);
        if (sent.Count == 0)
            return OfOrEmpty(live);
        // They are about to be written anew: what does not change need not be copied for that.
        foreach (var entry in sent.Entries)
            entry.DetachSource();
        return sent;
    }

    /// <summary>Whether a client that sends <paramref name="updated"/> leaves the owners to the server.</summary>
    public static bool AreUntouched(JsonObject live, JsonObject updated) =>
        Listed(updated) is var sent && (sent is null || JsonEquality.AreEqual(Listed(live), sent));

    public static JsonNode? Listed(JsonObject? obj) => (obj?["metadata"] as JsonObject)?["managedFields"];

    /// <summary>Writes the owners to an object.</summary>
    public void WriteTo(JsonObject obj)
    {
        if (_entries.Count == 0)
        {
            (obj["metadata"] as JsonObject)?.Remove("managedFields");
            return;
        }
        var entries = _entries.Values.ToArray();
        Array.Sort(entries, ManagedFieldsEntry.CompareAsListed);
        var list = new JsonArray();
        foreach (var entry in entries)
            list.Add((JsonNode)entry.ToJson());
        if (obj["metadata"] is not JsonObject metadata)
            obj["metadata"] = metadata = [];
        metadata["managedFields"] = list;
    }

    public bool TryGet(ManagerIdentity identity, [NotNullWhen(true)] out ManagedFieldsEntry? entry) => _entries.TryGetValue(identity, out entry);

    /// <summary>Puts an entry in place of the one of the same manager; one without fields just goes.</summary>
    public void Set(ManagedFieldsEntry entry)
    {
        if (entry.Fields.IsEmpty)
            _entries.Remove(entry.Identity);
        else
            _entries[entry.Identity] = entry;
    }

    public void Remove(ManagerIdentity identity) => _entries.Remove(identity);

    public ManagedFields Copy()
    {
        var copy = new ManagedFields();
        foreach (var (identity, entry) in _entries)
            copy._entries[identity] = entry;
        return copy;
    }

    /// <summary>
    /// Joins the oldest updaters of each version into one, <c>ancient-changes</c>, until there are no more than ten of all
    /// versions: an object that many programs write to must not grow without bound.
    /// </summary>
    public void CapUpdaters()
    {
        if (_entries.Count <= MaxUpdaters)
            return;
        var updaters = _entries.Values.Where(e => !e.IsApplied).ToArray();
        var count = updaters.Length;
        if (count <= MaxUpdaters)
            return;
        Array.Sort(updaters, ManagedFieldsEntry.CompareByAge);
        var first = new Dictionary<string, ManagerIdentity>();
        foreach (var updater in updaters)
        {
            if (count <= MaxUpdaters)
                break;
            if (first.TryAdd(updater.ApiVersion, updater.Identity))
                continue;
            var bucket = ManagerIdentity.Updater("ancient-changes", updater.ApiVersion, "");
            var into = this[bucket];
            if (into is null)
            {
                into = _entries[first[updater.ApiVersion]];
                _entries.Remove(into.Identity);
            }
            _entries.Remove(updater.Identity);
            _entries[bucket] = new ManagedFieldsEntry(bucket, updater.ApiVersion, updater.Time, updater.Fields.Union(into.Fields));
            count--;
        }
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Patches;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>How a manager came to own its fields.</summary>
internal enum ManagedFieldsOperation
{
    Apply,
    Update,
}

/// <summary>Whom fields belong to. An applier stays the same whatever version it applies in; an updater does not.</summary>
internal readonly record struct ManagerIdentity(string Manager, ManagedFieldsOperation Operation, string? UpdateVersion, string Subresource)
{
    public static ManagerIdentity Applier(string manager, string subresource) =>
        new(Name(manager), ManagedFieldsOperation.Apply, null, subresource);

    public static ManagerIdentity Updater(string manager, string apiVersion, string subresource) =>
        new(Name(manager), ManagedFieldsOperation.Update, apiVersion, subresource);

    /// <summary>What managers are sorted by where nothing else decides: kube-apiserver's own identifier of a manager.</summary>
    public string SortKey
    {
        get
        {
            var text = new StringBuilder("{\"manager\":");
            JsonScalar.OfString(Manager).AppendJson(text);
            text.Append(CultureInfo.InvariantCulture, $",\"operation\":\"{Operation}\"");
            if (UpdateVersion is not null)
                text.Append(CultureInfo.InvariantCulture, $",\"apiVersion\":\"{UpdateVersion}\"");
            if (Subresource.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $",\"subresource\":\"{Subresource}\"");
            return text.Append('}').ToString();
        }
    }

    /// <summary>As it stands in the message of a conflict.</summary>
    public override string ToString()
    {
        var text = JsonScalar.OfString(Manager).ToString();
        if (Subresource.Length > 0)
            text += $" with subresource {JsonScalar.OfString(Subresource)}";
        return UpdateVersion is null ? text : $"{text} using {UpdateVersion}";
    }

    private static string Name(string manager) => manager.Length == 0 ? "unknown" : manager;
}

/// <summary>The fields of one manager, as <c>metadata.managedFields</c> lists them.</summary>
/// <param name="Identity">Whose they are.</param>
/// <param name="ApiVersion">The version of the object that the paths are of.</param>
/// <param name="Time">When the manager last changed something; null where it never did.</param>
/// <param name="Fields">The fields.</param>
internal sealed record ManagedFieldsEntry(ManagerIdentity Identity, string ApiVersion, DateTimeOffset? Time, FieldSet Fields)
{
    // The fields as they were read, so that those that do not change need not be written anew.
    private JsonObject? _source;

    public bool IsApplied => Identity.Operation == ManagedFieldsOperation.Apply;

    private long Seconds => Time?.ToUnixTimeSeconds() ?? 0;

    /// <summary>Reads one entry.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static ManagedFieldsEntry FromJson(JsonNode? node)
    {
        if (node is not JsonObject entry)
            throw new FormatException("a managed fields entry must be an object");
        var operation = Text(entry, "operation") switch
        {
            "Apply" => ManagedFieldsOperation.Apply,
            "Update" => ManagedFieldsOperation.Update,
            _ => throw new FormatException("operation must be `Apply` or `Update`"),
        };
        var version = Text(entry, "apiVersion");
        if (version.Length == 0)
            throw new FormatException("apiVersion must not be empty");
        if (Text(entry, "fieldsType") is not "FieldsV1" and var type)
            throw new FormatException(type.Length == 0 ? "missing fieldsType in managed fields entry" : $"invalid fieldsType \"{type}\" in managed fields entry");
        DateTimeOffset? time = Text(entry, "time") is not { Length: > 0 } text ? null
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var parsed)
                ? parsed
                : throw new FormatException($"not a time: {text}");
        var fields = entry["fieldsV1"] switch
        {
            null => null,
            JsonObject o => o,
            _ => throw new FormatException("fieldsV1 must be an object"),
        };
        var identity = new ManagerIdentity(
            Text(entry, "manager"), operation, operation == ManagedFieldsOperation.Update ? version : null, Text(entry, "subresource"));
        var set = fields is null ? FieldSet.Empty : FieldSet.FromJson(fields);
        return new ManagedFieldsEntry(identity, version, time, set) { _source = fields };
    }

    /// <summary>The entry with other fields.</summary>
    public ManagedFieldsEntry With(FieldSet fields) =>
        ReferenceEquals(fields, Fields) ? this : new ManagedFieldsEntry(Identity, ApiVersion, Time, fields);

    /// <summary>The entry with other fields, as of another time.</summary>
    public ManagedFieldsEntry With(FieldSet fields, DateTimeOffset? time) =>
        new(Identity, ApiVersion, time, fields) { _source = ReferenceEquals(fields, Fields) ? _source : null };

    /// <summary>Takes the fields as they were read out of the object that they were read from.</summary>
    public void DetachSource() => (_source?.Parent as JsonObject)?.Remove("fieldsV1");

    /// <summary>Writes the entry; once, where the fields were detached.</summary>
    public JsonObject ToJson()
    {
        var entry = new JsonObject
        {
            ["manager"] = Identity.Manager,
            ["operation"] = Identity.Operation == ManagedFieldsOperation.Apply ? "Apply" : "Update",
            ["apiVersion"] = ApiVersion,
        };
        if (Time is { } time)
            entry["time"] = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        entry["fieldsType"] = "FieldsV1";
        entry["fieldsV1"] = _source is null ? Fields.ToJson() : _source.Parent is null ? _source : _source.DeepClone();
        if (Identity.Subresource.Length > 0)
            entry["subresource"] = Identity.Subresource;
        return entry;
    }

    /// <summary>The order of <c>metadata.managedFields</c>: appliers first, then by time, manager, version and subresource.</summary>
    public static int CompareAsListed(ManagedFieldsEntry a, ManagedFieldsEntry b)
    {
        var order = a.Identity.Operation.CompareTo(b.Identity.Operation);
        if (order == 0)
            order = a.Seconds.CompareTo(b.Seconds);
        if (order == 0)
            order = string.CompareOrdinal(a.Identity.Manager, b.Identity.Manager);
        if (order == 0)
            order = string.CompareOrdinal(a.ApiVersion, b.ApiVersion);
        return order == 0 ? string.CompareOrdinal(a.Identity.Subresource, b.Identity.Subresource) : order;
    }

    /// <summary>Oldest first.</summary>
    public static int CompareByAge(ManagedFieldsEntry a, ManagedFieldsEntry b)
    {
        var order = a.Seconds.CompareTo(b.Seconds);
        return order == 0 ? string.CompareOrdinal(a.Identity.SortKey, b.Identity.SortKey) : order;
    }

    private static string Text(JsonObject entry, string name) => entry[name] switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw new FormatException($"{name} must be a string"),
    };
}

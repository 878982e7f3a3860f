using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog;

/// <summary>
/// What is particular to a kind between the request and the storage. The server calls, in this order: on creation
/// <see cref="DecodingError"/>, <see cref="Normalize"/>, <see cref="Default"/>, <see cref="PrepareForCreate"/>,
/// <see cref="Validate"/>, <see cref="Reserve"/>; on update <see cref="DecodingError"/>, <see cref="Normalize"/>,
/// <see cref="Default"/>, <see cref="PrepareForUpdate"/>, <see cref="Validate"/> and <see cref="ValidateUpdate"/>,
/// <see cref="Reserve"/>. Metadata is validated by <see cref="ObjectMetaValidation"/>, whose errors come first and are
/// told together with those found here; types by the schema.
/// Methods change the object in place. Every method is safe to call from several threads with different objects.
/// </summary>
internal class ResourceStrategy
{
    /// <summary>Nothing particular.</summary>
    public static ResourceStrategy Plain { get; } = new();

    /// <summary>
    /// What makes the object unreadable for a server whose objects have types (a field of another type, broken base64),
    /// in its words; null when it can be read. It goes into the BadRequest
    /// <c>K in version "v" cannot be handled as a K: …</c>. Always null for custom resources.
    /// </summary>
    public virtual string? DecodingError(JsonObject obj) => null;

    /// <summary>
    /// As <see cref="DecodingError"/>, in the words of a server that does not decode JSON but converts values that are decoded
    /// already, as it does with what a strategic merge patch has made.
    /// </summary>
    public virtual string? ConversionError(JsonObject obj) => null;

    /// <summary>
    /// Brings the object into the form in which a real server, whose objects have types, would write it: empty values
    /// of optional fields go, values of required ones appear, fields stand in order. Nothing for custom resources.
    /// </summary>
    public virtual void Normalize(JsonObject obj)
    {
    }

    /// <summary>Sets what was left open. Runs on creation, on update, and on objects read from storage by an older version.</summary>
    public virtual void Default(JsonObject obj)
    {
    }

    /// <summary>Removes what a client may not say on creation (its status), and derives what the server sets.</summary>
    public virtual void PrepareForCreate(JsonObject obj)
    {
    }

    /// <summary>Carries over from the old object what a client may not change here (its status).</summary>
    public virtual void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
    }

    /// <summary>Carries over from the old object everything but the status, for the <c>status</c> subresource.</summary>
    public virtual void PrepareForStatusUpdate(JsonObject obj, JsonObject old)
    {
        foreach (var name in old.Select(p => p.Key).Union(obj.Select(p => p.Key)).ToList())
        {
            if (name is "status" or "metadata" or "apiVersion" or "kind") continue;
            if (old[name] is { } value) obj[name] = value.DeepClone();
            else obj.Remove(name);
        }
    }

    /// <summary>Appends what is wrong with the object itself.</summary>
    public virtual void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
    }

    /// <summary>Appends what is wrong with the change from <paramref name="old"/> (beyond what <see cref="Validate"/> finds).</summary>
    public virtual void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
    }

    /// <summary>Appends what is wrong with a change through the <c>status</c> subresource.</summary>
    public virtual void ValidateStatusUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
    }

    /// <summary>What to tell a client that is not an error, for <c>Warning</c> headers.</summary>
    public virtual IEnumerable<string> Warnings(JsonObject obj, JsonObject? old) => [];

    /// <summary>Whether the change is one that <c>metadata.generation</c> counts: by default, any outside of metadata and status.</summary>
    public virtual bool DesiredStateChanged(JsonObject obj, JsonObject old)
    {
        foreach (var name in old.Select(p => p.Key).Union(obj.Select(p => p.Key)))
        {
            if (name is "metadata" or "status" or "apiVersion" or "kind") continue;
            if (!JsonNode.DeepEquals(obj[name], old[name])) return true;
        }

        return false;
    }

    /// <summary>
    /// Takes what the object needs from a pool that objects share (addresses, ports), writing it into the object.
    /// Called last before storing. The caller commits when the object is stored, and cancels when it is not
    /// (a lost race, an error, a dry run). Null when there is nothing to take.
    /// </summary>
    public virtual IReservation? Reserve(JsonObject obj, JsonObject? old, ICollection<FieldError> errors) => null;

    /// <summary>Whether objects of this kind hold something of a pool: whether <see cref="Restore"/> has to be called at all.</summary>
    public virtual bool UsesPool => false;

    /// <summary>Tells of an object found in storage at start: what it holds is taken.</summary>
    public virtual void Restore(JsonObject obj)
    {
    }

    /// <summary>Tells that the object is gone from the storage: what it held is free.</summary>
    public virtual void Release(JsonObject obj)
    {
    }

    /// <summary>Why the object may not be deleted; null when it may.</summary>
    public virtual string? DeletionRefusal(JsonObject obj) => null;

    /// <summary>How long a deletion waits for the object to come to its end, in seconds; null when deletion is immediate.</summary>
    public virtual long? GracePeriodSeconds(JsonObject obj, long? requested) => null;
}

/// <summary>Something taken from a shared pool for an object that is about to be stored.</summary>
internal interface IReservation
{
    /// <summary>The object is stored: keep what was taken, free what the old object held and the new one does not.</summary>
    void Commit();

    /// <summary>The object was not stored: give everything back.</summary>
    void Cancel();
}

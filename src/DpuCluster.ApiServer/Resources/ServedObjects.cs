using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Resources;

/// <summary>Objects in the form in which a resource serves them, made from the form in which they are stored, and back.</summary>
internal sealed class ServedObjects(ResourceRegistry registry)
{
    /// <summary>The object as a tree of its own, in the served version.</summary>
    public static JsonObject Read(ResourceDefinition resource, StoredObject stored)
    {
        if (resource.StoredAs is { } same && same.IsServedForm(stored)) return stored.Parse();
        if (resource.StoredAs is { Made: not null }) return StoredObject.Parse(Json(resource, stored));
        var obj = stored.Parse();
        return resource.StoredAs is { } view ? view.FromStorage(obj) : obj;
    }

    /// <summary>The object's JSON in the served version.</summary>
    public static byte[] Json(ResourceDefinition resource, StoredObject stored) => resource.StoredAs switch
    {
        null => stored.Json,
        { } view when view.IsServedForm(stored) => stored.Json,
        { Made: { } made } => made.GetAsync(stored).GetAwaiter().GetResult(),
        _ => ObjectEncoder.Encode(Read(resource, stored), SchemaFor(resource), out _),
    };

    /// <summary>Whether a web service may have to be asked for the served form, which may take its time.</summary>
    public static bool MayTakeTime(ResourceDefinition resource) => resource.StoredAs is { Made: not null };

    /// <summary>Has the served form made, if it takes time, without a thread that waits for it: to be read at once afterwards.</summary>
    /// <exception cref="ApiException">It cannot be made.</exception>
    public static Task PrepareAsync(ResourceDefinition resource, StoredObject stored, CancellationToken cancellation) =>
        resource.StoredAs is { Made: { } made } view && !view.IsServedForm(stored) ? made.GetAsync(stored).WaitAsync(cancellation) : Task.CompletedTask;

    /// <summary>The object's JSON as an item of a list: those of built-in kinds leave out kind and version.</summary>
    public static ReadOnlyMemory<byte> Item(ResourceDefinition resource, StoredObject stored)
    {
        var json = Json(resource, stored);
        return resource.IsBuiltIn ? json.AsMemory(ItemOffset(resource)) : json;
    }

    /// <summary>What comes before an item that leaves out kind and version: its opening brace, which the offset has cut off.</summary>
    public static bool NeedsBrace(ResourceDefinition resource) => resource.IsBuiltIn;

    /// <summary>The object ready to be stored, made from its served form, which is used up.</summary>
    public ObjectDraft Draft(ResourceDefinition resource, JsonObject obj)
    {
        var storage = registry.StorageOf(resource);
        var stored = resource.StoredAs is { } view ? view.ToStorage(obj) : obj;
        var header = ObjectMetadata.Header(stored, storage);
        var json = ObjectEncoder.Encode(stored, SchemaFor(storage), out var offset, leaveRevisionOpen: true);
        return new ObjectDraft(header, json, offset);
    }

    /// <summary>The object as a dry run answers it: it has no resource version.</summary>
    public StoredObject Unstored(ResourceDefinition resource, JsonObject obj)
    {
        var storage = registry.StorageOf(resource);
        var stored = resource.StoredAs is { } view ? view.ToStorage(obj) : obj;
        var header = ObjectMetadata.Header(stored, storage);
        return StoredObject.Restore(header, ObjectEncoder.Encode(stored, SchemaFor(storage), out _), 0, 0);
    }

    public static Schema? SchemaFor(ResourceDefinition resource) => resource.IsBuiltIn ? resource.Schema : null;

    // {"kind":"ConfigMap","apiVersion":"v1",
    private static int ItemOffset(ResourceDefinition resource) =>
        "{\"kind\":\"".Length + resource.Kind.Length + "\",\"apiVersion\":\"".Length + resource.ApiVersion.Length + "\",".Length;
}

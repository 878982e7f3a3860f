using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.CustomResources;
using DpuCluster.ApiServer.Storage;
using DpuCluster.ApiServer.Storage.Durability;

namespace DpuCluster.ApiServer.Resources;

/// <summary>Puts into a store what was kept of an earlier one, and tells everyone who keeps account of objects.</summary>
internal static class RestoredObjects
{
    /// <summary>Restores everything; before the store takes its first write.</summary>
    /// <exception cref="DataRefusedException">What was kept contradicts itself.</exception>
    public static void Restore(ResourceRegistry registry, ObjectStore store, RecoveredState recovered, string directory, WebhookConnections connections)
    {
        // What there is of custom resources can be read only by their definitions, wherever those stand.
        foreach (var definition in LastOfEach(recovered, CrdRegistrar.Group, CrdRegistrar.Plural))
        {
            var crd = StoredObject.Parse(definition.Json);
            if (CrdNaming.IsConditionTrue(crd, CrdNaming.Established)) registry.Serve(definition.Name, CustomResourceServing.Definitions(crd, connections));
        }

        foreach (var group in Read(registry, recovered.Objects).GroupBy(one => (one.Record.Group, one.Record.Plural)))
        {
            store.Load(store.Collection(group.Key), group.Select(one => one.Object!));
        }

        foreach (var (record, obj) in Read(registry, recovered.Changes))
        {
            if (!store.Replay(store.Collection((record.Group, record.Plural)), record.Namespace, record.Name, obj, record.Revision))
            {
                throw DataRefusedException.Contradiction(directory, $"revision {record.Revision} removes {record.Plural} {record.Namespace}/{record.Name}, which is not there");
            }
        }

        foreach (var collection in store.Collections)
        {
            if (registry.FindStored(collection.Group, collection.Plural) is not { } resource || !resource.Strategy.UsesPool) continue;
            foreach (var obj in collection.Head) resource.Strategy.Restore(ServedObjects.Read(resource, obj));
        }
    }

    private static IEnumerable<LogRecord> LastOfEach(RecoveredState recovered, string group, string plural) =>
        recovered.Objects.Concat(recovered.Changes)
            .Where(record => record.Group == group && record.Plural == plural)
            .GroupBy(record => record.Name, (_, states) => states.Last())
            .Where(record => record.Json is not null);

    private static (LogRecord Record, StoredObject? Object)[] Read(ResourceRegistry registry, IReadOnlyList<LogRecord> records)
    {
        var read = new (LogRecord, StoredObject?)[records.Count];
        Parallel.For(0, read.Length, i =>
        {
            var record = records[i];
            read[i] = (record, record.Json is null ? null
                : StoredObject.Restore(Header(registry.FindStored(record.Group, record.Plural), record), record.Json, record.RevisionOffset, record.Revision));
        });
        return read;
    }

    /// <summary>What a program does not know that did once, it keeps and serves to nobody.</summary>
    private static ObjectHeader Header(ResourceDefinition? storage, LogRecord record) =>
        storage is null
            ? new ObjectHeader(record.Namespace, record.Name, "")
            : ObjectMetadata.Header(StoredObject.Parse(record.Json), storage);
}

using System.Text;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Kinds;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;
using DpuCluster.ApiServer.Storage.Durability;
using Microsoft.Extensions.Logging;

namespace DpuCluster.ApiServer.Tests.Storage.Durability;

/// <summary>A store of ConfigMaps on files.</summary>
internal sealed class OpenStore : IDisposable
{
    public OpenStore(IDataFiles files, long compactAt = long.MaxValue, ILogger? logger = null)
    {
        logger ??= Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;
        var registry = new ResourceRegistry(ResourceCatalog.Create(ServiceAllocator.CreateDefault()));
        Recovered = RecoveredState.Read(files, logger);
        Log = new DurableLog(files, Recovered, logger, compactAt);
        Store = new ObjectStore(Log, recovered: Recovered);
        RestoredObjects.Restore(registry, Store, Recovered, files.Path, new WebhookConnections(new ServiceEndpoints(Store), TimeProvider.System));
        RecoveredState.RemoveObsolete(files);
        Log.Start(Store);
        Maps = Store.Collection(("", "configmaps"));
    }

    public RecoveredState Recovered { get; }

    public DurableLog Log { get; }

    public ObjectStore Store { get; }

    public StoreCollection Maps { get; }

    /// <summary>What is stored: the object's JSON by its name.</summary>
    public Dictionary<string, string> Content => Maps.Published.ToDictionary(obj => obj.Name, obj => obj.ToString());

    public async Task<StoredObject> PutAsync(string name, string value = "")
    {
        var draft = Draft(name, value);
        var commit = ObjectStore.Newest(Maps, "default", name) is { } there
            ? await Store.UpdateAsync(Maps, there, draft)
            : await Store.CreateAsync(Maps, draft);
        commit.Outcome.ShouldBe(CommitOutcome.Committed);
        return commit.Object!;
    }

    public async Task<StoredObject> RemoveAsync(string name)
    {
        var commit = await Store.DeleteAsync(Maps, ObjectStore.Newest(Maps, "default", name)!);
        commit.Outcome.ShouldBe(CommitOutcome.Committed);
        return commit.Object!;
    }

    public void Dispose() => Log.Dispose();

    public static ObjectDraft Draft(string name, string value)
    {
        var before = $$"""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"{{name}}","namespace":"default","uid":"uid-{{name}}","resourceVersion":""";
        var json = Encoding.UTF8.GetBytes($$$"""{{{before}}}"","labels":{"app":"{{{name}}}"},"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n","uid":"u"}]},"data":{"k":"{{{value}}}"}}""");
        var header = new ObjectHeader("default", name, $"uid-{name}")
        {
            Labels = new Dictionary<string, string> { ["app"] = name },
            Owners = [new OwnerLink("v1", "Node", "n", "u", false)],
        };
        return new ObjectDraft(header, json, Encoding.UTF8.GetByteCount(before) + 1);
    }
}

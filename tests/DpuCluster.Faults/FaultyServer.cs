using System.Text;
using DpuCluster.ApiServer;
using DpuCluster.ApiServer.Storage;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;

namespace DpuCluster.Faults;

/// <summary>
/// An API server to put behind a <see cref="FaultProxy"/>, whose history can be compacted, and that can be restored from a backup: then
/// another server takes its place, with the objects and the versions of the time of the backup.
/// </summary>
public sealed class FaultyServer : IAsyncDisposable
{
    // On a loaded machine an answer may take long, and is no fault.
    private static readonly KubernetesClientOptions Patient = new()
    {
        RequestTimeout = TimeSpan.FromMinutes(2),
        ConnectTimeout = TimeSpan.FromMinutes(1),
        PingTimeout = TimeSpan.FromMinutes(1),
    };

    private static readonly (string Group, string Plural) Filler = ("rbac.authorization.k8s.io", "clusterroles");

    private readonly List<EmbeddedApiServer> _servers = [];
    private readonly List<WriteLog> _logs = [];

    private FaultyServer(EmbeddedApiServer server)
    {
        Add(server);
        Direct = new KubernetesClient(Configuration, Patient);
    }

    /// <summary>Connection to the server as somebody who may do everything.</summary>
    public ClientConfiguration Configuration =>
        KubeconfigDocument.Parse(Encoding.UTF8.GetBytes(Server.AdminKubeconfig), "test").ToConfiguration(null, KubeconfigPolicy.Untrusted);

    /// <summary>A client that does not go through any proxy. Another one after <see cref="RestoreAsync"/>.</summary>
    public KubernetesClient Direct { get; private set; }

    /// <summary>What was written, since the start and since each restoration.</summary>
    public IReadOnlyList<WriteLog> Logs => _logs;

    /// <summary>The version of the newest state.</summary>
    public long Version => Store.PublishedRevision;

    private EmbeddedApiServer Server => _servers[^1];

    private ObjectStore Store => Server.Parts.Store;

    public static async Task<FaultyServer> StartAsync()
    {
        var server = new FaultyServer(await EmbeddedApiServer.StartAsync(new() { Name = "faulty" }));

        // So that there is room below the objects' versions for what a server restored later makes for itself.
        await server.AgeAsync(1000);
        return server;
    }

    /// <summary>Forgets the history: a watch from any earlier version is told 410.</summary>
    public void Compact() => Store.Compact(Store.PublishedRevision);

    /// <summary>Lets so many versions go by, with nothing that anybody watches.</summary>
    public async Task AgeAsync(int versions)
    {
        for (var i = 0; i < versions; i++)
        {
            await TickAsync(Store);
        }
    }

    /// <summary>Remembers the objects of some collections as they are.</summary>
    public ServerBackup BackUp(params (string Group, string Plural)[] collections)
    {
        var snapshots = collections.Select(name => (Name: name, Store.List(Store.Collection(name)).Objects)).ToList();
        return new ServerBackup(Store.PublishedRevision, [.. snapshots.SelectMany(one => one.Objects.Select(value => (one.Name, value)))]);
    }

    /// <summary>Replaces the server by one with the state of a backup. The last one goes on for whoever is connected to it.</summary>
    public async Task RestoreAsync(ServerBackup backup)
    {
        ArgumentNullException.ThrowIfNull(backup);
        Add(await EmbeddedApiServer.StartAsync(new() { Name = "faulty" }));
        foreach (var (name, value) in backup.Objects.OrderBy(entry => entry.Value.Revision))
        {
            var collection = Store.Collection(name);
            if (ObjectStore.Newest(collection, value.Namespace, value.Name) is not null)
            {
                continue; // What every server makes for itself.
            }

            await TickUntilAsync(value.Revision - 1);
            await Store.CreateAsync(collection, Draft(value));
        }

        await TickUntilAsync(backup.Version);
        _logs[^1] = new WriteLog(Store);
        Direct.Dispose();
        Direct = new KubernetesClient(Configuration, Patient);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Direct.Dispose();
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    private void Add(EmbeddedApiServer server)
    {
        _servers.Add(server);
        _logs.Add(new WriteLog(Store));
    }

    private async Task TickUntilAsync(long version)
    {
        while (Store.PublishedRevision < version)
        {
            await TickAsync(Store);
        }
    }

    private static async Task TickAsync(ObjectStore store)
    {
        var collection = store.Collection(Filler);
        var any = store.List(collection).Objects[0];
        await store.UpdateAsync(collection, any, Draft(any));
    }

    private static ObjectDraft Draft(StoredObject value)
    {
        var start = value.Json.AsSpan(0, value.RevisionOffset);
        var end = value.Json.AsSpan(value.RevisionOffset);
        return new ObjectDraft(value.Header, [.. start, .. end[end.IndexOf((byte)'"')..]], value.RevisionOffset);
    }
}

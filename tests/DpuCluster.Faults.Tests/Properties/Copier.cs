using System.Collections.Concurrent;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Leases;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Faults.Tests.Properties;

/// <summary>A controller that keeps a copy of every ConfigMap, and an account of how it is called.</summary>
internal sealed class Copier
{
    public const string Namespace = "default";

    private const string Prefix = "copy-of-";

    private readonly ConcurrentDictionary<NamespacedName, int> _working = [];
    private readonly ObjectWriter<ConfigMap> _writer;
    private readonly LeaderElector _elector;

    public Copier(ControllerContext context, Func<int> timesBack)
    {
        Maps = context.Informers.For<ConfigMap>(Scope);
        Metadata = context.Informers.Metadata(ConfigMap.Resource, Scope);
        (MapsTold, MetadataTold) = (new HandlerRecord<ConfigMap>(Maps, timesBack), new HandlerRecord<PartialObjectMetadata>(Metadata, timesBack));
        _writer = context.Writer<ConfigMap>();
        _elector = (LeaderElector)context.Leadership;
        Controller = context.Controller("copies")
            .Watches(Maps, value => [new NamespacedName(Namespace, SourceOf(value.Metadata.Name!))])
            .Workers(3)
            .Timeout(TimeSpan.FromSeconds(10))

            // In production up to five minutes; here nobody waits so long for what comes after the faults.
            .Queue(new() { MaxDelay = TimeSpan.FromMilliseconds(500) })
            .Build(ReconcileAsync);
    }

    public static InformerScope Scope { get; } = new() { Namespace = Namespace, LabelSelector = "test=yes" };

    public Controller Controller { get; }

    public Informer<ConfigMap> Maps { get; }

    public Informer<PartialObjectMetadata> Metadata { get; }

    public HandlerRecord<ConfigMap> MapsTold { get; }

    public HandlerRecord<PartialObjectMetadata> MetadataTold { get; }

    /// <summary>Versions of sources that were reconciled to the end.</summary>
    public ConcurrentDictionary<(NamespacedName Key, string Version), bool> Reconciled { get; } = [];

    /// <summary>Keys that two workers had at a time.</summary>
    public ConcurrentQueue<NamespacedName> Overlaps { get; } = [];

    public static bool IsSource(string name) => !name.StartsWith(Prefix, StringComparison.Ordinal);

    public static string CopyOf(string name) => Prefix + name;

    public static ConfigMap Map(string name, IReadOnlyDictionary<string, string>? data, string? writer = null) => new()
    {
        Metadata = new()
        {
            Namespace = Namespace,
            Name = name,
            Labels = new Dictionary<string, string> { ["test"] = "yes" },
            Annotations = writer is null ? null : new Dictionary<string, string> { [WriteLog.Writer] = writer },
        },
        Data = data,
    };

    /// <summary>Who leads, as far as this process has seen.</summary>
    public string? Leader => _elector.Holder;

    /// <summary>Whether the informers are at this version, or further.</summary>
    public bool HasSeen(string version) => ResourceVersions.IsAtLeast(Maps.Version, version) && ResourceVersions.IsAtLeast(Metadata.Version, version);

    public override string ToString() =>
        $"at {Maps.Version} and {Metadata.Version}, {Maps.Health} {string.Join(' ', Maps.Store.All.Select(map => $"{map.Metadata.Name}@{map.Metadata.ResourceVersion}"))}";

    private static string SourceOf(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;

    private async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken cancellation)
    {
        if (_working.AddOrUpdate(key, 1, static (_, workers) => workers + 1) > 1)
        {
            Overlaps.Enqueue(key);
        }

        try
        {
            var source = Maps.Store.Find(key);
            await CopyAsync(source, Maps.Store.Find(Namespace, CopyOf(key.Name)), key, cancellation);
            if (source?.Metadata.ResourceVersion is { } version)
            {
                Reconciled[(key, version)] = true;
            }

            return ReconcileResult.Done;
        }
        finally
        {
            _working.AddOrUpdate(key, 0, static (_, workers) => workers - 1);
        }
    }

    private async Task CopyAsync(ConfigMap? source, ConfigMap? copy, NamespacedName key, CancellationToken cancellation)
    {
        var wanted = Map(CopyOf(key.Name), source?.Data, _elector.Identity);
        if (source is null)
        {
            if (copy is not null)
            {
                await _writer.DeleteAsync(Namespace, copy.Metadata.Name!, new DeleteOptions { PreconditionUid = copy.Metadata.Uid }, cancellation);
            }
        }
        else if (copy is null)
        {
            await _writer.CreateAsync(wanted, null, cancellation);
        }
        else if (copy.Data?["value"] != source.Data?["value"])
        {
            await _writer.ReplaceAsync(wanted.WithMetadata(wanted.Metadata with { ResourceVersion = copy.Metadata.ResourceVersion }), null, cancellation);
        }
    }
}

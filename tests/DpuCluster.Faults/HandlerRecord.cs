using System.Collections.Concurrent;
using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Faults;

/// <summary>
/// A handler of an informer that keeps account: every change must follow from the last, each version of an object is newer than the one
/// before, and none comes twice.
/// </summary>
public sealed class HandlerRecord<T>
    where T : class, IKubernetesObject<T>
{
    private readonly ConcurrentDictionary<NamespacedName, T> _mirror = [];
    private readonly ConcurrentDictionary<NamespacedName, int> _setBack = [];
    private readonly Func<int> _timesBack;

    /// <summary>Begins to keep account.</summary>
    /// <param name="informer">Whose changes to record.</param>
    /// <param name="timesBack">How often the server has gone back in time: so often an object may have an older version than before, or the same.</param>
    public HandlerRecord(Informer<T> informer, Func<int>? timesBack = null)
    {
        ArgumentNullException.ThrowIfNull(informer);
        _timesBack = timesBack ?? (static () => 0);
        informer.AddHandler(Check);
    }

    /// <summary>What was told against the rules.</summary>
    public ConcurrentQueue<string> Faults { get; } = [];

    /// <summary>Versions of the objects, as far as the handler knows.</summary>
    public Dictionary<NamespacedName, string> State => _mirror.ToDictionary(entry => entry.Key, entry => entry.Value.Metadata.ResourceVersion!);

    private void Check(Change<T> change)
    {
        var key = change.Object.Key;
        var known = _mirror.GetValueOrDefault(key);
        var right = change.Type switch
        {
            ChangeType.Added => known is null && change.Old is null,
            ChangeType.Deleted => known is not null,
            _ => known is not null && ReferenceEquals(known, change.Old) && InOrder(key, known, change.Object),
        };
        if (!right)
        {
            Faults.Enqueue($"{change.Type} {key} {change.Object.Metadata.ResourceVersion} after {known?.Metadata.ResourceVersion}");
        }

        if (change.Type == ChangeType.Deleted)
        {
            _mirror.TryRemove(key, out _);
        }
        else
        {
            _mirror[key] = change.Object;
        }
    }

    private bool InOrder(NamespacedName key, T before, T after) =>
        ResourceVersions.IsOlder(before.Metadata.ResourceVersion, after.Metadata.ResourceVersion)
        || _setBack.AddOrUpdate(key, 1, static (_, times) => times + 1) <= _timesBack();
}

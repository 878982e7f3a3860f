using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Resources;

/// <summary>
/// Those parts of the server that must have acted on a write before the writer is answered: a CRD's resources are served, a
/// namespace has its service account.
/// </summary>
internal sealed class CommitObservers
{
    private readonly Dictionary<(string Group, string Plural), List<Func<StoredObject?, StoredObject?, Task>>> _observers = [];

    /// <summary>Registers an observer; before the server starts.</summary>
    public void Add(string group, string plural, Func<StoredObject?, StoredObject?, Task> observe)
    {
        if (!_observers.TryGetValue((group, plural), out var observers)) _observers[(group, plural)] = observers = [];
        observers.Add(observe);
    }

    public async Task NotifyAsync(ResourceDefinition resource, StoredObject? old, StoredObject? current)
    {
        if (!_observers.TryGetValue(resource.StorageKey, out var observers)) return;
        foreach (var observe in observers) await observe(old, current).ConfigureAwait(false);
    }
}

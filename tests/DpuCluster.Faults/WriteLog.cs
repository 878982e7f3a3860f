using System.Globalization;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Faults;

/// <summary>
/// The server's own account of who wrote what under which lease: the order is that of the server's versions, so no clock is needed to
/// tell whether somebody wrote after another had taken the lease.
/// </summary>
public sealed class WriteLog : IAsyncDisposable
{
    /// <summary>Annotation by which a writer says who it is: the identity that it holds the lease under.</summary>
    public const string Writer = "test.dpu.nvidia.com/writer";

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, (string? Holder, string? Writer, string What)> _entries = [];
    private readonly Task[] _watching;
    private long _leases;
    private long _maps;

    /// <summary>Begins to keep the log.</summary>
    /// <param name="direct">A client that no fault stands in the way of.</param>
    /// <param name="from">From which version on.</param>
    /// <param name="lease">Name of the lease.</param>
    public WriteLog(KubernetesClient direct, long from, string lease)
    {
        ArgumentNullException.ThrowIfNull(direct);
        var options = new WatchOptions { ResourceVersion = from.ToString(CultureInfo.InvariantCulture), Timeout = TimeSpan.FromHours(1) };
        _watching =
        [
            WatchAsync(direct.Resources<Lease>(), options with { FieldSelector = $"metadata.name={lease}" }, value => (value.Spec?.HolderIdentity ?? "", null), version => _leases = version),
            WatchAsync(direct.Resources<ConfigMap>(), options, value => (null, value.Metadata.Annotations?.GetValueOrDefault(Writer)), version => _maps = version),
        ];
    }

    /// <summary>How many writes under a lease there are in the log.</summary>
    public int Writes
    {
        get
        {
            lock (_gate)
            {
                return _entries.Values.Count(entry => entry.Writer is not null);
            }
        }
    }

    /// <summary>Whether the log has these versions, and with them everything before.</summary>
    public bool Has(string lease, string map)
    {
        lock (_gate)
        {
            return _leases >= long.Parse(lease, CultureInfo.InvariantCulture) && _maps >= long.Parse(map, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Writes by somebody who was not the holder of the lease at the time; those before the first word of the lease are not judged.</summary>
    public IReadOnlyList<string> Intrusions()
    {
        lock (_gate)
        {
            List<string> found = [];
            string? holder = null;
            foreach (var (version, entry) in _entries)
            {
                holder = entry.Holder ?? holder;
                if (entry.Writer is not null && holder is not null && entry.Writer != holder)
                {
                    found.Add($"{version}: {entry.What} written by {entry.Writer} while {(holder.Length == 0 ? "nobody" : holder)} held the lease");
                }
            }

            return found;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync<T>(
        ResourceClient<T> client, WatchOptions options, Func<T, (string? Holder, string? Writer)> read, Action<long> reached)
        where T : class, IKubernetesObject<T>
    {
        await foreach (var change in client.WatchAsync(null, options, _stop.Token))
        {
            var version = long.Parse(change.ResourceVersion, CultureInfo.InvariantCulture);
            lock (_gate)
            {
                reached(version);

                // Who deleted an object is nowhere written; its last state names who wrote that.
                if (change is { Object: { } value, Type: not WatchEventType.Deleted })
                {
                    var (holder, writer) = read(value);
                    _entries[version] = (holder, writer, $"{client.Resource.Plural} {value.Key}");
                }
            }
        }
    }
}

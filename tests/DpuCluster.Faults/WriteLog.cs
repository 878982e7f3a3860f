using DpuCluster.ApiServer.Storage;

namespace DpuCluster.Faults;

/// <summary>
/// A server's own account of who wrote what under which lease: the order is that of the server's versions, so no clock is needed to
/// tell whether somebody wrote after another had taken the lease.
/// </summary>
public sealed class WriteLog
{
    /// <summary>Annotation by which a writer says who it is: the identity that it holds the lease under.</summary>
    public const string Writer = "test.dpu.nvidia.com/writer";

    // Each change knows the next: whoever has the first has all, whatever history the server has forgotten since.
    private readonly StoreChange _before;

    internal WriteLog(ObjectStore store) => _before = store.Tail;

    /// <summary>How many writes under a lease there have been.</summary>
    public int Writes => Entries().Count(entry => entry.Writer is not null);

    /// <summary>
    /// Writes by somebody who was not the holder of the lease at the time. Those before the first word of the lease are not judged, nor are
    /// deletions, of which nobody writes down who made them.
    /// </summary>
    public IReadOnlyList<string> Intrusions()
    {
        List<string> found = [];
        string? holder = null;
        foreach (var (what, lease, writer) in Entries())
        {
            holder = lease ?? holder;
            if (writer is not null && holder is not null && writer != holder)
            {
                found.Add($"{what} written by {writer} while {(holder.Length == 0 ? "nobody" : holder)} held the lease");
            }
        }

        return found;
    }

    private IEnumerable<(string What, string? Holder, string? Writer)> Entries()
    {
        for (var change = _before.Next; change is not null; change = change.Next)
        {
            if (change is { Current: { } written, Collection.Plural: "leases" or "configmaps" })
            {
                var value = written.Parse();
                yield return (
                    $"{change.Collection.Plural} {written.Namespace}/{written.Name} at {written.Revision}",
                    change.Collection.Plural == "leases" ? value["spec"]?["holderIdentity"]?.GetValue<string>() ?? "" : null,
                    value["metadata"]?["annotations"]?[Writer]?.GetValue<string>());
            }
        }
    }
}

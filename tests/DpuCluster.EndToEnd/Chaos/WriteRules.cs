namespace DpuCluster.EndToEnd.Chaos;

/// <summary>
/// <em>Who may write what</em> of the specification, held against what the server says happened. Who wrote is known in two ways: from
/// <c>managedFields</c>, of every state that an object was in, and from the answers that passed the proxies of the replicas.
/// </summary>
/// <param name="history">Every state of every object.</param>
/// <param name="written">What the server has changed for replicas, as far as it could still answer.</param>
internal sealed class WriteRules(IReadOnlyList<ObjectVersion> history, IReadOnlyCollection<Written> written)
{
    private readonly Dictionary<(string, long), ObjectVersion> _states = history.Where(one => !one.IsGone).ToDictionary(one => (one.Resource, one.Version));

    /// <summary>How many changes could be held against the rules for replicas.</summary>
    public int Judged => Changes().Count();

    /// <summary>Everything that was against the rules.</summary>
    public IReadOnlyList<string> Violations() =>
        [.. history.Where(one => !one.IsGone).SelectMany(OfFields), .. written.SelectMany(OfTarget), .. Changes().SelectMany(change => OfChange(change.Writer, change.Before, change.After)), .. Intrusions()];

    /// <summary>Changes that were answered but are missing in the history, of resources that it has.</summary>
    /// <param name="since">The version with which the history began.</param>
    /// <param name="until">The version up to which it is complete: leases are renewed while it is looked at.</param>
    public IReadOnlyList<string> Untold(long since, long until)
    {
        var told = history.Select(one => (one.Resource, one.Version)).ToHashSet();
        var kept = history.Select(one => one.Resource).ToHashSet();
        return [.. written.Where(one => one.MayHaveMade && one.Version > since && one.Version <= until && kept.Contains(one.Resource) && !told.Contains((one.Resource, one.Version!.Value))).Select(one => $"{one}")];
    }

    /// <summary>Who held which lease and who wrote what, by version: for whoever reads of a violation.</summary>
    public string Course() => string.Join('\n', history
        .Where(state => state.Resource == "leases")
        .Select(state => (state.Version, What: $"{state} {(state.IsGone ? "is gone" : $"is held by {state.Holder}")}"))
        .Concat(written.Where(one => one.MayHaveMade).Select(one => (Version: one.Version!.Value, What: $"{one}, who had seen {one.After}")))
        .OrderBy(one => one.Version)
        .Select(one => one.What));

    /// <summary>What <c>managedFields</c> of one state tell.</summary>
    private static IEnumerable<string> OfFields(ObjectVersion state)
    {
        foreach (var (manager, fields) in state.Managers)
        {
            if (Part.All.FirstOrDefault(part => part.FieldManager == manager) is not { } part || state.Resource == "leases")
            {
                continue;
            }

            if (!part.Resources.Contains(state.Resource))
            {
                yield return $"{manager} has a say in {state}";
            }

            if (state.Resource != "dpuclusters")
            {
                continue;
            }

            if (part.IsManager && state.ClusterType != part.ClusterType)
            {
                yield return $"{manager} has a say in {state}, which is of type {state.ClusterType}";
            }

            if (part.IsManager && (ObjectVersion.Has(fields, "f:status", "f:phase") || ObjectVersion.Has(fields, "f:status", "f:conditions", """k:{"type":"Ready"}""")))
            {
                yield return $"{manager} has a say in phase or Ready of {state}";
            }

            if (!part.IsManager && ObjectVersion.Has(fields, "f:spec"))
            {
                yield return $"{manager} has a say in the spec of {state}";
            }
        }
    }

    /// <summary>To what a replica has written.</summary>
    private static IEnumerable<string> OfTarget(Written one)
    {
        if (one.Resource is not ("leases" or "events") && !one.Writer.Part.Resources.Contains(one.Resource))
        {
            yield return $"{one}: not its business";
        }
    }

    /// <summary>What a replica has changed.</summary>
    private static IEnumerable<string> OfChange(Writer writer, ObjectVersion? before, ObjectVersion after)
    {
        if (after.Resource != "dpuclusters" || before is null)
        {
            yield break;
        }

        if (writer.Part.IsManager && after.ClusterType != writer.Part.ClusterType)
        {
            yield return $"{writer.Name} wrote {after}, which is of type {after.ClusterType}";
        }

        if (writer.Part.IsManager && (before.Phase != after.Phase || before.Ready != after.Ready))
        {
            yield return $"{writer.Name} wrote phase or Ready of {after}: {before.Phase}, {before.Ready} became {after.Phase}, {after.Ready}";
        }

        if (!writer.Part.IsManager && before.Spec != after.Spec)
        {
            yield return $"{writer.Name} wrote the spec of {after}: {before.Spec} became {after.Spec}";
        }
    }

    /// <summary>Who wrote while another held the lease: by the order of the server's versions, which needs no clock.</summary>
    private IEnumerable<string> Intrusions()
    {
        foreach (var group in written.Where(one => one is { MayHaveMade: true, Resource: not ("leases" or "events") }).GroupBy(one => one.Writer.Part))
        {
            var leases = history.Where(one => one.Resource == "leases" && one.Name == group.Key.Lease).ToList();
            foreach (var one in group)
            {
                var lease = leases.FindLast(state => state.Version < one.Version);
                if (lease is not null && (lease.IsGone || !one.Writer.Identities.ContainsKey(lease.Holder)))
                {
                    yield return $"{one} while {(lease.IsGone || lease.Holder.Length == 0 ? "nobody" : lease.Holder)} held the lease since {lease.Version}";
                }
            }
        }
    }

    /// <summary>Changes by replicas with the states before and after; one that changed nothing is none.</summary>
    private IEnumerable<(Writer Writer, ObjectVersion? Before, ObjectVersion After)> Changes()
    {
        var lives = history.GroupBy(one => (one.Resource, one.Name)).ToDictionary(group => group.Key, group => group.ToList());
        foreach (var one in written.Where(one => one.MayHaveMade).DistinctBy(one => (one.Resource, one.Version)))
        {
            if (one.Version is { } version && _states.TryGetValue((one.Resource, version), out var after))
            {
                var before = lives[(one.Resource, one.Name)].FindLast(state => state.Version < version);
                yield return (one.Writer, before is { IsGone: false } ? before : null, after);
            }
        }
    }
}

using System.Collections.Concurrent;

namespace DpuCluster.EndToEnd.Chaos;

/// <summary>Who writes: one of the processes of a controller, in all its lives.</summary>
/// <param name="Part">What it is.</param>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Identities">As whom its lives so far have held the lease.</param>
internal sealed record Writer(Part Part, string Name, ConcurrentDictionary<string, bool> Identities);

using System.Collections.Frozen;
using DpuCluster.ApiServer.Catalog;

namespace DpuCluster.ApiServer.Resources;

/// <summary>What is served at this moment: the built-in resources, and those that CRDs define. Readers see one consistent state.</summary>
internal sealed class ResourceRegistry
{
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<ResourceDefinition> _builtIn;
    private readonly SortedDictionary<string, IReadOnlyList<ResourceDefinition>> _custom = new(StringComparer.Ordinal);
    private State _state;

    public ResourceRegistry(IReadOnlyList<ResourceDefinition> builtIn)
    {
        _builtIn = builtIn;
        _state = new State(builtIn);
    }

    /// <summary>All served resources; the same instance until something changes.</summary>
    public IReadOnlyList<ResourceDefinition> All => Volatile.Read(ref _state).All;

    public ResourceDefinition? Find(string group, string version, string plural) =>
        Volatile.Read(ref _state).ByResource.GetValueOrDefault((group, version, plural));

    /// <summary>The resource of a kind, in the version named or, where that is not served, in any.</summary>
    public ResourceDefinition? FindKind(string group, string version, string kind)
    {
        var state = Volatile.Read(ref _state);
        return state.ByKind.GetValueOrDefault((group, version, kind));
    }

    /// <summary>Any version of a resource.</summary>
    public ResourceDefinition? FindAny(string group, string plural) =>
        Volatile.Read(ref _state).All.FirstOrDefault(r => r.Group == group && r.Plural == plural);

    /// <summary>The definition under which a collection is stored; null where it is not served.</summary>
    public ResourceDefinition? FindStored(string group, string plural) =>
        Volatile.Read(ref _state).Stored.GetValueOrDefault((group, plural));

    /// <summary>Whether the server has resources of the group by itself.</summary>
    public bool HasBuiltIn(string group) => _builtIn.Any(r => r.Group == group);

    public bool HasGroup(string group) => Volatile.Read(ref _state).All.Any(r => r.Group == group);

    public bool HasGroupVersion(string group, string version) => Volatile.Read(ref _state).GroupVersions.Contains((group, version));

    /// <summary>The definition that says how objects are stored; the resource's own for most.</summary>
    public ResourceDefinition StorageOf(ResourceDefinition resource) =>
        resource.StoredAs is { } stored ? Find(stored.Group, stored.Version, stored.Plural) ?? resource : resource;

    /// <summary>Serves the versions of a custom resource from now on, in place of those that it had.</summary>
    public void Serve(string crd, IReadOnlyList<ResourceDefinition> definitions)
    {
        lock (_gate)
        {
            if (definitions.Count == 0) _custom.Remove(crd);
            else _custom[crd] = definitions;
            Volatile.Write(ref _state, new State([.. _builtIn, .. _custom.Values.SelectMany(d => d)]));
        }
    }

    public void Remove(string crd) => Serve(crd, []);

    private sealed class State
    {
        public State(IReadOnlyList<ResourceDefinition> all)
        {
            All = all;
            ByResource = all.ToFrozenDictionary(r => (r.Group, r.Version, r.Plural));
            ByKind = all.DistinctBy(r => (r.Group, r.Version, r.Kind)).ToFrozenDictionary(r => (r.Group, r.Version, r.Kind));
            Stored = all.Where(r => r.IsStored).OrderBy(r => r.StoredAs is { } other && (other.Group, other.Version) != (r.Group, r.Version)).DistinctBy(r => r.StorageKey).ToFrozenDictionary(r => r.StorageKey);
            GroupVersions = all.Select(r => (r.Group, r.Version)).ToFrozenSet();
        }

        public IReadOnlyList<ResourceDefinition> All { get; }

        public FrozenDictionary<(string Group, string Version, string Plural), ResourceDefinition> ByResource { get; }

        public FrozenDictionary<(string Group, string Version, string Kind), ResourceDefinition> ByKind { get; }

        public FrozenDictionary<(string Group, string Plural), ResourceDefinition> Stored { get; }

        public FrozenSet<(string Group, string Version)> GroupVersions { get; }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>
/// A set of paths, as a tree. That a path is a member says nothing about those above or below it. Immutable; sorted at every
/// level, so that the operations on two sets are one walk along both.
/// </summary>
internal sealed partial class FieldSet : IEquatable<FieldSet>
{
    public static FieldSet Empty { get; } = new([]);

    private readonly Entry[] _entries;

    private FieldSet(Entry[] entries) => _entries = entries;

    public bool IsEmpty => _entries.Length == 0;

    /// <summary>The set of these paths, each a list of field names.</summary>
    public static FieldSet Of(params IEnumerable<string[]> paths)
    {
        var set = Empty;
        foreach (var path in paths)
            set = set.Union(OfPath(path.Select(PathElement.Field).ToArray()));
        return set;
    }

    /// <summary>The set that has one member.</summary>
    public static FieldSet OfPath(IReadOnlyList<PathElement> path)
    {
        var set = new FieldSet([new Entry(path[^1], true, null)]);
        for (var i = path.Count - 2; i >= 0; i--)
            set = new FieldSet([new Entry(path[i], false, set)]);
        return set;
    }

    /// <summary>Whether the path of this one element is a member.</summary>
    public bool Contains(PathElement element) => Find(element) is >= 0 and var i && _entries[i].IsMember;

    /// <summary>Whether a path is a member.</summary>
    public bool Contains(IReadOnlyList<PathElement> path)
    {
        var set = this;
        for (var i = 0; ; i++)
        {
            var at = set.Find(path[i]);
            if (at < 0)
                return false;
            if (i == path.Count - 1)
                return set._entries[at].IsMember;
            if (set._entries[at].Children is not { } children)
                return false;
            set = children;
        }
    }

    /// <summary>The paths that begin with an element, without it.</summary>
    public FieldSet Below(PathElement element) => Find(element) is >= 0 and var i ? _entries[i].Children ?? Empty : Empty;

    /// <summary>All members, at each level those that end there before those that go on.</summary>
    public IEnumerable<IReadOnlyList<PathElement>> Paths() => Paths([]);

    private IEnumerable<PathElement[]> Paths(PathElement[] prefix)
    {
        foreach (var entry in _entries)
        {
            if (entry.IsMember)
                yield return [.. prefix, entry.Element];
        }
        foreach (var entry in _entries)
        {
            if (entry.Children is null)
                continue;
            foreach (var path in entry.Children.Paths([.. prefix, entry.Element]))
                yield return path;
        }
    }

    /// <summary>One path per line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var path in Paths())
            text.Append(text.Length == 0 ? "" : "\n").AppendJoin("", path);
        return text.ToString();
    }

    public bool Equals([NotNullWhen(true)] FieldSet? other)
    {
        if (other is null || other._entries.Length != _entries.Length)
            return false;
        for (var i = 0; i < _entries.Length; i++)
        {
            ref readonly var a = ref _entries[i];
            ref readonly var b = ref other._entries[i];
            if (a.IsMember != b.IsMember || a.Element != b.Element || !(a.Children ?? Empty).Equals(b.Children ?? Empty))
                return false;
        }
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as FieldSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var entry in _entries)
        {
            hash.Add(entry.Element);
            hash.Add(entry.IsMember);
        }
        return hash.ToHashCode();
    }

    private int Find(PathElement element)
    {
        int low = 0, high = _entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = _entries[middle].Element.CompareTo(element);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return -1;
    }

    /// <summary>One element: a member, or the way to members, or both.</summary>
    internal readonly record struct Entry(PathElement Element, bool IsMember, FieldSet? Children);

    /// <summary>Collects the entries of one level, in any order.</summary>
    internal sealed class Builder
    {
        private readonly List<Entry> _entries = [];
        private bool _unsorted;

        /// <summary>Adds an element; nothing, if it is neither a member nor has any below it.</summary>
        public void Add(PathElement element, bool isMember, FieldSet? children)
        {
            if (children is { IsEmpty: true })
                children = null;
            if (!isMember && children is null)
                return;
            if (_entries.Count > 0 && _entries[^1].Element.CompareTo(element) >= 0)
                _unsorted = true;
            _entries.Add(new Entry(element, isMember, children));
        }

        public FieldSet Build()
        {
            if (_entries.Count == 0)
                return Empty;
            if (_unsorted)
                SortAndJoin();
            return new FieldSet([.. _entries]);
        }

        private void SortAndJoin()
        {
            _entries.Sort((a, b) => a.Element.CompareTo(b.Element));
            var kept = 0;
            for (var i = 1; i < _entries.Count; i++)
            {
                var (last, next) = (_entries[kept], _entries[i]);
                if (last.Element == next.Element)
                {
                    var children = last.Children is null ? next.Children : next.Children is null ? last.Children : last.Children.Union(next.Children);
                    _entries[kept] = new Entry(last.Element, last.IsMember || next.IsMember, children);
                }
                else
                    _entries[++kept] = next;
            }
            _entries.RemoveRange(kept + 1, _entries.Count - kept - 1);
            _unsorted = false;
        }
    }
}

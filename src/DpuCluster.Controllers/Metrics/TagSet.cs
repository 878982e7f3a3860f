namespace DpuCluster.Controllers.Metrics;

/// <summary>The labels of one series, as a key that can be looked up without being allocated.</summary>
internal readonly struct TagSet(KeyValuePair<string, object?>[] tags)
{
    public static IEqualityComparer<TagSet> Comparer { get; } = new ByContent();

    private ReadOnlySpan<KeyValuePair<string, object?>> Span => tags;

    private sealed class ByContent : IEqualityComparer<TagSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
    {
        public bool Equals(TagSet x, TagSet y) => Equals(x.Span, y);

        public int GetHashCode(TagSet obj) => GetHashCode(obj.Span);

        public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate.ToArray());

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
        {
            var tags = other.Span;
            if (alternate.Length != tags.Length)
            {
                return false;
            }

            for (var i = 0; i < tags.Length; i++)
            {
                if (alternate[i].Key != tags[i].Key || !object.Equals(alternate[i].Value, tags[i].Value))
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = new HashCode();
            foreach (var (name, value) in alternate)
            {
                hash.Add(name);
                hash.Add(value);
            }

            return hash.ToHashCode();
        }
    }
}

namespace DpuCluster.Cli.Migration;

/// <summary>What a piece of a manifest is.</summary>
internal enum SourceKind
{
    Scalar,
    Mapping,
    Sequence,
    Alias,
}

/// <summary>
/// A piece of a manifest and where it stands in the text, so that it can be changed there and nothing else is. Of a collection in block style
/// the end is that of the last piece in it: the comments that follow are not its own.
/// </summary>
/// <param name="kind">What it is.</param>
/// <param name="start">Index of its first character, of its anchor or tag if it has one.</param>
/// <param name="line">Line of that, from 1.</param>
internal sealed class SourceNode(SourceKind kind, int start, int line)
{
    public SourceKind Kind => kind;

    public int Start => start;

    public int Line => line;

    /// <summary>Index behind its last character.</summary>
    public int End { get; set; }

    /// <summary>The value of a scalar, or the name of the anchor that an alias stands for.</summary>
    public string Text { get; init; } = "";

    /// <summary>Name of its anchor; null where it has none.</summary>
    public string? Anchor { get; init; }

    /// <summary>What an alias stands for.</summary>
    public SourceNode? Target { get; init; }

    /// <summary>Whether a collection is written in flow style, as all of JSON is.</summary>
    public bool IsFlow { get; init; }

    /// <summary>Keys and values of a mapping, in turn; the items of a sequence.</summary>
    public List<SourceNode> Children { get; } = [];

    /// <summary>The entries of a mapping.</summary>
    public IEnumerable<(SourceNode Key, SourceNode Value)> Entries => Children.Chunk(2).Select(pair => (pair[0], pair[1]));

    /// <summary>The piece itself, or what it stands for.</summary>
    public SourceNode Resolved => Target?.Resolved ?? this;

    /// <summary>The value that a mapping itself has for a key; null where it has none, or is no mapping.</summary>
    public SourceNode? Find(string key) =>
        Kind == SourceKind.Mapping ? Entries.FirstOrDefault(entry => entry.Key.Resolved is { Kind: SourceKind.Scalar } name && name.Text == key).Value : null;

    /// <summary>The text of the scalar that a mapping has for a key, by itself or merged in (<c>&lt;&lt;</c>); null where it has none.</summary>
    public string? Read(string key) =>
        Find(key) is { } value
            ? value.Resolved is { Kind: SourceKind.Scalar } scalar ? scalar.Text : null
            : Find("<<")?.Resolved is { } merged
                ? (merged.Kind == SourceKind.Sequence ? merged.Children : [merged]).Select(one => one.Resolved.Read(key)).FirstOrDefault(text => text is not null)
                : null;
}

using DpuCluster.Kubernetes.Serialization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DpuCluster.Cli.Migration;

/// <summary>Reads YAML as pieces that know where they stand.</summary>
internal sealed class YamlSource
{
    private readonly Parser _parser;
    private readonly Dictionary<string, SourceNode> _anchors = [];

    private readonly string _text;

    private YamlSource(string text) => (_text, _parser) = (text, new(new StringReader(text)));

    /// <summary>The roots of the documents; those of empty ones are empty scalars.</summary>
    /// <exception cref="YamlFormatException">It is not YAML that Kubernetes' tools would read.</exception>
    public static IReadOnlyList<SourceNode> Read(string text)
    {
        // Whatever could be read in two ways (a key that is there twice, say) is found by the reader that manifests are read with everywhere.
        Yaml.ToJsonDocuments(text);
        return new YamlSource(text).Read();
    }

    private List<SourceNode> Read()
    {
        var roots = new List<SourceNode>();
        _parser.Consume<StreamStart>();
        while (!_parser.TryConsume<StreamEnd>(out _))
        {
            _parser.Consume<DocumentStart>();
            _anchors.Clear();
            roots.Add(Node());
            _parser.Consume<DocumentEnd>();
        }

        return roots;
    }

    private SourceNode Node()
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return new(SourceKind.Alias, (int)alias.Start.Index, (int)alias.Start.Line)
            {
                Text = alias.Value.Value,
                Target = _anchors[alias.Value.Value],
                End = (int)alias.End.Index,
            };
        }

        var at = _parser.Consume<NodeEvent>();
        var (start, line) = ((int)at.Start.Index, (int)at.Start.Line);
        var anchor = at.Anchor.IsEmpty ? null : at.Anchor.Value;
        var node = at switch
        {
            Scalar scalar => new SourceNode(SourceKind.Scalar, start, line) { Text = scalar.Value, Anchor = anchor, End = EndOf(scalar) },
            MappingStart mapping => new(SourceKind.Mapping, start, line) { Anchor = anchor, IsFlow = mapping.Style == MappingStyle.Flow },
            SequenceStart sequence => new(SourceKind.Sequence, start, line) { Anchor = anchor, IsFlow = sequence.Style == SequenceStyle.Flow },
            _ => throw new InvalidOperationException($"no node begins with {at.GetType().Name}"),
        };
        if (anchor is not null)
        {
            _anchors[anchor] = node;
        }

        if (node.Kind != SourceKind.Scalar)
        {
            Fill(node, (int)at.End.Index);
        }

        return node;
    }

    private void Fill(SourceNode collection, int endOfStart)
    {
        ParsingEvent? end;
        while ((end = Ending()) is null)
        {
            collection.Children.Add(Node());
        }

        // Where a bracket that closes ends, the parser does not always tell; where it begins, it does.
        collection.End = collection.IsFlow ? (int)end.Start.Index + 1 : collection.Children is [.., var last] ? last.End : endOfStart;
    }

    /// <summary>To the parser, the line break behind a block scalar belongs to it, and whatever blank lines follow.</summary>
    private int EndOf(Scalar scalar)
    {
        var (start, end) = ((int)scalar.Start.Index, (int)scalar.End.Index);
        return scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded ? start + _text.AsSpan(start..end).TrimEnd().Length : end;
    }

    private ParsingEvent? Ending() =>
        _parser.TryConsume<MappingEnd>(out var mapping) ? mapping : _parser.TryConsume<SequenceEnd>(out var sequence) ? sequence : null;
}

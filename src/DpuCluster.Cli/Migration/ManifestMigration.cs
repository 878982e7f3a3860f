using System.Globalization;
using DpuCluster.Api;
using DpuCluster.Kubernetes;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Cli.Migration;

/// <summary>
/// Rewrites manifests of DPUClusters of the older group for today's: the group, and nothing else, except what a server had written into an
/// object that was read from it, which would keep another server, or another group, from taking it.
/// </summary>
internal sealed class ManifestMigration
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    private static readonly string OlderPrefix = OlderDPUCluster.Resource.Group + "/";

    private static readonly HashSet<string> ServersMetadata = new(StringComparer.Ordinal)
    {
        "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "selfLink",
    };

    private readonly string _text;
    private readonly string _source;
    private readonly TextEdits _edits;

    private ManifestMigration(string text, string source) => (_text, _source, _edits) = (text, source, new(text));

    /// <summary>How many DPUClusters were rewritten.</summary>
    public int Clusters { get; private set; }

    /// <summary>The text as rewritten.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Lines of the rewritten text in which the older group is still named, from 1: by other kinds, or in other places.</summary>
    public IReadOnlyList<int> LinesLeft { get; private set; } = [];

    /// <summary>Rewrites manifests.</summary>
    /// <param name="text">YAML, of any number of documents, or JSON.</param>
    /// <param name="source">What errors call it: the name of a file.</param>
    /// <exception cref="UserErrorException">It is neither, or cannot be rewritten without guessing.</exception>
    public static ManifestMigration Of(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        var migration = new ManifestMigration(text, source);
        var documents = migration.Read(text);
        foreach (var document in documents)
        {
            migration.Object(document);
        }

        foreach (var document in documents)
        {
            migration.CheckAnchors(document, Aliases(document).ToLookup(alias => alias.Text));
        }

        migration.Text = migration._edits.ToString();
        migration.LinesLeft = [.. migration.Text.Split('\n').Index()
            .Where(line => line.Item.Contains(OlderDPUCluster.Resource.Group, StringComparison.Ordinal)).Select(line => line.Index + 1)];
        return migration;
    }

    private IReadOnlyList<SourceNode> Read(string text)
    {
        try
        {
            return JsonSource.TryRead(text) ?? YamlSource.Read(text);
        }
        catch (YamlFormatException exception)
        {
            throw new UserErrorException(
                string.Create(CultureInfo.InvariantCulture, $"{_source}:{exception.Line}: it is neither YAML nor JSON: {exception.Message}"),
                "correct it there; nothing was written");
        }
    }

    private void Object(SourceNode node)
    {
        if (node.Kind != SourceKind.Mapping || (node.Read("apiVersion"), node.Read("kind")) is not ({ } apiVersion, { } kind))
        {
            return;
        }

        var isOlder = apiVersion.StartsWith(OlderPrefix, StringComparison.Ordinal);
        if (kind == "List" || (isOlder && kind == $"{OlderDPUCluster.Resource.Kind}List"))
        {
            foreach (var item in node.Find("items") is { Resolved: { Kind: SourceKind.Sequence } items } ? items.Children : [])
            {
                Object(item.Resolved);
            }
        }

        if (!isOlder || kind is not ("DPUCluster" or "DPUClusterList"))
        {
            return;
        }

        if (apiVersion != OlderDPUCluster.Resource.ApiVersion)
        {
            throw Refuse(node, $"{kind} of {apiVersion} is not known", $"only {OlderDPUCluster.Resource.ApiVersion} is migrated");
        }

        var version = node.Find("apiVersion") ?? throw Refuse(node, $"the apiVersion of this {kind} is merged in from elsewhere (<<)", "write it out in the object itself");
        var quote = _text[version.End - 1] is '"' or '\'' ? _text[version.End - 1].ToString() : "";
        _edits.Replace(version, $"{quote}{DPUCluster.Resource.ApiVersion}{quote}");
        if (kind == OlderDPUCluster.Resource.Kind)
        {
            Clusters++;
            RemoveServersPart(node);
        }
    }

    /// <summary>What only the server that an object was read from can say.</summary>
    private void RemoveServersPart(SourceNode cluster)
    {
        Remove(cluster, key => key == "status");
        if (cluster.Find("metadata") is not { } found)
        {
            return;
        }

        var metadata = Written(found, "metadata", SourceKind.Mapping);
        var finalizers = metadata.Find("finalizers") is { Resolved.Kind: SourceKind.Sequence } list ? Written(list, "metadata.finalizers", SourceKind.Sequence) : null;
        var annotations = metadata.Find("annotations") is { Resolved.Kind: SourceKind.Mapping } map ? Written(map, "metadata.annotations", SourceKind.Mapping) : null;
        var whole = new HashSet<string>(ServersMetadata);
        if (finalizers is not null && !RemoveSome(finalizers, finalizers.Children.ConvertAll(item => item.Text.StartsWith(OlderPrefix, StringComparison.Ordinal))))
        {
            whole.Add("finalizers");
        }

        if (annotations is not null && !RemoveSome(annotations, [.. annotations.Entries.Select(entry => entry.Key.Text == LastApplied)]))
        {
            whole.Add("annotations");
        }

        Remove(metadata, whole.Contains);
    }

    private void Remove(SourceNode mapping, Func<string, bool> goes)
    {
        var going = mapping.Entries.Select(entry => goes(entry.Key.Text)).ToList();
        if (!RemoveSome(mapping, going))
        {
            _edits.Replace(mapping, "{}");
        }
    }

    /// <returns>False where all would have to go, and nothing was done.</returns>
    private bool RemoveSome(SourceNode collection, List<bool> going)
    {
        if (going.Count > 0 && going.TrueForAll(goes => goes))
        {
            return false;
        }

        if (going.Contains(true))
        {
            _edits.Remove(collection, i => going[i]);
        }

        return true;
    }

    /// <summary>A part of the object that stands where it is, and is nobody else's.</summary>
    private SourceNode Written(SourceNode node, string field, SourceKind kind) =>
        node.Kind == kind && node.Find("<<") is null
            ? node
            : throw Refuse(node, $"{field} of this DPUCluster is not a {(kind == SourceKind.Mapping ? "mapping" : "list")} that is written out here", "write it out in the object itself");

    /// <summary>What others refer to must not go.</summary>
    private void CheckAnchors(SourceNode node, ILookup<string, SourceNode> aliases)
    {
        if (node.Anchor is { } anchor && _edits.Cover(node) && aliases[anchor].FirstOrDefault(alias => alias.Target == node && !_edits.Cover(alias)) is { } used)
        {
            throw Refuse(node, $"line {used.Line} refers (*{anchor}) to what is changed here", "write it out there");
        }

        foreach (var child in node.Children)
        {
            CheckAnchors(child, aliases);
        }
    }

    private static IEnumerable<SourceNode> Aliases(SourceNode node) =>
        node.Kind == SourceKind.Alias ? [node] : node.Children.SelectMany(Aliases);

    private UserErrorException Refuse(SourceNode at, string problem, string remedy) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{_source}:{at.Line}: {problem}"), remedy);
}

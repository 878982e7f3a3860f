using System.Collections.Frozen;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Kubeconfig;

/// <summary>A kubeconfig, or several merged into one. Immutable; knows of each entry which file it is from.</summary>
public sealed class KubeconfigDocument
{
    private static readonly FrozenSet<string> KnownFields =
    [
        "server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority", "certificate-authority-data", "proxy-url", "disable-compression",
        "client-certificate", "client-certificate-data", "client-key", "client-key-data", "token", "tokenFile", "username", "password",
        "as", "as-uid", "as-groups", "as-user-extra", "auth-provider", "exec", "cluster", "user", "namespace",
    ];

    private readonly JsonObject _rest;

    private KubeconfigDocument(
        string source,
        string? currentContext,
        IReadOnlyList<KubeconfigCluster> clusters,
        IReadOnlyList<KubeconfigUser> users,
        IReadOnlyList<KubeconfigContext> contexts,
        JsonObject rest)
    {
        Source = source;
        CurrentContext = currentContext;
        Clusters = clusters;
        Users = users;
        Contexts = contexts;
        _rest = rest;
    }

    /// <summary>File or files, as errors name them.</summary>
    public string Source { get; }

    /// <summary>Name of the context where the user names none; <see langword="null"/> where the file names none.</summary>
    public string? CurrentContext { get; }

    /// <summary>The clusters.</summary>
    public IReadOnlyList<KubeconfigCluster> Clusters { get; }

    /// <summary>The users.</summary>
    public IReadOnlyList<KubeconfigUser> Users { get; }

    /// <summary>The contexts.</summary>
    public IReadOnlyList<KubeconfigContext> Contexts { get; }

    /// <summary>Reads a kubeconfig, in YAML or JSON. What the entries say is checked when they are used.</summary>
    /// <param name="yaml">The bytes.</param>
    /// <param name="source">Where they are from, as errors name it.</param>
    /// <param name="directory">What relative paths in it start from.</param>
    /// <param name="limits">How much is taken.</param>
    /// <exception cref="KubeconfigException">It is no YAML, too much, or no kubeconfig.</exception>
    public static KubeconfigDocument Parse(ReadOnlySpan<byte> yaml, string source, string? directory = null, YamlLimits? limits = null)
    {
        JsonNode? json;
        try
        {
            json = Yaml.ToJson(yaml, limits);
        }
        catch (YamlFormatException exception)
        {
            throw new KubeconfigException(source, $"{exception.Message}; it must be a kubeconfig in YAML or JSON", exception);
        }

        // An empty file is a kubeconfig that says nothing, as for kubectl.
        var top = new KubeconfigFields(source, directory, "", json switch
        {
            null => [],
            JsonObject members => members,
            _ => throw new KubeconfigException(source, "it is not a kubeconfig: it must be a mapping with clusters, users and contexts"),
        });
        if (top.Text("kind") is { } kind and not "Config")
        {
            throw top.Error($"kind must be Config; this is of the kind {kind}");
        }

        return new(
            source,
            top.Text("current-context"),
            Entries(top, "clusters", "cluster", (name, fields) => new KubeconfigCluster(name, fields)),
            Entries(top, "users", "user", (name, fields) => new KubeconfigUser(name, fields)),
            Entries(top, "contexts", "context", (name, fields) => new KubeconfigContext(name, fields)),
            top.Body);
    }

    /// <summary>Makes a document of entries, the context being the current one.</summary>
    public static KubeconfigDocument Create(KubeconfigCluster cluster, KubeconfigUser user, KubeconfigContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new("(made by this program)", context.Name, [cluster], [user], [context], []);
    }

    /// <summary>Merges as kubectl does: of each name, and of the current context, the first file that has it wins.</summary>
    public static KubeconfigDocument Merge(IReadOnlyList<KubeconfigDocument> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        return documents.Count == 1
            ? documents[0]
            : new(
                string.Join(Path.PathSeparator, documents.Select(each => each.Source)),
                documents.Select(each => each.CurrentContext).FirstOrDefault(name => name is not null),
                [.. documents.SelectMany(each => each.Clusters).DistinctBy(each => each.Name)],
                [.. documents.SelectMany(each => each.Users).DistinctBy(each => each.Name)],
                [.. documents.SelectMany(each => each.Contexts).DistinctBy(each => each.Name)],
                []);
    }

    /// <summary>What a connection in a context needs. Reads the (small, local) files that a personal kubeconfig names.</summary>
    /// <param name="context">Name of the context; <see langword="null"/> for the current one, or the only one where none is current.</param>
    /// <param name="policy">How far the kubeconfig is trusted.</param>
    /// <param name="clock">Clock of credentials that expire; <see langword="null"/> for the system's.</param>
    /// <exception cref="KubeconfigException">Something is missing, contradictory, unreadable or refused.</exception>
    public ClientConfiguration ToConfiguration(string? context, KubeconfigPolicy policy, TimeProvider? clock = null) =>
        KubeconfigConnection.Of(this, context, policy, clock ?? TimeProvider.System);

    /// <summary>Writes the document as YAML, credentials included.</summary>
    public string Write() => Yaml.FromJson(With(_rest));

    /// <inheritdoc/>
    public override string ToString() => $"kubeconfig {Source}";

    /// <summary>The entries of this document put into another file's JSON, of which all else stays.</summary>
    internal JsonObject With(JsonObject existing)
    {
        var json = (JsonObject)existing.DeepClone();
        json["apiVersion"] ??= "v1";
        json["kind"] ??= "Config";
        Put(json, "clusters", "cluster", Clusters);
        Put(json, "users", "user", Users);
        Put(json, "contexts", "context", Contexts);
        if (CurrentContext is not null)
        {
            json["current-context"] = CurrentContext;
        }

        return json;
    }

    private static void Put(JsonObject json, string list, string kind, IEnumerable<KubeconfigEntry> entries)
    {
        var items = json[list] as JsonArray;
        if (items is null)
        {
            json[list] = items = [];
        }

        foreach (var entry in entries)
        {
            var body = entry.Fields.Body.DeepClone();
            var existing = items.OfType<JsonObject>().FirstOrDefault(item => item["name"] is JsonValue name && name.TryGetValue<string>(out var text) && text == entry.Name);
            if (existing is null)
            {
                items.Add((JsonNode)new JsonObject { ["name"] = entry.Name, [kind] = body });
            }
            else
            {
                // No known field stays: an old token beside a new certificate would be a different login. Unknown ones do.
                foreach (var (field, value) in (existing[kind] as JsonObject ?? []).Where(each => !KnownFields.Contains(each.Key) && body[each.Key] is null))
                {
                    body[field] = value?.DeepClone();
                }

                existing[kind] = body;
            }
        }
    }

    private static List<T> Entries<T>(KubeconfigFields top, string list, string kind, Func<string, KubeconfigFields, T> make)
        where T : KubeconfigEntry
    {
        List<T> entries = [];
        HashSet<string> names = [];
        foreach (var item in top.Objects(list))
        {
            var name = item.Text("name") ?? throw item.Error($"the {kind} has no name; add \"name\"");
            if (!names.Add(name))
            {
                throw top.Error($"{kind} \"{name}\" is there twice; give one of them another name");
            }

            var fields = item with { Where = $"{kind} \"{name}\"" };
            var body = fields.Body[kind] switch
            {
                null => [],
                JsonObject members => members,
                _ => throw fields.Error($"field \"{kind}\" must be a mapping"),
            };
            entries.Add(make(name, fields with { Body = body }));
        }

        return entries;
    }
}

using System.Text.Json.Nodes;

namespace DpuCluster.Kubernetes.Kubeconfig;

/// <summary>A named entry of a kubeconfig. Its text form is its name, and nothing that is secret.</summary>
public abstract class KubeconfigEntry
{
    private protected KubeconfigEntry(string name, KubeconfigFields fields)
    {
        Name = name;
        Fields = fields;
    }

    /// <summary>Name, by which contexts refer to it.</summary>
    public string Name { get; }

    /// <summary>Names of the fields that are there and not empty, unknown ones too.</summary>
    public IEnumerable<string> FieldNames => Fields.Body.Select(member => member.Key).Where(Fields.Has);

    internal KubeconfigFields Fields { get; }

    /// <summary>Whether a field is there and not empty.</summary>
    public bool Has(string field) => Fields.Has(field);

    /// <inheritdoc/>
    public override string ToString() => Fields.Where;

    private protected static KubeconfigFields Made(string kind, string name, params ReadOnlySpan<(string Field, JsonNode? Value)> fields)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var body = new JsonObject();
        foreach (var (field, value) in fields)
        {
            if (value is not null)
            {
                body[field] = value;
            }
        }

        return new KubeconfigFields("(made by this program)", null, $"{kind} \"{name}\"", body);
    }
}

/// <summary>A cluster: where its API server is, and how it is recognized.</summary>
public sealed class KubeconfigCluster : KubeconfigEntry
{
    internal KubeconfigCluster(string name, KubeconfigFields fields)
        : base(name, fields)
    {
    }

    /// <summary>Address of the server.</summary>
    public string? Server => Fields.Text("server");

    /// <summary>Name that the server's certificate must have.</summary>
    public string? TlsServerName => Fields.Text("tls-server-name");

    /// <summary>Whether any certificate of the server will do.</summary>
    public bool InsecureSkipTlsVerify => Fields.Boolean("insecure-skip-tls-verify");

    /// <summary>Makes an entry.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="server">Address of the server.</param>
    /// <param name="certificateAuthorities">Certificates in PEM; <see langword="null"/> for those that the system trusts.</param>
    public static KubeconfigCluster Create(string name, Uri server, ReadOnlyMemory<byte>? certificateAuthorities)
    {
        ArgumentNullException.ThrowIfNull(server);
        return new(name, Made("cluster", name, ("server", server.OriginalString), ("certificate-authority-data", Base64(certificateAuthorities))));
    }

    internal static JsonNode? Base64(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? JsonValue.Create(Convert.ToBase64String(some.Span)) : null;
}

/// <summary>A user: by what the client is recognized.</summary>
public sealed class KubeconfigUser : KubeconfigEntry
{
    internal KubeconfigUser(string name, KubeconfigFields fields)
        : base(name, fields)
    {
    }

    /// <summary>Makes an entry with a client certificate.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="certificate">Certificate in PEM.</param>
    /// <param name="key">Its private key in PEM.</param>
    public static KubeconfigUser Create(string name, ReadOnlyMemory<byte> certificate, ReadOnlyMemory<byte> key) => new(
        name,
        Made("user", name, ("client-certificate-data", KubeconfigCluster.Base64(certificate)), ("client-key-data", KubeconfigCluster.Base64(key))));

    /// <summary>Makes an entry with a bearer token.</summary>
    public static KubeconfigUser Create(string name, string token) => new(name, Made("user", name, ("token", token)));
}

/// <summary>A context: a user on a cluster.</summary>
public sealed class KubeconfigContext : KubeconfigEntry
{
    internal KubeconfigContext(string name, KubeconfigFields fields)
        : base(name, fields)
    {
    }

    /// <summary>Name of the cluster.</summary>
    public string? Cluster => Fields.Text("cluster");

    /// <summary>Name of the user.</summary>
    public string? User => Fields.Text("user");

    /// <summary>Namespace where none is named.</summary>
    public string? Namespace => Fields.Text("namespace");

    /// <summary>Makes an entry.</summary>
    public static KubeconfigContext Create(string name, string cluster, string user, string? ns = null) =>
        new(name, Made("context", name, ("cluster", cluster), ("user", user), ("namespace", ns)));
}

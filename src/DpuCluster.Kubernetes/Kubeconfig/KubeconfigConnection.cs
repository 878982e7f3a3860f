using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Kubernetes.Kubeconfig;

/// <summary>Makes a connection's configuration of a context.</summary>
internal static class KubeconfigConnection
{
    private static readonly string[] ClusterFiles = ["certificate-authority"];
    private static readonly string[] UserFiles = ["client-certificate", "client-key", "tokenFile"];

    public static ClientConfiguration Of(KubeconfigDocument document, string? contextName, KubeconfigPolicy policy, TimeProvider clock)
    {
        var context = Context(document, contextName);
        var cluster = Entry(document.Clusters, context, "cluster", context.Cluster);
        // A context without a user is one without credentials; one whose user is not there is a mistake.
        var user = context.User is null ? null : Entry(document.Users, context, "user", context.User);
        Refuse(cluster.Fields, user?.Fields, policy);

        var server = Server(cluster.Fields);
        var authorities = KubeconfigCertificates.Authorities(cluster.Fields);
        if (cluster.InsecureSkipTlsVerify && authorities is not null)
        {
            throw cluster.Fields.Error("\"insecure-skip-tls-verify\" and a certificate authority contradict each other; remove one of them");
        }

        var configuration = new ClientConfiguration
        {
            Server = server,
            CertificateAuthorities = authorities,
            SkipTlsVerify = cluster.InsecureSkipTlsVerify,
            TlsServerName = cluster.TlsServerName,
            Proxy = Proxy(cluster.Fields),
            Namespace = context.Namespace,
        };
        return user is null ? configuration : KubeconfigLogin.Of(configuration, cluster.Fields, user.Fields, clock);
    }

    private static KubeconfigContext Context(KubeconfigDocument document, string? name)
    {
        if (name is null && document.CurrentContext is null && document.Contexts is [var only])
        {
            return only;
        }

        name ??= document.CurrentContext ?? throw new KubeconfigException(
            document.Source,
            document.Contexts.Count == 0 ? "it has no contexts" : $"no context is named, and \"current-context\" is not set; the contexts are {Names(document.Contexts)}");
        return document.Contexts.FirstOrDefault(each => each.Name == name)
            ?? throw new KubeconfigException(document.Source, $"context \"{name}\" is not defined; the contexts are {Names(document.Contexts)}");
    }

    private static T Entry<T>(IReadOnlyList<T> entries, KubeconfigContext context, string kind, string? name)
        where T : KubeconfigEntry
    {
        if (name is null)
        {
            throw context.Fields.Error($"field \"{kind}\" is missing; the {kind}s are {Names(entries)}");
        }

        return entries.FirstOrDefault(each => each.Name == name)
            ?? throw context.Fields.Error($"{kind} \"{name}\" is not defined; the {kind}s are {Names(entries)}");
    }

    private static string Names(IReadOnlyList<KubeconfigEntry> entries) => entries.Count switch
    {
        0 => "(none)",
        > 10 => string.Join(", ", entries.Take(10).Select(each => $"\"{each.Name}\"")) + ", …",
        _ => string.Join(", ", entries.Select(each => $"\"{each.Name}\"")),
    };

    private static void Refuse(KubeconfigFields cluster, KubeconfigFields? user, KubeconfigPolicy policy)
    {
        if (user?.Has("auth-provider") is true)
        {
            throw user.Error("field \"auth-provider\" is refused: Kubernetes has removed it; use a client certificate or a token");
        }

        if (policy == KubeconfigPolicy.Personal)
        {
            return;
        }

        if (user?.Has("exec") is true)
        {
            throw user.Error("field \"exec\" is refused: a kubeconfig from elsewhere may not run programs here; put a client certificate or a token into it");
        }

        RefuseFiles(cluster, ClusterFiles);
        if (user is not null)
        {
            RefuseFiles(user, UserFiles);
        }
    }

    private static void RefuseFiles(KubeconfigFields fields, IEnumerable<string> names)
    {
        if (names.FirstOrDefault(fields.Has) is { } field)
        {
            var inline = field == "tokenFile" ? "token" : $"{field}-data";
            throw fields.Error($"field \"{field}\" is refused: a kubeconfig from elsewhere may not name files; put the contents into it, as \"{inline}\"");
        }
    }

    private static Uri Server(KubeconfigFields cluster)
    {
        var text = cluster.Text("server") ?? throw cluster.Error("field \"server\" is missing; set it to the address of the API server, such as https://host:6443");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var server) || server.Scheme is not ("https" or "http") || server.Host.Length == 0)
        {
            throw cluster.Error("field \"server\" must be an address with https:// or http:// in front, such as https://host:6443");
        }

        if (server.UserInfo.Length > 0 || server.Query.Length > 0 || server.Fragment.Length > 0)
        {
            throw cluster.Error("field \"server\" must hold nothing but scheme, host, port and path; credentials belong to the user");
        }

        return server;
    }

    private static Uri? Proxy(KubeconfigFields cluster)
    {
        if (cluster.Text("proxy-url") is not { } text)
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var proxy) && proxy.Scheme is ("http" or "https" or "socks5") && proxy.Host.Length > 0
            ? proxy
            : throw cluster.Error("field \"proxy-url\" must be an address with http://, https:// or socks5:// in front");
    }
}

using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Kubernetes.Kubeconfig;

/// <summary>Adds to a configuration what a user entry says.</summary>
internal static class KubeconfigLogin
{
    public static ClientConfiguration Of(ClientConfiguration configuration, KubeconfigFields cluster, KubeconfigFields user, TimeProvider clock)
    {
        var certificate = KubeconfigCertificates.Client(user);
        var token = Token(user, clock);
        var username = user.Text("username");
        if (token is not null && username is not null)
        {
            throw user.Error("there are a token and a user name; only one of them can be sent: remove the other");
        }

        if (username is null && user.Has("password"))
        {
            throw user.Error("there is a password, and no user name; add \"username\"");
        }

        var plugin = user.Object("exec");
        return configuration with
        {
            ClientCertificate = certificate?.Certificate,
            ClientCertificateChain = certificate?.Chain,
            // What stands in the file goes before what a plugin would give, as for kubectl.
            Token = token ?? (plugin is null || username is not null ? null : Plugin(cluster, plugin, clock)),
            Username = username,
            Password = user.Text("password"),
            Impersonate = Impersonate(user),
        };
    }

    private static ITokenSource? Token(KubeconfigFields user, TimeProvider clock)
    {
        if (user.FilePath("tokenFile") is { } file)
        {
            return new FileToken(file, clock);
        }

        if (user.Text("token")?.Trim() is not { Length: > 0 } token)
        {
            return null;
        }

        return token.All(character => character is > ' ' and < '\x7f')
            ? new StaticToken(token)
            : throw user.Error("field \"token\" has characters that no token has; copy it again, without line breaks");
    }

    private static ExecPlugin Plugin(KubeconfigFields cluster, KubeconfigFields exec, TimeProvider clock)
    {
        var version = exec.Text("apiVersion");
        if (version is not ("client.authentication.k8s.io/v1" or "client.authentication.k8s.io/v1beta1"))
        {
            throw exec.Error("field \"apiVersion\" must be client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1; update the plugin");
        }

        if (exec.Text("interactiveMode") is "Always")
        {
            throw exec.Error("field \"interactiveMode\" is Always: the plugin wants to ask a person, which this program gives no opportunity for; use another kind of login");
        }

        var command = exec.Text("command") ?? throw exec.Error("field \"command\" is missing; name the program to run");
        if (command.Contains('/', StringComparison.Ordinal))
        {
            command = Path.Combine(exec.Directory ?? "", command);
        }

        var environment = exec.Objects("env").ToDictionary(
            each => each.Text("name") ?? throw each.Error("the variable has no name"), each => each.Text("value") ?? "");
        return new ExecPlugin(
            new(version, command, exec.Texts("args"), environment, exec.Text("installHint"), exec.Boolean("provideClusterInfo") ? cluster.Body : null),
            exec.Error,
            clock);
    }

    private static Impersonation? Impersonate(KubeconfigFields user)
    {
        var (uid, groups, extra) = (user.Text("as-uid"), user.Texts("as-groups"), user.Object("as-user-extra"));
        if (user.Text("as") is not { } name)
        {
            return uid is null && groups.Count == 0 && extra is null ? null : throw user.Error("\"as-uid\", \"as-groups\" and \"as-user-extra\" need \"as\"; add it");
        }

        if (groups.Count > 1 || extra?.Body.Any(each => extra.Texts(each.Key).Count != 1) is true)
        {
            throw user.Error("more than one group, or more than one value of an extra field, cannot be impersonated by this program; use credentials of that user");
        }

        var impersonation = new Impersonation(
            name, uid, groups.Count == 0 ? null : groups[0], extra?.Body.ToDictionary(each => each.Key, each => extra.Texts(each.Key)[0]) ?? []);
        return impersonation.IsPrintable ? impersonation : throw user.Error("field \"as\" and those that go with it must be printable");
    }
}

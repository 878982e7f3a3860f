using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DpuCluster.ApiServer.Certificates;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Storage.Durability;
using DpuCluster.Kubernetes.Kubeconfig;

namespace DpuCluster.ApiServer;

/// <summary>
/// A Kubernetes API server inside this process, reached over HTTPS like any other. Several can run in one process.
/// It keeps objects in memory, where they are gone with it, or in a <see cref="EmbeddedApiServerOptions.DataDirectory"/>.
/// </summary>
public sealed class EmbeddedApiServer : IAsyncDisposable
{
    private readonly EmbeddedApiServerOptions _options;
    private readonly ServerParts _parts;
    private readonly WebHost _host;
    private readonly DataDirectory? _data;
    private int _stopped;

    private EmbeddedApiServer(EmbeddedApiServerOptions options, CertificateAuthority authority, ServerParts parts, WebHost host, DataDirectory? data)
    {
        _data = data;
        _options = options;
        CertificateAuthority = authority;
        _parts = parts;
        _host = host;
        var host_ = options.Address.Equals(IPAddress.Any) || options.Address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : options.Address;
        Address = new UriBuilder(Uri.UriSchemeHttps, host_.ToString(), host.Port).Uri;
        AdminKubeconfig = Kubeconfig("kubernetes-admin", ["system:masters"]).Write();
    }

    /// <summary>Where the server is reached, such as <c>https://127.0.0.1:6443/</c>.</summary>
    public Uri Address { get; }

    /// <summary>The version that the server says it is from now on; see <see cref="EmbeddedApiServerOptions.Version"/>.</summary>
    /// <exception cref="ArgumentException">What is set is no version.</exception>
    public string Version
    {
        get => _parts.Version;
        set => _parts.Version = value;
    }

    /// <summary>The authority that the server's certificate comes from, and that client certificates are taken from.</summary>
    public CertificateAuthority CertificateAuthority { get; }

    /// <summary>Kubeconfig (YAML) of <c>kubernetes-admin</c>, who may do everything. A credential.</summary>
    public string AdminKubeconfig { get; }

    internal ServerParts Parts => _parts;

    /// <summary>Starts a server; when this completes, it answers and is ready.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    /// <exception cref="ArgumentException">The version is none.</exception>
    /// <exception cref="DpuCluster.Kubernetes.UserErrorException">The data directory is in use, cannot be written, or what is in it is damaged.</exception>
    public static async Task<EmbeddedApiServer> StartAsync(EmbeddedApiServerOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new EmbeddedApiServerOptions();
        var data = options.DataDirectory is { } directory ? DataDirectory.Take(directory, options.Files) : null;
        try
        {
            return await StartAsync(options, data, cancellation).ConfigureAwait(false);
        }
        catch
        {
            data?.Dispose();
            throw;
        }
    }

    private static async Task<EmbeddedApiServer> StartAsync(EmbeddedApiServerOptions options, DataDirectory? data, CancellationToken cancellation)
    {
        // Peers hold certificates against the clock of the machine, whatever clock the server has otherwise.
        var authority = options is { AuthorityCertificatePem: { } certificate, AuthorityKeyPem: { } key }
            ? CertificateAuthority.Load(certificate, key)
            : data?.Authority() ?? CertificateAuthority.Create("kubernetes");
        ServerParts? parts = null;
        try
        {
            if (data is not null) options = options with { TokenKeyPem = options.TokenKeyPem ?? data.TokenKey() };
            parts = new ServerParts(options, authority, data);
            var names = new List<string>
            {
                "localhost", "127.0.0.1", "::1", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local", options.Address.ToString(), parts.KubernetesServiceAddress,
            };
            names.AddRange(options.ExtraNames);
            var leaf = authority.IssueServer("kube-apiserver", names);
            var host = await ListenAsync(options, leaf, parts, data, cancellation).ConfigureAwait(false);
            try
            {
                await parts.BootstrapAsync(host.Port, cancellation).ConfigureAwait(false);
                data?.KeepPort(host.Port);
                return new EmbeddedApiServer(options, authority, parts, host, data);
            }
            catch
            {
                await host.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch
        {
            if (parts is not null) await parts.DisposeAsync().ConfigureAwait(false);
            authority.Dispose();
            throw;
        }
    }

    private static async Task<WebHost> ListenAsync(
        EmbeddedApiServerOptions options, IssuedCertificate leaf, ServerParts parts, DataDirectory? data, CancellationToken cancellation)
    {
        if (options.Port == 0 && data?.LastPort is { } lastPort)
        {
            try
            {
                return await WebHost.StartAsync(options with { Port = lastPort }, leaf, parts.Handler.HandleAsync, cancellation).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                // Somebody else has it now; nobody asked for this very port.
            }
        }

        return await WebHost.StartAsync(options, leaf, parts.Handler.HandleAsync, cancellation).ConfigureAwait(false);
    }

    /// <summary>Issues a client certificate.</summary>
    /// <param name="user">Name of the user.</param>
    /// <param name="groups">Groups of the user.</param>
    public IssuedCertificate IssueClientCertificate(string user, IEnumerable<string> groups) => CertificateAuthority.IssueClient(user, groups);

    /// <summary>Makes a kubeconfig with everything inline. Each of its names is this server's own: it can be merged with any other.</summary>
    /// <param name="user">Name of the user.</param>
    /// <param name="groups">Groups of the user.</param>
    /// <param name="address">Where its user reaches the server, if not at <see cref="Address"/>.</param>
    public KubeconfigDocument Kubeconfig(string user, IEnumerable<string> groups, Uri? address = null)
    {
        var credential = IssueClientCertificate(user, groups);
        var (name, entry) = (_options.Name, $"{user}@{_options.Name}");
        return KubeconfigDocument.Create(
            KubeconfigCluster.Create(name, address ?? Address, Encoding.ASCII.GetBytes(CertificateAuthority.CertificatePem)),
            KubeconfigUser.Create(entry, Encoding.ASCII.GetBytes(credential.CertificatePem), Encoding.ASCII.GetBytes(credential.PrivateKeyPem)),
            KubeconfigContext.Create(name, name, entry));
    }

    /// <summary>Ends watches and stops to listen. Requests under way are given a moment to end.</summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) return;
        await _parts.StopAsync().ConfigureAwait(false);
        await _host.StopAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
        await _parts.DisposeAsync().ConfigureAwait(false);
        CertificateAuthority.Dispose();
        _data?.Dispose();
    }

    /// <summary>Names the server.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_options.Name} ({Address})");
}

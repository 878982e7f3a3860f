using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using DpuCluster.ApiServer;
using DpuCluster.Kubernetes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;

namespace DpuCluster.Standalone;

/// <summary>An embedded API server with a name of its own and a kubeconfig in a file: what host cluster and tenants have in common.</summary>
internal sealed class ControlPlane : IAsyncDisposable
{
    private const string AuthorityCertificate = "ca.crt";
    private const string AuthorityKey = "ca.key";
    private const string LastPort = "port";

    private readonly StateDirectory _state;
    private readonly bool _ownFile;

    private ControlPlane(EmbeddedApiServer server, StateDirectory state, string name, string? kubeconfigFile)
    {
        Server = server;
        _state = state;
        _ownFile = kubeconfigFile is null;
        KubeconfigFile = kubeconfigFile ?? state.Kubeconfig;
        Name = name;
    }

    public EmbeddedApiServer Server { get; }

    /// <summary>Name of the cluster and of the context in the kubeconfig.</summary>
    public string Name { get; }

    public string KubeconfigFile { get; }

    /// <summary>Where the credentials of pods that are run are kept, for as long as these run.</summary>
    public string PodDirectory => Path.Combine(_state.Path, "pods");

    /// <summary>Starts the server and writes the kubeconfig.</summary>
    /// <exception cref="UserErrorException">The name, the port or the file cannot be used.</exception>
    public static async Task<ControlPlane> StartAsync(
        StandaloneOptions options, string name, IPodLogs? logs, CancellationToken cancellation, string? tenant = null)
    {
        var state = StateDirectory.Take(options.Name, options.StateRoot, tenant);
        EmbeddedApiServer? server = null;
        try
        {
            server = await ListenAsync(options, state, name, logs, cancellation).ConfigureAwait(false);
            var controlPlane = new ControlPlane(server, state, name, options.KubeconfigFile);
            controlPlane.RemovePods();
            if (options.DataDirectory is null)
            {
                controlPlane.Remember();
            }

            controlPlane.WriteKubeconfig();
            return controlPlane;
        }
        catch
        {
            if (server is not null)
            {
                await server.DisposeAsync().ConfigureAwait(false);
            }

            state.Dispose();
            throw;
        }
    }

    /// <summary>The connection of a user of this control plane, who is known by a client certificate.</summary>
    public ClientConfiguration Connect(string user, params string[] groups) =>
        Server.Kubeconfig(user, groups).ToConfiguration(null, KubeconfigPolicy.Untrusted);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync().ConfigureAwait(false);
        if (_ownFile)
        {
            File.Delete(KubeconfigFile);
        }

        _state.Dispose();
    }

    /// <summary>
    /// With the authority and, if it is free, the port of the last time: whoever holds a kubeconfig of this name, such as the Secret of a
    /// DPUCluster, finds the control plane again after a restart.
    /// </summary>
    private static async Task<EmbeddedApiServer> ListenAsync(
        StandaloneOptions options, StateDirectory state, string name, IPodLogs? logs, CancellationToken cancellation)
    {
        var settings = new EmbeddedApiServerOptions
        {
            Name = name,
            Port = options.Port,
            DataDirectory = options.DataDirectory,
            PodLogs = logs,
            NodePortMayBeGiven = LoopbackPort.IsFree,
            Clock = options.Clock,
            LoggerFactory = options.LoggerFactory,
        };

        // A data directory has all that is needed in it: it can be copied, and taken up under another name.
        if (options.DataDirectory is null)
        {
            settings = settings with { AuthorityCertificatePem = state.Recall(AuthorityCertificate), AuthorityKeyPem = state.Recall(AuthorityKey) };
        }

        if (options.DataDirectory is null && options.Port == 0 && int.TryParse(state.Recall(LastPort), out var lastPort) && lastPort is > 0 and <= IPEndPoint.MaxPort)
        {
            try
            {
                return await EmbeddedApiServer.StartAsync(settings with { Port = lastPort }, cancellation).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                // Somebody else has it now; nobody asked for this very port.
            }
        }

        try
        {
            return await EmbeddedApiServer.StartAsync(settings, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            throw new UserErrorException($"port {options.Port} of the loopback address cannot be listened on ({exception.Message})",
                "choose another port with --port, or leave it out for any free one", exception);
        }
        catch (CryptographicException exception)
        {
            throw new UserErrorException($"{AuthorityCertificate} and {AuthorityKey} in {state.Path} are no certificate authority ({exception.Message})",
                "delete both: new ones are made, and kubeconfigs of this name have to be made anew", exception);
        }
    }

    /// <summary>Keeps what the next control plane of this name shall have in common with this one.</summary>
    private void Remember()
    {
        _state.Keep(AuthorityCertificate, Server.CertificateAuthority.CertificatePem);
        _state.Keep(AuthorityKey, Server.CertificateAuthority.PrivateKeyPem);
        _state.Keep(LastPort, Server.Address.Port.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Removes credentials that an environment that was killed has left behind.</summary>
    private void RemovePods()
    {
        if (Directory.Exists(PodDirectory))
        {
            Directory.Delete(PodDirectory, recursive: true);
        }
    }

    private void WriteKubeconfig()
    {
        if (_ownFile)
        {
            // Left behind by an environment that was killed: its server is gone.
            File.Delete(KubeconfigFile);
        }

        Kubernetes.Kubeconfig.KubeconfigFile.Update(KubeconfigFile, Server.Kubeconfig("kubernetes-admin", ["system:masters"]), setCurrentContext: true);
    }
}

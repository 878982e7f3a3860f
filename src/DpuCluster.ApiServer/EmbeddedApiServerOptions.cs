using System.Net;
using DpuCluster.ApiServer.Discovery;
using DpuCluster.ApiServer.Storage.Durability;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpuCluster.ApiServer;

/// <summary>How an <see cref="EmbeddedApiServer"/> is set up.</summary>
public sealed record EmbeddedApiServerOptions
{
    /// <summary>Name of the cluster, as it stands in kubeconfigs. Default <c>embedded</c>.</summary>
    public string Name { get; init; } = "embedded";

    /// <summary>
    /// The version that the server says it is: <c>vMAJOR.MINOR.PATCH</c>, and behind it whatever begins with <c>+</c> or <c>-</c>.
    /// It says nothing of what the server can do, which is always the same.
    /// </summary>
    public string Version { get; init; } = ServerVersion.Default;

    /// <summary>
    /// Port to listen on, 1 to 65535; 0 (the default) for any free one, and with a <see cref="DataDirectory"/> for the one of the
    /// last time where that is free.
    /// </summary>
    public int Port { get; init; }

    /// <summary>Address to listen on. Default: loopback.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>DNS names and addresses, besides those of <see cref="Address"/> and loopback, that the server's certificate is good for.</summary>
    public IReadOnlyList<string> ExtraNames { get; init; } = [];

    /// <summary>The addresses that services get, IPv4. Default <c>10.96.0.0/12</c>.</summary>
    public IPNetwork ServiceNetwork { get; init; } = new(new IPAddress([10, 96, 0, 0]), 12);

    /// <summary>
    /// Whether somebody listens on this machine, at <see cref="Address"/>, on the node ports of services. Then nobody who asks for any node
    /// port gets one that another program has, such as another server of this kind. Default: <see langword="false"/>.
    /// </summary>
    public bool NodePortsAreListenedOn { get; init; }

    /// <summary>
    /// Directory to keep everything in: objects, the authority and the key that signs tokens, unless they are given. Made where it is
    /// missing, with access for the user alone. What was acknowledged survives the end of the process and a loss of power. Null: in memory.
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>Certificate of the authority to take up, in PEM; null for a new one. Goes with <see cref="AuthorityKeyPem"/>.</summary>
    public string? AuthorityCertificatePem { get; init; }

    /// <summary>Private key of the authority to take up, in PEM.</summary>
    public string? AuthorityKeyPem { get; init; }

    /// <summary>Private key (ECDSA P-256, PEM) that signs the tokens of service accounts; null for a new one.</summary>
    public string? TokenKeyPem { get; init; }

    /// <summary>Bearer tokens that are always good, and whom they stand for.</summary>
    public IReadOnlyDictionary<string, (string User, IReadOnlyList<string> Groups)> Tokens { get; init; } =
        new Dictionary<string, (string, IReadOnlyList<string>)>();

    /// <summary>Where pods' logs come from; null where there are no pods that run.</summary>
    public IPodLogs? PodLogs { get; init; }

    /// <summary>Clock of times in objects, of expiry and time-outs.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where the server logs to.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Stands between the server and the files of its data directory; null: nothing does.</summary>
    internal Func<IDataFiles, IDataFiles>? Files { get; init; }

    /// <summary>How many changes of each resource are remembered, for watches to start from. At least 1; default 8192.</summary>
    internal int HistoryLimit { get; init; } = 8192;
}

/// <summary>Gives the logs of pods.</summary>
public interface IPodLogs
{
    /// <summary>Opens the log of a container.</summary>
    /// <param name="ns">Namespace of the pod.</param>
    /// <param name="pod">Name of the pod.</param>
    /// <param name="container">Container; null for the only one.</param>
    /// <param name="follow">Whether the stream goes on with what is logged later.</param>
    /// <param name="tailLines">How many of the last lines to begin with; null for all.</param>
    /// <param name="cancellation">Ends following.</param>
    /// <returns>The log as text; null when there is none.</returns>
    Task<Stream?> OpenAsync(string ns, string pod, string? container, bool follow, long? tailLines, CancellationToken cancellation);
}

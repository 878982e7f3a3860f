using DpuCluster.Controllers.Permissions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpuCluster.Standalone;

/// <summary>What an environment, or a tenant, is started with.</summary>
public sealed record StandaloneOptions
{
    /// <summary>
    /// Environment variable that tells a child process of <see cref="Executable"/>, by the value 1, to end in order when a line comes in on its
    /// standard input, and at once when that ends.
    /// </summary>
    public const string EndsWithInputVariable = "DPUCLUSTER_ENDS_WITH_STDIN";

    /// <summary>Environment variable that tells a child process of <see cref="Executable"/> its <c>LeaseIdentity</c>: the same after a restart.</summary>
    public const string LeaseIdentityVariable = "DPUCLUSTER_LEASE_IDENTITY";

    /// <summary>Name: up to 40 lower-case letters, digits and dashes. No two run under one name at a time.</summary>
    public string Name { get; init; } = "default";

    /// <summary>Port on the loopback address, 1 to 65535; 0: any free one.</summary>
    public int Port { get; init; }

    /// <summary>
    /// File to put the kubeconfig into, beside whatever is in it; <see langword="null"/>: a file of the environment's own, in the user's
    /// state directory, that goes when the environment ends.
    /// </summary>
    public string? KubeconfigFile { get; init; }

    /// <summary>
    /// Directory to keep objects, certificates and keys in, those of tenants too, for the next time; made where it is missing. No two use
    /// one at a time. <see langword="null"/>: objects are in memory, and go with the process.
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>Where all environments have their state directories; <see langword="null"/>: the user's own place.</summary>
    public string? StateRoot { get; init; }

    /// <summary>
    /// Controllers and stand-ins that are not run, by the names that <see cref="StandaloneEnvironment.Controllers"/> and
    /// <see cref="StandaloneEnvironment.StandIns"/> give them: for who runs them in another way. Their roles are there all the same.
    /// </summary>
    public IReadOnlyCollection<string> Without { get; init; } = [];

    /// <summary>
    /// The executable that plays every part, and arguments that always come first: the controllers that the operator installs are run as
    /// child processes of it. Empty: they run in this process.
    /// </summary>
    public IReadOnlyList<string> Executable { get; init; } = [];

    /// <summary>Clock of everything in the environment.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where logs go.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Gives a process another role than the one that it ships with.</summary>
    internal Func<ControllerRole, ControllerRole> ChangeRole { get; init; } = role => role;
}

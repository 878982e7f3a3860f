using DpuCluster.Kubernetes.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpuCluster.Controllers.Hosting;

/// <summary>What a <see cref="ControllerHost"/> is started with. The names and defaults are those of the flags of controller-runtime's managers.</summary>
public sealed record ControllerHostOptions
{
    /// <summary>What the process calls itself, such as <c>static-cluster-manager</c>: in events and logs.</summary>
    public required string Name { get; init; }

    /// <summary>Connection to the host cluster.</summary>
    public required ClientConfiguration Client { get; init; }

    /// <summary><c>--leader-elect</c>: act only while holding the lease.</summary>
    public bool LeaderElect { get; init; }

    /// <summary>
    /// Namespace of the lease; <see langword="null"/>: the namespace of the pod that this process runs in, and outside of a pod
    /// <c>dpf-operator-system</c>.
    /// </summary>
    public string? LeaseNamespace { get; init; }

    /// <summary>
    /// Who this process is to those who wait for the same lease; differs between any two that can run at a time. One that comes back
    /// under the name of one that was killed need not wait for its lease to run out. <see langword="null"/>: host name and a random part.
    /// </summary>
    public string? LeaseIdentity { get; init; }

    /// <summary><c>--metrics-bind-address</c>: <c>host:port</c> or <c>:port</c>; <c>0</c> for none. Port 0 takes any free one.</summary>
    public string MetricsBindAddress { get; init; } = ":8080";

    /// <summary>
    /// <c>--metrics-secure</c>: metrics over HTTPS with a self-signed certificate, and only for whom the API server allows
    /// <c>get</c> on <c>/metrics</c>.
    /// </summary>
    public bool MetricsSecure { get; init; }

    /// <summary><c>--health-probe-bind-address</c>: as <see cref="MetricsBindAddress"/>, and may be the same.</summary>
    public string HealthProbeBindAddress { get; init; } = ":8081";

    /// <summary><c>--enable-http2</c>: offers HTTP/2 on the metrics address. Off, as HTTP/2 can be abused to overload a server.</summary>
    public bool EnableHttp2 { get; init; }

    /// <summary>Keys that each controller works on at a time, where it does not say itself.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>How long work may go on after the process was told to end. Default 30 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Clock of everything.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where logs go.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal RuntimeTimes Times { get; init; } = new();
}

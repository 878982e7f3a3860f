using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpuCluster.Kubernetes.Client;

/// <summary>How a <see cref="KubernetesClient"/> behaves, whichever server it talks to.</summary>
public sealed record KubernetesClientOptions
{
    /// <summary>What the client calls itself: <c>dpucluster/VERSION (os/arch)</c>.</summary>
    public string UserAgent { get; init; } = DefaultUserAgent;

    /// <summary>How long one try of a request may take, answer included. Of a watch: until it begins.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may take to be made, the handshake of TLS included; positive. A request that waits for one fails with it, or tries again.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a request is tried again when the server asks for that; 0 for never.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>The longest wait that is sat out inside a request; an answer that asks for more is thrown at once.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an HTTP/2 connection may be silent before it is pinged, at least 1 s. With <see cref="PingTimeout"/> it bounds how long a
    /// half-open connection (peer gone without a word) goes unnoticed.
    /// </summary>
    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the answer to a ping may take before the connection is given up, at least 1 s.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For how long a connection takes new requests; then another is made, so that load spreads over the replicas of a server. A watch
    /// that runs goes on where it is until it ends.
    /// </summary>
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Clock of every time-out and back-off.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where logs go.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Told of every finished try of a request; metrics are made of it.</summary>
    public IClientObserver? Observer { get; init; }

    private static string DefaultUserAgent { get; } = MakeUserAgent();

    private static string MakeUserAgent()
    {
        var os = OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "unknown";
        var architecture = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "amd64",
            var other => other.ToString().ToLowerInvariant(),
        };
        return $"dpucluster/{typeof(KubernetesClient).Assembly.GetName().Version?.ToString(3)} ({os}/{architecture})";
    }
}

/// <summary>Is told of the requests of a <see cref="KubernetesClient"/>. Called from many threads; must not throw.</summary>
public interface IClientObserver
{
    /// <summary>One try of a request is over; a watch is over once it has begun.</summary>
    void RequestFinished(in FinishedRequest request);
}

/// <summary>One finished try of a request.</summary>
/// <param name="Verb">Kubernetes' verb: <c>get</c>, <c>list</c>, <c>watch</c>, <c>create</c>, <c>update</c>, <c>patch</c>, <c>apply</c>, <c>delete</c>.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Host">Host and port of the server.</param>
/// <param name="Code">The answer's code; <see langword="null"/> where no answer came.</param>
/// <param name="Elapsed">How long it took until the answer's head was there.</param>
public readonly record struct FinishedRequest(string Verb, string Method, string Host, HttpStatusCode? Code, TimeSpan Elapsed);

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;
using DpuCluster.Operator.Components;
using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.Pods;

/// <summary>
/// Runs the pods whose image is this project's own and whose program is a controller; those of keepalived, which need a node's network, are
/// simulated like all others.
/// </summary>
/// <param name="image">This project's image.</param>
/// <param name="components">The controllers that are run; pods of others are simulated.</param>
/// <param name="client">Asks for tokens.</param>
/// <param name="runtime">Runs processes.</param>
/// <param name="logs">Where output goes.</param>
/// <param name="directory">Where credentials are.</param>
/// <param name="clock">Clock of everything.</param>
internal sealed partial class PodRunner(
    string image,
    IEnumerable<SystemComponent> components,
    KubernetesClient client,
    IContainerRuntime runtime,
    PodLogs logs,
    string directory,
    TimeProvider clock) : IPodRunner, IDisposable
{
    private readonly Dictionary<string, string> _programs = components.ToDictionary(component => component.EntryPoint, component => component.Role.Controller);
    private readonly ConcurrentDictionary<NamespacedName, PodRun> _runs = new();
    private readonly Lock _gate = new();
    private bool _ending;

    /// <inheritdoc/>
    public Action<NamespacedName> Changed { get; set; } = _ => { };

    /// <inheritdoc/>
    public bool Runs(Workloads.PodSpec spec) =>
        spec is { HostNetwork: not true, Containers: [{ } container] } && container.Image == image && Program(container) is not null;

    /// <inheritdoc/>
    public (PodRunState State, string? Address) Ensure(Pod pod)
    {
        // One that had the same name and is gone: this one waits until nothing of it runs.
        var waits = _runs.TryGetValue(pod.Key, out var other) && other.Uid != pod.Metadata.Uid && !End(pod.Key, TimeSpan.Zero);
        lock (_gate)
        {
            if (waits || (_ending && !_runs.ContainsKey(pod.Key)))
            {
                return (new(clock.GetUtcNow(), IsRunning: false, IsReady: false, 0, null), null);
            }

            var run = _runs.GetOrAdd(pod.Key, _ => Start(pod));
            return (run.State, run.Address);
        }
    }

    /// <inheritdoc/>
    public bool End(NamespacedName pod, TimeSpan grace)
    {
        if (!_runs.TryGetValue(pod, out var run))
        {
            return true;
        }

        run.Stop(grace);
        if (!run.HasEnded)
        {
            return false;
        }

        _runs.TryRemove(new(pod, run));
        logs.Remove(pod, run.Log);
        return true;
    }

    /// <summary>Asks all of them to end, at once, and waits until they have; none is started any more.</summary>
    /// <param name="grace">After how long those that still run are killed.</param>
    public async Task EndAllAsync(TimeSpan grace)
    {
        lock (_gate)
        {
            _ending = true;
        }

        await Task.WhenAll(_runs.Values.Select(run => run.EndAsync(grace))).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private PodRun Start(Pod pod)
    {
        var container = JsonSerializer.SerializeToElement(pod.Spec!.Containers![0], WorkloadJsonContext.Default.PodContainer)
            .Deserialize(KubernetesJsonContext.Default.Container)!;
        var address = OperatingSystem.IsLinux() ? FreeAddress() : null;
        var log = new PodLog();
        logs.Add(pod.Key, log);
        var identity = new PodIdentity(client, pod, Path.Combine(directory, pod.Metadata.Uid!), clock);
        var arguments = (container.Args ?? []).Select(argument => AnyAddress().Replace(argument, $"${{1}}{address}:"))
            .Append($"--leader-election-namespace={pod.Metadata.Namespace}");
        var environment = (container.Env ?? []).Where(one => one.Value is not null).ToDictionary(one => one.Name!, one => one.Value!);
        var start = new ContainerStart(
            pod.Key, Program(pod.Spec.Containers[0])!, [.. arguments], environment, identity.Kubeconfig, $"{pod.Metadata.Name}_{pod.Metadata.Uid}", address, log);
        return new(pod, container, start, identity, runtime, () => Changed(pod.Key), clock);
    }

    /// <summary>Which process of this project the entry point stands for.</summary>
    private string? Program(PodContainer container) =>
        container.Extra?.TryGetValue("command", out var command) is true && command.ValueKind == JsonValueKind.Array && command.GetArrayLength() > 0
            ? _programs.GetValueOrDefault(command[0].GetString() ?? "")
            : null;

    /// <summary>
    /// A loopback address that nobody listens on: the whole network 127.0.0.0/8 is this machine, so that each pod can have one and listen on the
    /// ports that it is told.
    /// </summary>
    private static string FreeAddress()
    {
        while (true)
        {
            var address = new IPAddress([127, (byte)Random.Shared.Next(16, 255), (byte)Random.Shared.Next(256), (byte)Random.Shared.Next(1, 255)]);
            try
            {
                using var probe = new TcpListener(address, PodProbe.Port);
                probe.Start();
                return address.ToString();
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Somebody else's pod has it.
            }
        }
    }

    [GeneratedRegex("^(--[a-z-]+-bind-address=):")]
    private static partial Regex AnyAddress();
}

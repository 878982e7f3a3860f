using DpuCluster.Bench.Measure;
using DpuCluster.Faults;

namespace DpuCluster.Bench.Scenarios;

/// <summary>A controller behind a proxy that is not kind to it, and what is seen of it from outside.</summary>
internal sealed class Soaked : IAsyncDisposable
{
    private readonly ControllerProcess _controller;

    private Soaked(string name, FaultProxy proxy, ControllerProcess controller)
    {
        (Name, Proxy, _controller) = (name, proxy, controller);
        (Memory, Heap, Native) = (new Curve(name), new Curve(name), new Curve(name));
        (Files, Connections) = (new Curve(name), new Curve(name));
    }

    public string Name { get; }

    public FaultProxy Proxy { get; }

    public Curve Memory { get; }

    public Curve Heap { get; }

    /// <summary>The heap of native libraries, resident.</summary>
    public Curve Native { get; }

    public Curve Files { get; }

    public Curve Connections { get; }

    public static async Task<Soaked> StartAsync(Workshop workshop, ApiServerProcess host, string command, CancellationToken cancellation)
    {
        var proxy = await FaultProxy.StartAsync(host.Configuration);
        return new Soaked(command, proxy, await workshop.StartControllerAsync(command, proxy, elect: false, cancellation));
    }

    /// <summary>Takes down how it is.</summary>
    /// <returns>How many watches it has begun since the last time.</returns>
    public async Task<int> LookAsync(double minute, CancellationToken cancellation)
    {
        Memory.Add(minute, _controller.Process.ResidentMebibytes());
        Heap.Add(minute, await _controller.HeapMebibytesAsync(cancellation));
        Native.Add(minute, _controller.Process.NativeHeapMebibytes());
        Files.Add(minute, _controller.Process.OpenFiles());
        Connections.Add(minute, Proxy.OpenConnections);
        var watches = 0;
        while (Proxy.Requests.TryDequeue(out var request))
        {
            watches += request.IsWatch ? 1 : 0;
        }

        return watches;
    }

    public override string ToString() => FormattableString.Invariant(
        $"{Name} {Memory.Points[^1].Value:0.0} MiB, heap {Heap.Points[^1].Value:0.0} MiB, native {Native.Points[^1].Value:0.0} MiB, {Files.Points[^1].Value} files, {Connections.Points[^1].Value} connections");

    public ValueTask DisposeAsync() => Proxy.DisposeAsync();
}

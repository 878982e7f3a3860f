namespace DpuCluster.Bench.Scenarios;

/// <summary>The two controllers that static clusters need, each a process of its own.</summary>
internal sealed class Controllers : IAsyncDisposable
{
    private const string ProvisioningCommand = "provisioning-controller";
    private const string StaticManagerCommand = "static-cluster-manager";

    private readonly Workshop _workshop;
    private readonly ApiServerProcess _host;

    private Controllers(Workshop workshop, ApiServerProcess host, ControllerProcess provisioning, ControllerProcess staticManager) =>
        (_workshop, _host, Provisioning, StaticManager) = (workshop, host, provisioning, staticManager);

    public static IReadOnlyList<string> Commands { get; } = [ProvisioningCommand, StaticManagerCommand];

    public ControllerProcess Provisioning { get; private set; }

    public ControllerProcess StaticManager { get; private set; }

    public static async Task<Controllers> StartAsync(Workshop workshop, ApiServerProcess host, CancellationToken cancellation) => new(
        workshop,
        host,
        await workshop.StartControllerAsync(ProvisioningCommand, host, cancellation),
        await workshop.StartControllerAsync(StaticManagerCommand, host, cancellation));

    /// <summary>The same in new processes, which have done nothing yet.</summary>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        await DisposeAsync();
        Provisioning = await _workshop.StartControllerAsync(ProvisioningCommand, _host, cancellation);
        StaticManager = await _workshop.StartControllerAsync(StaticManagerCommand, _host, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _workshop.EndAsync(StaticManager.Process);
        await _workshop.EndAsync(Provisioning.Process);
    }
}

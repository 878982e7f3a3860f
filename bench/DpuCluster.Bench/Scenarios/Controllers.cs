namespace DpuCluster.Bench.Scenarios;

/// <summary>The two controllers that clusters of one type need, each a process of its own.</summary>
internal sealed class Controllers : IAsyncDisposable
{
    public const string ProvisioningController = "provisioning-controller";
    public const string StaticManager = "static-cluster-manager";
    public const string KamajiManager = "kamaji-cluster-manager";

    private readonly Workshop _workshop;
    private readonly ApiServerProcess _host;
    private readonly string _managerCommand;

    private Controllers(Workshop workshop, ApiServerProcess host, string managerCommand, ControllerProcess provisioning, ControllerProcess manager) =>
        (_workshop, _host, _managerCommand, Provisioning, Manager) = (workshop, host, managerCommand, provisioning, manager);

    public ControllerProcess Provisioning { get; private set; }

    public ControllerProcess Manager { get; private set; }

    public static async Task<Controllers> StartAsync(Workshop workshop, ApiServerProcess host, string manager, CancellationToken cancellation) => new(
        workshop,
        host,
        manager,
        await workshop.StartControllerAsync(ProvisioningController, host, cancellation),
        await workshop.StartControllerAsync(manager, host, cancellation));

    /// <summary>The same in new processes, which have done nothing yet.</summary>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        await DisposeAsync();
        Provisioning = await _workshop.StartControllerAsync(ProvisioningController, _host, cancellation);
        Manager = await _workshop.StartControllerAsync(_managerCommand, _host, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _workshop.EndAsync(Manager.Process);
        await _workshop.EndAsync(Provisioning.Process);
    }
}

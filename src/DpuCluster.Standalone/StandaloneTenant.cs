using DpuCluster.Kubernetes;

namespace DpuCluster.Standalone;

/// <summary>One more control plane, with nothing in it: one for a static DPUCluster to adopt.</summary>
public sealed class StandaloneTenant : IAsyncDisposable
{
    private readonly ControlPlane _controlPlane;

    private StandaloneTenant(ControlPlane controlPlane) => _controlPlane = controlPlane;

    /// <summary>Name of its cluster and context in the kubeconfig.</summary>
    public string Name => _controlPlane.Name;

    /// <summary>Where it is reached.</summary>
    public Uri Address => _controlPlane.Server.Address;

    /// <summary>Where everything is kept for the next time; <see langword="null"/>: in memory.</summary>
    public string? DataDirectory { get; private init; }

    /// <summary>The file that has its admin kubeconfig.</summary>
    public string KubeconfigFile => _controlPlane.KubeconfigFile;

    /// <summary>Starts a tenant; when this completes, it answers.</summary>
    /// <exception cref="UserErrorException">The name, the port or the file cannot be used.</exception>
    public static async Task<StandaloneTenant> StartAsync(StandaloneOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Tenants have names of their own: one may be called like an environment.
        var name = $"tenant-{options.Name}";
        return new(await ControlPlane.StartAsync(options with { Name = name }, $"dpucluster-{name}", logs: null, cancellation, tenant: options.Name).ConfigureAwait(false))
        {
            DataDirectory = options.DataDirectory,
        };
    }

    /// <summary>Runs until cancelled.</summary>
    public static Task RunUntilAsync(CancellationToken cancellation) => Cancelled.WaitAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _controlPlane.DisposeAsync();
}

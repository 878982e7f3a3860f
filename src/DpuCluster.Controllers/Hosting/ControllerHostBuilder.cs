using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes;

namespace DpuCluster.Controllers.Hosting;

/// <summary>Composes a <see cref="ControllerHost"/>.</summary>
public sealed class ControllerHostBuilder
{
    private readonly ControllerHostOptions _options;
    private readonly List<Func<ControllerContext, Controller>> _controllers = [];
    private readonly List<Func<ControllerContext, CancellationToken, Task>> _background = [];
    private readonly List<Func<ValueTask>> _cleanUps = [];
    private string? _lease;

    internal ControllerHostBuilder(ControllerHostOptions options) => _options = options;

    /// <summary>The options that the host is started with, for extensions.</summary>
    public ControllerHostOptions Options => _options;

    /// <summary>Name of the lease that the host holds while it acts, where leader election is asked for.</summary>
    public ControllerHostBuilder Lease(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _lease = name;
        return this;
    }

    /// <summary>Adds a controller. It acts while the host holds its lease.</summary>
    public ControllerHostBuilder AddController(Func<ControllerContext, Controller> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        _controllers.Add(make);
        return this;
    }

    /// <summary>
    /// Adds work that runs beside the controllers while the host holds its lease, until it is cancelled. It begins anew when a lease that was
    /// lost is held again.
    /// </summary>
    public ControllerHostBuilder AddBackground(Func<ControllerContext, CancellationToken, Task> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _background.Add(run);
        return this;
    }

    /// <summary>
    /// Adds what is done when the host ends: the end of what controllers hold open. A lost lease that may be held again does not end a host.
    /// </summary>
    public ControllerHostBuilder AddCleanUp(Func<ValueTask> cleanUp)
    {
        ArgumentNullException.ThrowIfNull(cleanUp);
        _cleanUps.Add(cleanUp);
        return this;
    }

    /// <summary>Makes the host. Nothing is sent before it runs.</summary>
    /// <exception cref="UserErrorException">An option has a value that cannot be.</exception>
    public ControllerHost Build()
    {
        if (_options.LeaderElect && _lease is null)
        {
            throw new InvalidOperationException("leader election needs the name of a lease: call Lease(name)");
        }

        return new ControllerHost(_options, _options.LeaderElect ? _lease : null, _controllers, _background, _cleanUps);
    }
}

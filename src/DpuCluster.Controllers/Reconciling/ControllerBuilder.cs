using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Queue;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>Says what a controller reconciles and what it listens to.</summary>
public sealed class ControllerBuilder
{
    private readonly ControllerContext _context;
    private readonly List<EventSource> _sources = [];
    private ControllerSettings _settings;
    private ResourceType? _for;

    internal ControllerBuilder(ControllerContext context, string name)
    {
        _context = context;
        _settings = new ControllerSettings(name, context.Clock, context.LoggerFactory, context.RuntimeMetrics) { Workers = context.Options.Workers };
    }

    /// <summary>The kind whose objects are reconciled: each change of one enqueues it.</summary>
    /// <param name="predicates">Which changes count; all where none is given.</param>
    public ControllerBuilder For<T>(params Predicate<T>[] predicates)
        where T : class, IKubernetesObject<T> => For(_context.Informers.For<T>(), predicates);

    /// <summary>The collection whose objects are reconciled.</summary>
    public ControllerBuilder For<T>(Informer<T> informer, params Predicate<T>[] predicates)
        where T : class, IKubernetesObject<T>
    {
        ArgumentNullException.ThrowIfNull(informer);
        _for = informer.Resource;
        return Watches(informer, static value => [value.Key], predicates);
    }

    /// <summary>A kind of which the reconciled objects own some: a change of one enqueues its controller. After <c>For</c>.</summary>
    public ControllerBuilder Owns<T>(params Predicate<T>[] predicates)
        where T : class, IKubernetesObject<T> => Owns(_context.Informers.For<T>(), predicates);

    /// <summary>A collection of which the reconciled objects own some. After <c>For</c>.</summary>
    public ControllerBuilder Owns<T>(Informer<T> informer, params Predicate<T>[] predicates)
        where T : class, IKubernetesObject<T>
    {
        var owner = _for ?? throw new InvalidOperationException("Owns comes after For: only then is it known who the owner is");
        return Watches(informer, value => OwnerKey(value, owner), predicates);
    }

    /// <summary>Any kind: a change of an object enqueues the keys that the function finds.</summary>
    /// <param name="map">A quick function of the object, and of informers' stores.</param>
    /// <param name="predicates">Which changes count; all where none is given.</param>
    public ControllerBuilder Watches<T>(Func<T, IEnumerable<NamespacedName>> map, params Predicate<T>[] predicates)
        where T : class, IKubernetesObject<T> => Watches(_context.Informers.For<T>(), map, predicates);

    /// <summary>Any collection: a change of an object enqueues the keys that the function finds.</summary>
    public ControllerBuilder Watches<T>(Informer<T> informer, Func<T, IEnumerable<NamespacedName>> map, params Predicate<T>[] predicates)
        where T : class, IKubernetesObject<T>
    {
        ArgumentNullException.ThrowIfNull(informer);
        ArgumentNullException.ThrowIfNull(map);
        _sources.Add(new EventSource<T>(informer, map, predicates));
        return this;
    }

    /// <summary>How many keys are worked on at a time; by default what the host's options say.</summary>
    public ControllerBuilder Workers(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        _settings = _settings with { Workers = workers };
        return this;
    }

    /// <summary>How long one reconciliation may take before it is cancelled and counts as failed. Default 2 min.</summary>
    public ControllerBuilder Timeout(TimeSpan timeout)
    {
        _settings = _settings with { Timeout = timeout };
        return this;
    }

    /// <summary>Back-off of keys that fail.</summary>
    public ControllerBuilder Queue(WorkQueueOptions options)
    {
        _settings = _settings with { Queue = options };
        return this;
    }

    /// <summary>Makes the controller. It collects keys from now on, and works on them once the host runs it.</summary>
    public Controller Build(IReconciler reconciler)
    {
        ArgumentNullException.ThrowIfNull(reconciler);
        return Build(reconciler.ReconcileAsync);
    }

    /// <inheritdoc cref="Build(IReconciler)"/>
    public Controller Build(Reconcile reconcile)
    {
        ArgumentNullException.ThrowIfNull(reconcile);
        var controller = new Controller(_settings, _sources, reconcile);
        _context.Writes.Register(controller);
        return controller;
    }

    private static IEnumerable<NamespacedName> OwnerKey<T>(T value, ResourceType owner)
        where T : class, IKubernetesObject<T>
    {
        if (value.ControllerOwner is not { } reference || reference.Kind != owner.Kind)
        {
            return [];
        }

        // The version may differ: an owner is the same object in every version of its group.
        var slash = reference.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        var group = slash < 0 ? "" : reference.ApiVersion[..slash];
        return group == owner.Group ? [new NamespacedName(owner.Namespaced ? value.Metadata.Namespace ?? "" : "", reference.Name)] : [];
    }
}

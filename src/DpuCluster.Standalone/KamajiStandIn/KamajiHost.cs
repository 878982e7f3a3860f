using DpuCluster.Api;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Deployment = DpuCluster.Standalone.Workloads.Deployment;

namespace DpuCluster.Standalone.KamajiStandIn;

/// <summary>Composes the stand-in for Kamaji.</summary>
internal static class KamajiHost
{
    /// <summary>What the stand-in may do.</summary>
    public static ControllerRole Role { get; } = new(
        ControllerName.Kamaji,
        [
            new("What it is asked for.", TenantControlPlane.Resource.Group, ["tenantcontrolplanes"], ["list", "watch", "patch"]),
            new("What became of it.", TenantControlPlane.Resource.Group, ["tenantcontrolplanes/status"], ["patch"]),
            new("The Service that it adopts, or makes where there is none.", "", ["services"], ["get", "list", "watch", "create", "update"]),
            new("Certificates and kubeconfigs of the control planes.", "", ["secrets"], ["get", "list", "watch", "create", "patch"]),
            new("The pods of the control planes.", "apps", ["deployments"], ["get", "list", "watch", "create", "patch"]),
        ],
        []);

    public const string FieldManager = "kamaji";

    public static readonly WriteOptions Writing = new() { FieldManager = FieldManager };

    public static readonly WriteOptions Applying = new() { FieldManager = FieldManager, Force = true };

    /// <summary>Adds what plays Kamaji. The control planes end with the host.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="dataDirectory">Where the control planes keep their objects, each in a directory of its own; null: in memory.</param>
    public static ControllerHostBuilder AddKamajiStandIn(this ControllerHostBuilder builder, string? dataDirectory)
    {
        TenantReconciler? reconciler = null;
        return builder
            .AddController(context =>
            {
                var tenants = context.Informers.For<TenantControlPlane>();
                var services = context.Informers.For<Service>();
                var secrets = context.Informers.Metadata(Secret.Resource, InformerScope.Everything with { LabelSelector = KamajiNames.NameLabel });
                var writer = context.Writer<TenantControlPlane>();
                reconciler = new(
                    tenants.Store,
                    services.Store,
                    context.Informers.For<Deployment>().Store,
                    new(secrets.Store, context.Client.Resources<Secret>(), context.Writer<Secret>(), context.Clock),
                    writer,
                    context.Writer<Service>(),
                    context.Writer<Deployment>(),
                    new(writer, FieldManager),
                    new(dataDirectory),
                    context.Clock,
                    context.LoggerFactory);
                return context.Controller("kamaji-stand-in")
                    .For(tenants)

                    // Before it is adopted, only its name tells whose a Service is.
                    .Watches(services, service => tenants.Store.Find(service.Key) is { } tenant ? [tenant.Key] : [])
                    .Owns(secrets)
                    .Owns<Deployment>()
                    .Build(reconciler);
            })
            .AddCleanUp(() => reconciler!.DisposeAsync());
    }
}

using System.Collections.Concurrent;
using DpuCluster.Api;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging;
using Deployment = DpuCluster.Standalone.Workloads.Deployment;

namespace DpuCluster.Standalone.KamajiStandIn;

/// <summary>
/// Plays Kamaji: for every TenantControlPlane a control plane that works, in this process and on this machine's loopback address, with
/// the Service, Secrets, Deployment and status that Kamaji leaves behind, in its order.
/// </summary>
internal sealed class TenantReconciler(
    ObjectStore<TenantControlPlane> tenants,
    ObjectStore<Service> services,
    ObjectStore<Deployment> deployments,
    KeptSecrets secrets,
    ObjectWriter<TenantControlPlane> writer,
    ObjectWriter<Service> serviceWriter,
    ObjectWriter<Deployment> deploymentWriter,
    StatusWriter<TenantControlPlane> status,
    TenantData data,
    TimeProvider clock,
    ILoggerFactory loggers) : IReconciler, IAsyncDisposable
{
    private static readonly TimeSpan PortRetry = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<NamespacedName, RunningTenant> _running = new();

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken cancellation)
    {
        var tenant = tenants.Find(key);
        if (tenant is null || tenant.IsBeingDeleted)
        {
            var uid = tenant?.Metadata.Uid ?? (_running.TryGetValue(key, out var last) ? last.Uid : null);
            await StopAsync(key).ConfigureAwait(false);
            if (uid is not null)
            {
                data.Delete(uid);
            }

            if (tenant is not null)
            {
                await writer.DropFinalizerAsync(tenant, KamajiNames.Finalizer, KamajiHost.FieldManager, cancellation).ConfigureAwait(false);
            }

            return ReconcileResult.Done;
        }

        tenant = await writer.AddFinalizerAsync(tenant, KamajiNames.Finalizer, KamajiHost.FieldManager, cancellation).ConfigureAwait(false);
        var service = services.Find(key);
        if (service is not null && TenantPort.OtherController(tenant, service) is { } other)
        {
            return await WaitAsync(tenant, service, "ServiceNotOurs",
                $"Service {service.Metadata.Name} is managed by {other.Kind} {other.Name}, and cannot be adopted", cancellation).ConfigureAwait(false);
        }

        service = await AdoptAsync(tenant, service, cancellation).ConfigureAwait(false);
        RunningTenant running;
        try
        {
            running = await RunAsync(key, tenant, service, cancellation).ConfigureAwait(false);
        }
        catch (UserErrorException exception)
        {
            return await WaitAsync(tenant, service, "DataNotUsable", $"The control plane cannot be started: {exception.Message}", cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException)
        {
            return await WaitAsync(tenant, service, exception is IOException ? "PortNotFree" : "InvalidVersion",
                $"The control plane cannot listen on port {TenantPort.ListenOn(service)} of this machine: {exception.Message}", cancellation).ConfigureAwait(false);
        }

        var now = clock.GetUtcNow();
        var message = $"The control plane answers at {running.Server.Address}";
        var report = tenant.Status.WithService(tenant, service, true, TenantReport.Listening, message, now);
        if (tenant.Status?.KubernetesResources?.Version?.Version != tenant.Spec?.Kubernetes?.Version)
        {
            // Provisioning or Upgrading is told first; that it is ready, only together with everything else.
            tenant = await WriteAsync(tenant, report.WithState(tenant, deployment: null, listens: true), cancellation).ConfigureAwait(false);
            report = tenant.Status!;
        }

        var made = await secrets.KeepAsync(tenant, running, cancellation).ConfigureAwait(false);
        var deployment = await KeepDeploymentAsync(tenant, cancellation).ConfigureAwait(false);
        var next = report.WithSecrets(tenant, made, now).WithDeployment(tenant, deployment, now).WithState(tenant, deployment, listens: true);
        await TellAsync(running, tenant, next, cancellation).ConfigureAwait(false);
        return ReconcileResult.Done;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var key in _running.Keys)
        {
            await StopAsync(key).ConfigureAwait(false);
        }
    }

    private async Task<RunningTenant> RunAsync(NamespacedName key, TenantControlPlane tenant, Service service, CancellationToken cancellation)
    {
        if (_running.TryGetValue(key, out var running)
            && running.Uid == tenant.Metadata.Uid
            && running.Port == TenantPort.ListenOn(service)
            && !await secrets.AskForOtherKeysAsync(tenant, running, cancellation).ConfigureAwait(false))
        {
            return running;
        }

        // Another object of the same name, another port or other keys: a control plane cannot change these, so a new one begins, with the same
        // data if it has any.
        await StopAsync(key).ConfigureAwait(false);
        if (running is not null && running.Uid != tenant.Metadata.Uid)
        {
            data.Delete(running.Uid);
        }

        var keys = await secrets.KeysAsync(tenant, cancellation).ConfigureAwait(false);
        return _running[key] = await RunningTenant.StartAsync(
            tenant, service, keys, data.Of(tenant.Metadata.Uid!), clock, loggers, cancellation).ConfigureAwait(false);
    }

    private async Task<Service> AdoptAsync(TenantControlPlane tenant, Service? service, CancellationToken cancellation)
    {
        var desired = TenantPort.Desired(tenant, service);
        if (ReferenceEquals(desired, service))
        {
            return service;
        }

        return service is null
            ? await serviceWriter.CreateAsync(desired, KamajiHost.Writing, cancellation).ConfigureAwait(false)
            : await serviceWriter.ReplaceAsync(desired, KamajiHost.Writing, cancellation).ConfigureAwait(false);
    }

    private async Task<Deployment> KeepDeploymentAsync(TenantControlPlane tenant, CancellationToken cancellation)
    {
        var desired = TenantPods.Desired(tenant);
        var there = deployments.Find(tenant.Key);
        return there is not null && there.ControllerOwner?.Uid == tenant.Metadata.Uid
            && TenantPods.IsCurrent(tenant, there)
            && there.Spec?.Replicas == desired.Spec!.Replicas
                ? there
                : await deploymentWriter.ApplyAsync(desired, KamajiHost.Applying, cancellation).ConfigureAwait(false);
    }

    private async Task<ReconcileResult> WaitAsync(
        TenantControlPlane tenant, Service service, string reason, string message, CancellationToken cancellation)
    {
        var report = tenant.Status.WithService(tenant, service, false, reason, message, clock.GetUtcNow())
            .WithState(tenant, deployments.Find(tenant.Key), listens: false);
        await WriteAsync(tenant, report, cancellation).ConfigureAwait(false);
        return ReconcileResult.After(PortRetry);
    }

    /// <summary>Writes the status; before it says that a version is ready, the server says that it is that version.</summary>
    private Task<TenantControlPlane> TellAsync(
        RunningTenant running, TenantControlPlane tenant, TenantControlPlaneStatus report, CancellationToken cancellation)
    {
        if (report.KubernetesResources?.Version is { Status: TenantState.Ready, Version: { } version })
        {
            running.Server.Version = RunningTenant.VersionFor(version);
        }

        return WriteAsync(tenant, report, cancellation);
    }

    private Task<TenantControlPlane> WriteAsync(TenantControlPlane tenant, TenantControlPlaneStatus report, CancellationToken cancellation) =>
        status.WriteAsync(tenant, tenant with { Status = report }, cancellation);

    private async Task StopAsync(NamespacedName key)
    {
        if (_running.TryRemove(key, out var running))
        {
            await running.DisposeAsync().ConfigureAwait(false);
        }
    }
}

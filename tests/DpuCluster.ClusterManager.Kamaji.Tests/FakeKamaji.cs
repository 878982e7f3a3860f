using System.Text;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

/// <summary>Does to TenantControlPlanes what Kamaji does, as far as the manager can see it; the control plane behind each is the host cluster itself.</summary>
internal sealed class FakeKamaji(KubernetesClient client, string kubeconfig)
{
    private const string Finalizer = "finalizer.kamaji.clastix.io";
    private readonly WatchedRounds _rounds = new(client);
    private volatile bool _works = true;
    private volatile bool _upgrades = true;
    private volatile bool _writesKubeconfig = true;

    /// <summary>Whether it works.</summary>
    public bool Works
    {
        set
        {
            _works = value;
            _rounds.Due();
        }
    }

    /// <summary>Whether upgrades come to an end.</summary>
    public bool Upgrades
    {
        set
        {
            _upgrades = value;
            _rounds.Due();
        }
    }

    /// <summary>Whether it writes the admin kubeconfig.</summary>
    public bool WritesKubeconfig
    {
        set
        {
            _writesKubeconfig = value;
            _rounds.Due();
        }
    }

    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(
        _rounds.RunAsync(RoundAsync, cancellation),
        _rounds.WatchAsync<TenantControlPlane>(cancellation),
        _rounds.WatchAsync<Service>(cancellation),
        _rounds.WatchAsync<Secret>(cancellation));

    private async Task RoundAsync(CancellationToken cancellation)
    {
        if (_works)
        {
            foreach (var tenant in (await client.Resources<TenantControlPlane>().ListAsync(null, null, cancellation)).Items)
            {
                await ReconcileAsync(tenant, cancellation);
            }
        }
    }

    private async Task ReconcileAsync(TenantControlPlane tenant, CancellationToken cancellation)
    {
        var tenants = client.Resources<TenantControlPlane>();
        var (ns, name) = (tenant.Metadata.Namespace!, tenant.Metadata.Name!);
        if (tenant.IsBeingDeleted)
        {
            if (tenant.HasFinalizer(Finalizer))
            {
                await tenants.ReplaceAsync(tenant with { Metadata = tenant.Metadata with { Finalizers = [] } }, null, cancellation);
            }

            return;
        }

        if (!tenant.HasFinalizer(Finalizer))
        {
            tenant = await tenants.ReplaceAsync(tenant with { Metadata = tenant.Metadata with { Finalizers = [Finalizer] } }, null, cancellation);
        }

        await AdoptServiceAsync(tenant, cancellation);
        if (_writesKubeconfig && await client.Resources<Secret>().FindAsync(ns, $"{name}-admin-kubeconfig", cancellation) is null)
        {
            var secret = new Secret
            {
                Metadata = new() { Namespace = ns, Name = $"{name}-admin-kubeconfig", OwnerReferences = [Owner(tenant)] },
                Data = new Dictionary<string, byte[]> { ["admin.conf"] = Encoding.UTF8.GetBytes(kubeconfig) },
            };
            await client.Resources<Secret>().CreateAsync(secret, null, cancellation);
        }

        var runs = tenant.Status?.KubernetesResources?.Version?.Version;
        var wanted = tenant.Spec!.Kubernetes!.Version!;
        await StatusAsync(tenant, runs is null || runs == wanted || _upgrades ? (TenantState.Ready, wanted) : (TenantState.Upgrading, runs), cancellation);
    }

    private async Task AdoptServiceAsync(TenantControlPlane tenant, CancellationToken cancellation)
    {
        var services = client.Resources<Service>();
        if (await services.FindAsync(tenant.Metadata.Namespace, tenant.Metadata.Name!, cancellation) is not { } service)
        {
            return;
        }

        var port = tenant.Spec?.NetworkProfile?.Port ?? service.Spec!.Ports![0].NodePort!.Value;
        if (service.ControllerOwner is null || service.Spec!.Ports![0].Port != port || service.Spec.Ports[0].NodePort != port)
        {
            await services.ReplaceAsync(
                service with
                {
                    Metadata = service.Metadata with
                    {
                        OwnerReferences = [.. (service.Metadata.OwnerReferences ?? []).Where(owner => owner.Controller is not true), Owner(tenant)],
                    },
                    Spec = service.Spec! with { Ports = [new() { Name = "kube-apiserver", Protocol = "TCP", Port = port, TargetPort = port, NodePort = port }] },
                },
                null,
                cancellation);
        }
    }

    private async Task StatusAsync(TenantControlPlane tenant, (string Status, string Version) state, CancellationToken cancellation)
    {
        var version = tenant.Status?.KubernetesResources?.Version;
        if (version?.Status != state.Status || version.Version != state.Version)
        {
            var status = (tenant.Status ?? new()) with
            {
                KubernetesResources = new() { Version = new() { Status = state.Status, Version = state.Version } },
                Kubeconfig = new() { Admin = new() { SecretName = $"{tenant.Metadata.Name}-admin-kubeconfig" } },
            };
            await client.Resources<TenantControlPlane>().ReplaceStatusAsync(tenant with { Status = status }, null, cancellation);
        }
    }

    private static OwnerReference Owner(TenantControlPlane tenant) => new()
    {
        ApiVersion = TenantControlPlane.Resource.ApiVersion,
        Kind = TenantControlPlane.Resource.Kind,
        Name = tenant.Metadata.Name!,
        Uid = tenant.Metadata.Uid!,
        Controller = true,
    };
}

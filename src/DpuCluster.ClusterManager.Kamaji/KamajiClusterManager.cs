using DpuCluster.Api;
using DpuCluster.ClusterManager.Kamaji.Children;
using DpuCluster.ClusterManager.Kamaji.Endpoints;
using DpuCluster.ClusterManager.Kamaji.Keepalived;
using DpuCluster.ClusterManager.Kamaji.Observing;
using DpuCluster.ClusterManager.Kamaji.Versions;
using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.ClusterManager.Kamaji;

/// <summary>Creates control planes through Kamaji, and holds their virtual IPs with keepalived.</summary>
/// <remarks>
/// From create to Ready it writes six times, each time because the order demands it: its finalizer before anything that would be left
/// behind, together with the name of the Secret that Kamaji will write; Service, since everything else needs its node port;
/// TenantControlPlane; ConfigMap; DaemonSet; when the Secret is there, <c>Created</c> and <c>KeepalivedReady</c> in one. What only passes by
/// on the way, such as Kamaji being at work, is written when it lasts (<see cref="ShortWhile"/>), so that a Kamaji that is quick costs no
/// more than that.
/// </remarks>
/// <param name="children">What is made.</param>
/// <param name="kubeconfigs">Where Kamaji puts the admin kubeconfigs.</param>
/// <param name="tenants">The control planes; unavailable where Kamaji is not installed.</param>
/// <param name="nodes">The nodes of the host cluster, without their contents.</param>
/// <param name="claimants">The clusters that claim something that a cluster claims too.</param>
internal sealed class KamajiClusterManager(
    KamajiChildren children,
    AdminKubeconfig kubeconfigs,
    IInformer tenants,
    Informer<PartialObjectMetadata> nodes,
    Func<DPUCluster, IEnumerable<DPUCluster>> claimants) : IClusterManager
{
    /// <summary>How long a state that passes by itself may last before it is written down.</summary>
    private static readonly TimeSpan ShortWhile = TimeSpan.FromSeconds(3);

    /// <summary>How soon to look again after what no watch tells of.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    /// <summary>How soon to look again for Kamaji's kind: costs nothing, as the informer asks the server in its own time.</summary>
    private static readonly TimeSpan LookForKamaji = TimeSpan.FromSeconds(1);

    private IEnumerable<IKubernetesObject>? Nodes => nodes.HasSynced ? nodes.Store.All : null;

    /// <inheritdoc/>
    public string Type => ClusterType.Kamaji;

    /// <inheritdoc/>
    public async Task<ClusterState> ReconcileAsync(DPUCluster cluster, CancellationToken cancellation)
    {
        if (Obstacle(cluster, out var endpoint) is { } obstacle)
        {
            return obstacle;
        }

        if (ConflictOf(cluster) is { } conflict)
        {
            await children.WithdrawKeepalivedAsync(cluster, cancellation).ConfigureAwait(false);
            return ClusterState.Creating(KamajiReason.EndpointConflict, conflict).Without(ClusterConditionType.KeepalivedReady);
        }

        try
        {
            return await MakeAsync(cluster, endpoint, cancellation).ConfigureAwait(false);
        }
        catch (UnusableChildException unusable)
        {
            return ClusterState.Creating(unusable.Reason, unusable.Message).After(LookAgain);
        }
        catch (KubernetesException exception) when (exception.IsNotFound && IsKindMissing(exception))
        {
            return NotInstalled(exception.Message);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Kamaji derives the name from that of the TenantControlPlane. Only a cluster that can be made as it is written gets it so early: the
    /// field can never be taken back, and whoever has to correct a spec should be free to replace it as a whole.
    /// </remarks>
    public string? KubeconfigSecretFor(DPUCluster cluster) =>
        Obstacle(cluster, out _) is null && ConflictOf(cluster) is null && VersionPlan.Make(cluster.Spec.Version, tenant: null).Version is not null
            ? ChildObjects.AdminKubeconfigName(cluster)
            : null;

    /// <inheritdoc/>
    public async Task<CleanUp> CleanUpAsync(DPUCluster cluster, CancellationToken cancellation)
    {
        var left = await children.RemoveAsync(cluster, cancellation).ConfigureAwait(false);
        if (left.Count > 0)
        {
            return CleanUp.Waiting(string.Join(", ", left), LookAgain);
        }

        // The Secret of a control plane that stays, since it never was the cluster's or was set free, stays with it.
        if (kubeconfigs.IsLeft(cluster) && await children.FindTenantAsync(cluster, cancellation).ConfigureAwait(false) is null)
        {
            return CleanUp.Waiting($"Secret {ChildObjects.AdminKubeconfigName(cluster)}", LookAgain);
        }

        kubeconfigs.Forget(cluster);
        return CleanUp.Done;
    }

    /// <summary>What keeps the cluster from being made, before anything of it is looked at; <see langword="null"/> where nothing does.</summary>
    private ClusterState? Obstacle(DPUCluster cluster, out KeepalivedSettings? endpoint)
    {
        endpoint = null;
        if (!KamajiService.CanBeCalled(cluster.Metadata.Name!))
        {
            return ClusterState.Stalled(KamajiReason.InvalidName,
                $"what is made for a cluster of type kamaji is called after it, and no Service can be called {cluster.Metadata.Name}: delete the cluster, and create it "
                + $"under a name of at most {KamajiService.MaxName} lower-case letters, digits and dashes that begins with a letter");
        }

        if (cluster.Spec.ClusterEndpoint?.Keepalived is { } wanted && !KeepalivedSettings.TryRead(wanted, out endpoint, out var problem))
        {
            return ClusterState.Stalled(KamajiReason.InvalidClusterEndpoint, problem);
        }

        return tenants.Health.Unavailable ? NotInstalled(tenants.Health.LastError) : null;
    }

    private string? ConflictOf(DPUCluster cluster) => EndpointConflict.Find(cluster, claimants(cluster), Nodes);

    private async Task<ClusterState> MakeAsync(DPUCluster cluster, KeepalivedSettings? endpoint, CancellationToken cancellation)
    {
        var tenant = await children.TenantAsync(cluster, cancellation).ConfigureAwait(false);
        var plan = VersionPlan.Make(cluster.Spec.Version, tenant?.IsOwnedBy(cluster) is true ? tenant : null);
        if (plan.Version is null)
        {
            return ClusterState.Stalled(KamajiReason.InvalidVersion, plan.Refusal!);
        }

        var nodePort = await children.EnsureServiceAsync(cluster, tenant, plan.Version, endpoint, cancellation).ConfigureAwait(false);
        tenant = await children.EnsureTenantAsync(cluster, tenant, plan.Version, endpoint, nodePort, cancellation).ConfigureAwait(false);
        KeepalivedState? keepalived = null;
        if (endpoint is not null)
        {
            var daemonSet = await children.EnsureKeepalivedAsync(cluster, endpoint, nodePort, cancellation).ConfigureAwait(false);
            keepalived = KeepalivedState.Judge(endpoint, daemonSet, Nodes);
        }
        else
        {
            await children.WithdrawKeepalivedAsync(cluster, cancellation).ConfigureAwait(false);
        }

        var (state, isCreated) = await CreatedAsync(cluster, tenant, endpoint, cancellation).ConfigureAwait(false);
        state = keepalived is null
            ? state.Without(ClusterConditionType.KeepalivedReady)
            : state.With(ClusterConditionType.KeepalivedReady, keepalived.Holds, keepalived.Reason, keepalived.Message);
        state = Upgraded(cluster, state, plan, tenant);
        var passes = !isCreated || keepalived is { Reason: KamajiReason.RollingOut };
        return passes && keepalived?.Reason != KamajiReason.NoMatchingNodes ? state.IfItLasts(ShortWhile) : state;
    }

    private async Task<(ClusterState State, bool IsCreated)> CreatedAsync(
        DPUCluster cluster, TenantControlPlane tenant, KeepalivedSettings? endpoint, CancellationToken cancellation)
    {
        var version = tenant.Status?.KubernetesResources?.Version;
        var secret = ChildObjects.AdminKubeconfigName(cluster);

        // What ran once is there; whether it is well is the provisioning controller's to say.
        var ranOnce = AdminKubeconfig.WasSeen(cluster) && !string.IsNullOrEmpty(version?.Version);
        if (version?.Status != TenantState.Ready && !ranOnce)
        {
            return (ClusterState.Creating(KamajiReason.WaitingForKamaji,
                $"TenantControlPlane {tenant.Metadata.Name} is {version?.Status ?? "not taken up by Kamaji yet"}"
                + (endpoint is null ? "; without spec.clusterEndpoint.keepalived it has no address, which Kamaji may want" : "")), false);
        }

        return await kubeconfigs.MissingAsync(cluster, tenant, cancellation).ConfigureAwait(false) is { } missing
            ? (ClusterState.Creating(KamajiReason.WaitingForKubeconfig, missing), false)
            : (ClusterState.Created(secret, $"TenantControlPlane {tenant.Metadata.Name} runs, and Secret {secret} has its admin kubeconfig"), true);
    }

    /// <summary>Says how an upgrade goes; nothing of a cluster that never had one.</summary>
    private static ClusterState Upgraded(DPUCluster cluster, ClusterState state, VersionPlan plan, TenantControlPlane tenant)
    {
        const string type = ClusterConditionType.Upgraded;
        if (plan.Refusal is { } refusal)
        {
            return state.With(type, false, KamajiReason.UnsupportedVersionChange, refusal);
        }

        if (plan.Upgrade is { } upgrade)
        {
            return state.With(type, false, KamajiReason.Upgrading, $"the control plane is being upgraded {upgrade}; it stays usable");
        }

        return cluster.Status?.Conditions.Find(type) is null
            ? state
            : state.With(type, true, KamajiReason.Upgraded, $"the control plane runs {tenant.Status?.KubernetesResources?.Version?.Version ?? plan.Version}");
    }

    private static ClusterState NotInstalled(string? said) => ClusterState.Creating(
        KamajiReason.KamajiNotInstalled,
        $"the host cluster does not serve {TenantControlPlane.Resource.GroupResource}: install Kamaji, or allow this manager to list and watch them ({said})")
        .After(LookForKamaji);

    // A kind that the server does not know makes an answer that names no object.
    private static bool IsKindMissing(KubernetesException exception) => string.IsNullOrEmpty(exception.Status.Details?.Name);
}

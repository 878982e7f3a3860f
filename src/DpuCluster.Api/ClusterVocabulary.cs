namespace DpuCluster.Api;

/// <summary>The values of <see cref="DPUClusterSpec.Type"/> that this project implements.</summary>
public static class ClusterType
{
    /// <summary>The control plane is created through Kamaji.</summary>
    public const string Kamaji = "kamaji";

    /// <summary>A control plane that exists is adopted.</summary>
    public const string Static = "static";
}

/// <summary>Finalizers of a DPUCluster; both are the reference implementation's.</summary>
public static class ClusterFinalizer
{
    /// <summary>The provisioning controller's: goes last.</summary>
    public const string Provisioning = "provisioning.dpu.nvidia.com/cluster-manager-internal-clean-up";

    /// <summary>The cluster manager's: goes when what the manager made is gone.</summary>
    public const string ClusterManager = "provisioning.dpu.nvidia.com/cluster-manager-clean-up";
}

/// <summary>Types of the conditions of a DPUCluster.</summary>
public static class ClusterConditionType
{
    /// <summary>The provisioning controller's: the control plane passed its last health check.</summary>
    public const string Ready = "Ready";

    /// <summary>The cluster manager's: the control plane exists and its kubeconfig is published.</summary>
    public const string Created = "Created";

    /// <summary>The Kamaji manager's: keepalived runs, with today's configuration.</summary>
    public const string KeepalivedReady = "KeepalivedReady";

    /// <summary>A cluster manager's: the control plane runs the version asked for. Does not gate readiness.</summary>
    public const string Upgraded = "Upgraded";

    /// <summary>
    /// A cluster manager's (kstatus's word): only the user can help; makes the phase <see cref="ClusterPhase.Failed"/>.
    /// There only while it is <c>True</c>: the manager takes it away when it no longer holds.
    /// </summary>
    public const string Stalled = "Stalled";
}

/// <summary>Reasons of the conditions of a DPUCluster that the provisioning controller and the shared reconciler give.</summary>
public static class ClusterReason
{
    /// <summary><c>Created</c> is <c>True</c>: the control plane exists and its kubeconfig is published.</summary>
    public const string Created = "Created";

    /// <summary><c>Ready</c> is <c>True</c>: the last health check passed.</summary>
    public const string HealthCheckPassed = "HealthCheckPassed";

    /// <summary><c>Ready</c> is <c>False</c>: the last health checks did not pass; the message has the cause.</summary>
    public const string HealthCheckFailed = "HealthCheckFailed";

    /// <summary><c>Ready</c> is <c>False</c>: no cluster manager has taken the object.</summary>
    public const string NoClusterManager = "NoClusterManager";

    /// <summary>A static cluster's <c>spec.kubeconfig</c> is empty: somebody must name the Secret.</summary>
    public const string EmptyKubeconfig = "EmptyKubeconfig";

    /// <summary>The Secret that <c>spec.kubeconfig</c> names does not exist.</summary>
    public const string KubeconfigNotFound = "KubeconfigNotFound";

    /// <summary>The Secret's kubeconfig breaks a rule; the message says which and what to do.</summary>
    public const string KubeconfigInvalid = "KubeconfigInvalid";

    /// <summary><c>Upgraded</c> is <c>False</c>: the control plane is on its way to another version.</summary>
    public const string Upgrading = "Upgrading";
}

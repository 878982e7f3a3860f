using DpuCluster.Api;

namespace DpuCluster.ClusterManager.Kamaji;

/// <summary>Reasons of the conditions that the Kamaji cluster manager sets.</summary>
internal static class KamajiReason
{
    /// <summary><c>Created</c> is <c>False</c>: the host cluster does not know Kamaji's kind.</summary>
    public const string KamajiNotInstalled = "KamajiNotInstalled";

    /// <summary><c>Created</c> is <c>False</c>: Kamaji is making the control plane.</summary>
    public const string WaitingForKamaji = "WaitingForKamaji";

    /// <summary><c>Created</c> is <c>False</c>: the control plane runs, its admin kubeconfig is not there yet.</summary>
    public const string WaitingForKubeconfig = "WaitingForKubeconfig";

    /// <summary><c>Created</c> is <c>False</c>: an object that this cluster needs exists and belongs to somebody else.</summary>
    public const string NameConflict = "NameConflict";

    /// <summary><c>Created</c> is <c>False</c>: an object that this cluster needs is on its way out, and is made again when it is gone.</summary>
    public const string WaitingForDeletion = "WaitingForDeletion";

    /// <summary><c>Created</c> is <c>False</c>: the API server refuses an object that this cluster needs.</summary>
    public const string ApplyRefused = "ApplyRefused";

    /// <summary><c>Created</c> is <c>False</c>: an older cluster claims the same endpoint.</summary>
    public const string EndpointConflict = "EndpointConflict";

    /// <summary>The endpoint cannot be: only the user can help.</summary>
    public const string InvalidClusterEndpoint = "InvalidClusterEndpoint";

    /// <summary>The name cannot be that of what is made for the cluster: only the user can help.</summary>
    public const string InvalidName = "InvalidName";

    /// <summary>The version cannot be: only the user can help.</summary>
    public const string InvalidVersion = "InvalidVersion";

    /// <summary><c>Upgraded</c> is <c>False</c>: from the version that runs there is no way to the version wanted.</summary>
    public const string UnsupportedVersionChange = "UnsupportedVersionChange";

    /// <summary><c>Upgraded</c> is <c>False</c>: Kamaji is at it.</summary>
    public const string Upgrading = ClusterReason.Upgrading;

    /// <summary><c>Upgraded</c> is <c>True</c>: the version wanted runs.</summary>
    public const string Upgraded = "Upgraded";

    /// <summary><c>KeepalivedReady</c> is <c>False</c>: no control-plane node has the labels wanted.</summary>
    public const string NoMatchingNodes = "NoMatchingNodes";

    /// <summary><c>KeepalivedReady</c> is <c>False</c>: no instance runs yet, or one still runs an old configuration.</summary>
    public const string RollingOut = "RollingOut";

    /// <summary><c>KeepalivedReady</c> is <c>True</c>: an instance runs, and none an old configuration.</summary>
    public const string Deployed = "Deployed";
}

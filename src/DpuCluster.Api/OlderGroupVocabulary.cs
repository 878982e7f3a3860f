namespace DpuCluster.Api;

/// <summary>Words of the mirror between the older group and today's.</summary>
public static class OlderGroupMirror
{
    /// <summary>Finalizer of an older DPUCluster: goes when the DPUCluster that it is mirrored into is gone.</summary>
    public const string Finalizer = "provisioning.dpf.nvidia.com/mirror-clean-up";

    /// <summary>Type of the condition of an older DPUCluster that says whether it is mirrored as it stands.</summary>
    public const string Condition = "Mirrored";
}

/// <summary>Reasons of the condition <see cref="OlderGroupMirror.Condition"/>.</summary>
public static class MirrorReason
{
    /// <summary><c>True</c>: there is a DPUCluster of today's group, and its spec is this one's.</summary>
    public const string Mirrored = "Mirrored";

    /// <summary><c>False</c>: a DPUCluster of that name exists in today's group and does not belong to this object.</summary>
    public const string NameConflict = "NameConflict";

    /// <summary><c>False</c>: the API server refuses the mirrored object; the message has its words.</summary>
    public const string MirrorRefused = "MirrorRefused";

    /// <summary><c>False</c>: the mirrored object is being deleted; it is made again, or this object goes, when it is gone.</summary>
    public const string WaitingForDeletion = "WaitingForDeletion";
}

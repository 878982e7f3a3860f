namespace DpuCluster.Standalone.KamajiStandIn;

/// <summary>Where control planes keep their objects: a directory for each, called by the identity of its TenantControlPlane, and gone with it.</summary>
/// <param name="root">Where the directories are; null: objects are in memory.</param>
internal sealed class TenantData(string? root)
{
    /// <summary>The directory of a control plane; null: in memory.</summary>
    public string? Of(string uid) => root is null ? null : Path.Combine(root, uid);

    /// <summary>Removes what a control plane has kept, if it has. It does not run any more.</summary>
    public void Delete(string uid)
    {
        if (Of(uid) is { } directory && Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}

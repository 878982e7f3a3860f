namespace DpuCluster.Testing;

/// <summary>A test that compares with definitions of other projects, see <see cref="ReferenceFiles"/>; skipped where these are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ReferenceFactAttribute : FactAttribute
{
    public ReferenceFactAttribute() => Skip = ReferenceFiles.Folder is null ? ReferenceFiles.Missing : null;
}

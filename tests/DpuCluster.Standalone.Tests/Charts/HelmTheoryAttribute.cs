using DpuCluster.Testing;

namespace DpuCluster.Standalone.Tests.Charts;

/// <summary>A test that asks Helm itself. Debian has none, so that it is skipped where there is none, always.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HelmTheoryAttribute : TheoryAttribute
{
    public HelmTheoryAttribute() => Skip = Tools.Find("helm") is null ? "helm not on the PATH" : null;
}

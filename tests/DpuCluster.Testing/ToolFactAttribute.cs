namespace DpuCluster.Testing;

/// <summary>
/// A test that runs programs which a machine may lack. Where one is missing the test is skipped with a message that
/// names it, unless <c>DPUCLUSTER_REQUIRE_TOOLS=1</c> is set: then it runs, and fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ToolFactAttribute : FactAttribute
{
    public ToolFactAttribute(params string[] tools) => Skip = Tools.ReasonToSkip(tools);
}

/// <inheritdoc cref="ToolFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ToolTheoryAttribute : TheoryAttribute
{
    public ToolTheoryAttribute(params string[] tools) => Skip = Tools.ReasonToSkip(tools);
}

using System.Diagnostics;

namespace DpuCluster.Controllers;

/// <summary>Where the runtime's traces come from.</summary>
public static class Tracing
{
    /// <summary>Name of <see cref="Source"/>, to be given to a tracer provider.</summary>
    public const string SourceName = "DpuCluster.Controllers";

    /// <summary>One activity for each reconciliation; requests to the server are children of it.</summary>
    public static ActivitySource Source { get; } = new(SourceName);
}

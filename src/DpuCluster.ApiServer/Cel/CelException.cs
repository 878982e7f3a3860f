namespace DpuCluster.ApiServer.Cel;

/// <summary>An expression cannot be compiled; the message has no position.</summary>
internal sealed class CelException(string message) : Exception(message);

/// <summary>An expression cannot be compiled, because of what stands at one position.</summary>
internal sealed class CelSyntaxException(int position, string message) : Exception(message)
{
    /// <summary>Index into the expression's code points.</summary>
    public int Position { get; } = position;
}

/// <summary>An evaluation was broken off because it became too expensive.</summary>
internal sealed class CelCostException() : Exception("operation cancelled: actual cost limit exceeded");

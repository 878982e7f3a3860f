namespace DpuCluster.Standalone;

/// <summary>What the controllers of an environment are called: in roles, user names, field managers and events.</summary>
internal static class ControllerName
{
    public const string Operator = "operator";

    /// <summary>Plays Kamaji.</summary>
    public const string Kamaji = "kamaji-stand-in";

    /// <summary>Plays nodes, and what makes and runs pods.</summary>
    public const string Nodes = "node-stand-in";
}

namespace DpuCluster.Api;

/// <summary>Types of the conditions of a DPFOperatorConfig.</summary>
public static class OperatorConditionType
{
    /// <summary>All others are <c>True</c>. Its reason is what kubectl shows as PHASE.</summary>
    public const string Ready = "Ready";

    /// <summary>The Secrets that images are pulled with exist.</summary>
    public const string ImagePullSecretsReconciled = "ImagePullSecretsReconciled";

    /// <summary>What is wanted of the components is applied, and what is not wanted is gone.</summary>
    public const string SystemComponentsReconciled = "SystemComponentsReconciled";

    /// <summary>The pods of all components run, of today's template and as many as wanted.</summary>
    public const string SystemComponentsReady = "SystemComponentsReady";
}

/// <summary>Reasons of the conditions of a DPFOperatorConfig: the reference implementation's words, and <see cref="Paused"/>.</summary>
public static class OperatorReason
{
    /// <summary>The condition holds.</summary>
    public const string Success = "Success";

    /// <summary>It is being worked on, or waits for another condition.</summary>
    public const string Pending = "Pending";

    /// <summary>Somebody has to act; the message says what to do.</summary>
    public const string Error = "Error";

    /// <summary>The object is being deleted; the message says what is still there.</summary>
    public const string AwaitingDeletion = "AwaitingDeletion";

    /// <summary><c>spec.overrides.paused</c> is true.</summary>
    public const string Paused = "Paused";
}

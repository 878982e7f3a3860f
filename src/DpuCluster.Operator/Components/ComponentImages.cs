namespace DpuCluster.Operator.Components;

/// <summary>The environment variables by which a process that makes pods is told what they are made of.</summary>
public static class ComponentImages
{
    /// <summary>This project's image, as the process itself runs from it.</summary>
    public const string OwnVariable = "DPUCLUSTER_IMAGE";

    /// <summary>Image with keepalived.</summary>
    public const string KeepalivedVariable = "DPUCLUSTER_KEEPALIVED_IMAGE";

    /// <summary>Names of the Secrets that images are pulled with, with commas between them.</summary>
    public const string PullSecretsVariable = "DPUCLUSTER_IMAGE_PULL_SECRETS";
}

namespace DpuCluster.Standalone.KamajiStandIn;

/// <summary>What Kamaji calls things: from its documentation and from what it leaves on objects.</summary>
internal static class KamajiNames
{
    public const string Finalizer = "finalizer.kamaji.clastix.io";

    /// <summary>The label with the name of the TenantControlPlane that an object belongs to.</summary>
    public const string NameLabel = "kamaji.clastix.io/name";

    public const string ProjectLabel = "kamaji.clastix.io/project";

    public const string ComponentLabel = "kamaji.clastix.io/component";

    /// <summary>The label by which Secrets are found that hold something that expires: <c>x509</c> or <c>kubeconfig</c>.</summary>
    public const string LifecycleLabel = "kamaji.clastix.io/certificate_lifecycle_controller";

    public const string ChecksumAnnotation = "kamaji.clastix.io/checksum";

    /// <summary>The annotation that, set to nothing, asks for new content of a Secret; afterwards it tells when that was made.</summary>
    public const string RotateAnnotation = "certs.kamaji.clastix.io/rotate";

    public const string PortName = "kube-apiserver";

    public static Dictionary<string, string> Labels(string tenant, string component) => new()
    {
        [ProjectLabel] = "kamaji",
        [NameLabel] = tenant,
        [ComponentLabel] = component,
    };
}

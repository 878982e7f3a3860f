namespace DpuCluster.Kubernetes.Kubeconfig;

/// <summary>What a program finds around itself; another one in tests.</summary>
public sealed record KubeconfigEnvironment
{
    /// <summary>The program's own.</summary>
    public static KubeconfigEnvironment System { get; } = new();

    /// <summary>Gives an environment variable; <see langword="null"/> where it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>The user's home directory, where <c>.kube/config</c> is looked for; empty for none.</summary>
    public string HomeDirectory { get; init; } = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>Where a pod's service account is mounted.</summary>
    public string ServiceAccountDirectory { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Clock of credentials that expire.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

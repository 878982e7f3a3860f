namespace DpuCluster.Kubernetes.Kubeconfig;

/// <summary>How far a kubeconfig is trusted.</summary>
public enum KubeconfigPolicy
{
    /// <summary>It belongs to the person who started the program: files that it names are read, plugins that it names are run.</summary>
    Personal,

    /// <summary>
    /// It comes from elsewhere, such as a Secret: only what it holds itself counts. <c>exec</c>, <c>auth-provider</c> and every reference
    /// to a file are refused; nothing is read, run or connected to on its behalf but its server and the proxy on the way there.
    /// Impersonation is allowed, since it only says to that server as whom to act.
    /// </summary>
    Untrusted,
}

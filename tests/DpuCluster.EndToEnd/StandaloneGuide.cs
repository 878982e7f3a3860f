namespace DpuCluster.EndToEnd;

/// <summary>The manifests of the guide to the standalone environment, word by word: of the older group.</summary>
internal static class StandaloneGuide
{
    public const string Kamaji = """
        apiVersion: provisioning.dpf.nvidia.com/v1alpha1
        kind: DPUCluster
        metadata:
          name: test
        spec:
          type: kamaji 
          maxNodes: 1000
          version: v1.29.0
          clusterEndpoint:
            # deploy keepalived instances on the nodes that match the given nodeSelector. 
            keepalived:
              # for dpf-standalone env, you can set interface to br-dpu 
              # for non-standalone env, set interface to the uplink interface 
              interface: br-dpu
              # for dpf-standalone env, you can set vip to any value
              # for non-standalone env, set vip to a DPU reachable IP. You may need help from the devops team to get a proper IP
              vip: "10.66.66.66"
              # virtualRouterID must be in range [1,255], make sure the given virtualRouterID does not duplicate with any existing keepalived process running on the host
              virtualRouterID: 126
              # nodeSelector specifies where the keepalived daemonset is deployed
              # for dpf-standalone env, the default value for key "node-role.kubernetes.io/master" is "true". For other distributiosn, it might be ""
              nodeSelector:
                node-role.kubernetes.io/control-plane: "true"
        """;

    public const string Secret = """
        apiVersion: v1
        kind: Secret
        metadata:
          name: my-admin-kubeconfig
        data:
          # the key must be "admin.conf"
          admin.conf: xxxxxx
        type: Opaque
        """;

    public const string Static = """
        apiVersion: provisioning.dpf.nvidia.com/v1alpha1
        kind: DPUCluster
        metadata:
          name: test
        spec:
          type: static 
          maxNodes: 1000
          version: v1.29.0
          # kubeconfig is the name of the secret that contains a admin kubeconfig to the DPU cluster
          kubeconfig: my-admin-kubeconfig 
        """;

    /// <summary>The same manifest in today's group.</summary>
    public static string Today(string manifest) => manifest.Replace("provisioning.dpf.nvidia.com", "provisioning.dpu.nvidia.com", StringComparison.Ordinal);
}

using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>One Kamaji DPUCluster of a test with what is made for it, as a person sees it through kubectl.</summary>
internal sealed class KamajiCluster(Kubectl kubectl, Executable files, string name, string ns = KamajiCluster.SystemNamespace)
{
    public const string SystemNamespace = "dpf-operator-system";

    /// <summary>The kinds of which something may be made for a cluster, by Kamaji too.</summary>
    public const string Kinds = "dpuclusters,tenantcontrolplanes,services,secrets,configmaps,daemonsets,deployments,replicasets,pods";

    /// <summary>Edits (merge patches), one for each of <see cref="Children"/>, that somebody has to undo.</summary>
    public static IReadOnlyList<string> Edits { get; } =
    [
        """{"spec":{"selector":{"kamaji.clastix.io/name":"other"}}}""",
        """{"spec":{"controlPlane":{"deployment":{"replicas":1}}}}""",
        """{"data":{"keepalived.conf":"edited"}}""",
        """{"spec":{"template":{"spec":{"hostNetwork":false}}}}""",
    ];

    public string Name => name;

    /// <summary>The words by which kubectl finds the cluster.</summary>
    public string This => $"-n {ns} dpucluster {name}";

    public string Service => $"-n {ns} service {name}";

    public string Tenant => $"-n {ns} tenantcontrolplane {name}";

    public string ConfigMap => $"-n {ns} configmap {name}-keepalived";

    public string DaemonSet => $"-n {ns} daemonset {name}-keepalived";

    /// <summary>All that the manager makes for a cluster with a virtual IP.</summary>
    public IReadOnlyList<string> Children => [Service, Tenant, ConfigMap, DaemonSet];

    /// <summary>A cluster of a name that no other test has.</summary>
    public static KamajiCluster New(Site site, string what) => new(site.Kubectl, site.Executable, site.NewName(what));

    /// <summary>Creates the cluster, or changes it.</summary>
    public Task Apply(VirtualIp? endpoint, string version = "v1.30.2") => kubectl.Apply(Manifest(name, ns, endpoint, version));

    /// <summary>The manifest of a cluster.</summary>
    public static string Manifest(string name, string ns, VirtualIp? endpoint, string version = "v1.30.2") => $"""
        apiVersion: provisioning.dpu.nvidia.com/v1alpha1
        kind: DPUCluster
        metadata:
          name: {name}
          namespace: {ns}
        spec:
          type: kamaji
          maxNodes: 10
          version: {version}
        {(endpoint is null ? "" : $"  clusterEndpoint: {endpoint}")}
        """;

    public async Task IsReady()
    {
        await kubectl.HasValue(This, "{.status.conditions[?(@.type=='Ready')].status}", "True");
        await kubectl.HasValue(This, "{.status.phase}", "Ready");
    }

    /// <summary>Waits until a condition says something; its message.</summary>
    public async Task<string> Says(string condition, string status, string reason)
    {
        await kubectl.HasValue(This, $"{{.status.conditions[?(@.type=='{condition}')].reason}}", reason);
        (await kubectl.Value(This, $"{{.status.conditions[?(@.type=='{condition}')].status}}")).ShouldBe(status);
        return await kubectl.Value(This, $"{{.status.conditions[?(@.type=='{condition}')].message}}");
    }

    /// <summary>Waits until the control plane runs a version, and is done with it.</summary>
    public async Task Runs(string version)
    {
        await kubectl.HasValue(Tenant, "{.status.kubernetesResources.version.version}", version);
        await kubectl.HasValue(Tenant, "{.status.kubernetesResources.version.status}", "Ready");
    }

    /// <summary>kubectl with the admin kubeconfig that the cluster publishes now.</summary>
    public async Task<Kubectl> Admin()
    {
        var secret = await kubectl.Value(This, "{.spec.kubeconfig}");
        secret.ShouldBe($"{name}-admin-kubeconfig");
        var file = files.File($"{ns}-{name}.conf");
        await File.WriteAllBytesAsync(file, Convert.FromBase64String(await kubectl.Value($"-n {ns} secret {secret}", @"{.data.admin\.conf}")));
        return new(file);
    }

    /// <summary>What is wanted of every child, without what differs from one time to the next.</summary>
    public async Task<string> Snapshot()
    {
        var all = await kubectl.Object($"-n {ns} {string.Join(' ', Children.Select(child => string.Join('/', child.Split(' ')[^2..])))}");
        return string.Join('\n', all["items"]!.AsArray().Select(child => EndToEnd.Snapshot.OfChild(child!.AsObject())));
    }

    /// <summary>Deletes the cluster, and waits until it and everything that was made for it is gone.</summary>
    public async Task Delete()
    {
        (await kubectl.Run($"delete {This} --timeout=60s")).ShouldSucceed();
        await NothingIsLeft();
    }

    public Task NothingIsLeft() => Eventually.Get(
        async () => (await kubectl.Run($"-n {ns} get {Kinds} -o name")).ShouldSucceed().Output.Split('\n').Where(Owns).ToList(),
        left => left.Count == 0,
        $"nothing of {name} is left");

    /// <summary>Whether an object, as <c>kubectl get -o name</c> names it, was made for this cluster, or is it.</summary>
    public bool Owns(string line) => line.EndsWith($"/{name}", StringComparison.Ordinal) || line.Contains($"/{name}-", StringComparison.Ordinal);
}

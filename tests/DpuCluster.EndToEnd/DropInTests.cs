using System.Globalization;
using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>
/// Our managers where the reference implementation's were: with its roles and arguments, and over what its managers have left (24.10; roles,
/// names, selectors and owners are those of its manifests).
/// </summary>
public sealed class DropInTests(SiteOfTheReference site) : IClassFixture<SiteOfTheReference>
{
    private const string Namespace = KamajiCluster.SystemNamespace;

    private const string StaticRules = """
        - apiGroups: [operator.dpu.nvidia.com]
          resources: [dpfoperatorconfigs]
          verbs: [get, list, watch]
        - apiGroups: [provisioning.dpu.nvidia.com]
          resources: [dpuclusters]
          verbs: [create, delete, get, list, patch, update, watch]
        - apiGroups: [provisioning.dpu.nvidia.com]
          resources: [dpuclusters/finalizers]
          verbs: [update]
        - apiGroups: [provisioning.dpu.nvidia.com]
          resources: [dpuclusters/status]
          verbs: [get, patch, update]
        """;

    private const string KamajiRules = $"""
        - apiGroups: [""]
          resources: [configmaps, services]
          verbs: [create, delete, get, list, patch, update, watch]
        - apiGroups: [apps]
          resources: [daemonsets]
          verbs: [create, delete, get, list, patch, update, watch]
        - apiGroups: [kamaji.clastix.io]
          resources: [tenantcontrolplanes]
          verbs: [create, delete, get, list, patch, update, watch]
        {StaticRules}
        """;

    [ToolFact("kubectl")]
    public async Task Static_manager_adopts_a_cluster_with_the_rights_of_the_reference()
    {
        var tenant = await site.StartTenant();
        var name = site.NewName("adopted");
        await using var manager = await StartAsync("static-cluster-manager", StaticRules);
        (await site.Kubectl.Run($"-n {Namespace} create secret generic {name}-kubeconfig --from-file=admin.conf={tenant.KubeconfigFile}")).ShouldSucceed();
        await site.Kubectl.Apply($"""
            apiVersion: provisioning.dpu.nvidia.com/v1alpha1
            kind: DPUCluster
            metadata:
              name: {name}
              namespace: {Namespace}
            spec:
              type: static
              maxNodes: 10
              kubeconfig: {name}-kubeconfig
            """);

        await site.Kubectl.HasValue($"-n {Namespace} dpucluster {name}", "{.status.phase}", "Ready");
        (await site.Kubectl.Run($"-n {Namespace} delete dpucluster {name} --timeout=60s")).ShouldSucceed();
    }

    [ToolFact("kubectl")]
    public async Task Kamaji_manager_goes_on_with_what_the_reference_has_made()
    {
        var cluster = KamajiCluster.New(site, "taken-over");
        var port = await MakeAsTheReferenceDoes(cluster, VirtualIp.Numbered(site.NewNumber()));
        var before = await Identities(cluster);
        await using var manager = await StartAsync("kamaji-cluster-manager", KamajiRules);

        // The keepalived of the reference is replaced by ours, in the same DaemonSet, and its pods one after the other.
        await site.Kubectl.HasValue(cluster.DaemonSet, "{.spec.template.spec.containers[1].name}", "check");
        await cluster.IsReady();
        (await cluster.Says("KeepalivedReady", "True", "Deployed")).ShouldNotBeEmpty();
        (await Identities(cluster)).ShouldBe(before, "nothing was deleted and made again");
        (await site.Kubectl.Value(cluster.DaemonSet, "{.spec.selector.matchLabels}")).ShouldBe($$$"""{"app.kubernetes.io/name":"{{{cluster.Name}}}-keepalived"}""");
        (await site.Kubectl.Value(cluster.DaemonSet, "{.spec.template.spec.initContainers}{.spec.template.spec.containers[0].securityContext.privileged}")).ShouldBe("false");
        (await site.Kubectl.Value(cluster.Service, "{.spec.ports[*].nodePort}")).ShouldBe(port);
        (await site.Kubectl.Value(cluster.Tenant, "{.spec.networkProfile.port}")).ShouldBe(port);
        var admin = await cluster.Admin();
        (await admin.Run("get namespace kept")).ShouldSucceed();

        // Drift is repaired from now on, and the Service does not stay behind.
        (await site.Kubectl.Run($"delete {cluster.DaemonSet}")).ShouldSucceed();
        await site.Kubectl.HasValue(cluster.DaemonSet, "{.spec.template.spec.containers[1].name}", "check");
        await cluster.Delete();
    }

    /// <summary>Makes a cluster and all that belongs to it, as the reference's Kamaji manager leaves it: Ready.</summary>
    /// <returns>The node port.</returns>
    private async Task<string> MakeAsTheReferenceDoes(KamajiCluster cluster, VirtualIp endpoint)
    {
        var kubectl = site.Kubectl;
        await cluster.Apply(endpoint);
        await kubectl.HasValue(cluster.This, "{.status.phase}", "Creating");
        var uid = await kubectl.Value(cluster.This, "{.metadata.uid}");
        await kubectl.Apply($$$"""
            apiVersion: v1
            kind: Service
            metadata: {name: {{{cluster.Name}}}, namespace: {{{Namespace}}}}
            spec:
              type: NodePort
              selector: {kamaji.clastix.io/name: {{{cluster.Name}}}}
              ports: [{name: kube-apiserver, port: 6443, protocol: TCP}]
            """);
        var port = await kubectl.Value(cluster.Service, "{.spec.ports[0].nodePort}");
        await Created(ControlPlane(cluster, endpoint, uid, port));
        (await kubectl.Run("apply --server-side --field-manager=kamaji-cluster-manager -f -", Keepalived(cluster, endpoint, uid, port))).ShouldSucceed();
        await cluster.Runs("v1.30.2");
        (await kubectl.RunWith(
        [
            "patch", .. cluster.This.Split(' '), "--type=merge", "-p",
            $$$"""{"metadata":{"finalizers":["provisioning.dpu.nvidia.com/cluster-manager-internal-clean-up","provisioning.dpu.nvidia.com/cluster-manager-clean-up"]},"spec":{"kubeconfig":"{{{cluster.Name}}}-admin-kubeconfig"}}""",
        ])).ShouldSucceed();
        var now = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var conditions = string.Join(',', new[] { (Type: "Created", Reason: "Created"), (Type: "KeepalivedReady", Reason: "Deployed") }.Select(condition =>
            $$$"""{"type":"{{{condition.Type}}}","status":"True","reason":"{{{condition.Reason}}}","message":"","lastTransitionTime":"{{{now}}}"}"""));
        (await kubectl.RunWith(["patch", .. cluster.This.Split(' '), "--subresource=status", "--type=merge", "-p", $$$"""{"status":{"conditions":[{{{conditions}}}]}}"""])).ShouldSucceed();
        await cluster.IsReady();
        (await (await cluster.Admin()).Run("create namespace kept")).ShouldSucceed();
        return port;

        async Task Created(string manifest) => (await kubectl.Run("create --field-manager=kamaji-cluster-manager -f -", manifest)).ShouldSucceed();
    }

    private static string ControlPlane(KamajiCluster cluster, VirtualIp endpoint, string uid, string port) => $$$"""
        apiVersion: kamaji.clastix.io/v1alpha1
        kind: TenantControlPlane
        metadata:
          name: {{{cluster.Name}}}
          namespace: {{{Namespace}}}
          labels: {tenant.clastix.io: {{{cluster.Name}}}, dpu.nvidia.com/cluster: {{{cluster.Name}}}}
          ownerReferences: [{apiVersion: provisioning.dpu.nvidia.com/v1alpha1, kind: DPUCluster, name: {{{cluster.Name}}}, uid: {{{uid}}}}]
        spec:
          dataStore: default
          controlPlane:
            deployment: {replicas: 3, additionalMetadata: {labels: {tenant.clastix.io: {{{cluster.Name}}} } } }
            service: {serviceType: NodePort, additionalMetadata: {labels: {tenant.clastix.io: {{{cluster.Name}}} } } }
          kubernetes:
            version: v1.30.2
            kubelet: {cgroupfs: systemd}
            admissionControllers: [ResourceQuota, LimitRanger]
          networkProfile: {address: {{{endpoint.Vip}}}, port: {{{port}}}}
          addons: {coreDNS: {}, kubeProxy: {}}
        """;

    private static string Keepalived(KamajiCluster cluster, VirtualIp endpoint, string uid, string port) => $$$"""
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: {{{cluster.Name}}}-keepalived
          namespace: {{{Namespace}}}
          ownerReferences: [{apiVersion: provisioning.dpu.nvidia.com/v1alpha1, kind: DPUCluster, name: {{{cluster.Name}}}, uid: {{{uid}}}}]
        data:
          keepalived.conf.tmpl: "vrrp_instance placeholder { interface INTERFACE }"
        ---
        apiVersion: apps/v1
        kind: DaemonSet
        metadata:
          name: {{{cluster.Name}}}-keepalived
          namespace: {{{Namespace}}}
          ownerReferences: [{apiVersion: provisioning.dpu.nvidia.com/v1alpha1, kind: DPUCluster, name: {{{cluster.Name}}}, uid: {{{uid}}}}]
        spec:
          selector: {matchLabels: {app.kubernetes.io/name: {{{cluster.Name}}}-keepalived}}
          template:
            metadata: {labels: {app.kubernetes.io/name: {{{cluster.Name}}}-keepalived}}
            spec:
              hostNetwork: true
              nodeSelector: { {{{endpoint.Nodes.Key}}}: "{{{endpoint.Nodes.Value}}}" }
              tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists, effect: NoSchedule}]
              initContainers:
              - name: create-conf
                image: shell
                command: [/bin/sh, -c, "sed s/INTERFACE/{{{endpoint.Interface}}}/ /conf-template/keepalived.conf.tmpl > /conf/keepalived.conf"]
                env: [{name: NODE_PORT, value: "{{{port}}}"}]
                volumeMounts: [{name: conf-template, mountPath: /conf-template}, {name: conf, mountPath: /conf}]
              containers:
              - name: keepalived
                image: keepalived
                securityContext: {privileged: true}
                volumeMounts: [{name: conf, mountPath: /usr/local/etc/keepalived}]
              volumes: [{name: conf, emptyDir: {}}, {name: conf-template, configMap: {name: {{{cluster.Name}}}-keepalived}}]
        """;

    private async Task<string> Identities(KamajiCluster cluster)
    {
        var uids = new List<string>();
        foreach (var child in cluster.Children)
        {
            uids.Add(await site.Kubectl.Value(child, "{.kind} {.metadata.uid}"));
        }

        return string.Join('\n', uids);
    }

    /// <summary>Starts a manager as the reference's operator does: one argument, an account with its roles, and nothing else.</summary>
    private async Task<RunningProcess> StartAsync(string command, string rules)
    {
        var account = $"reference-{command}";
        await site.Kubectl.Apply($$"""
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: {{account}}, namespace: {{Namespace}} }
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: {{account}} }
            rules:
            {{rules}}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: {{account}}-leader-election, namespace: {{Namespace}} }
            rules:
            - apiGroups: ["", coordination.k8s.io]
              resources: [configmaps, leases]
              verbs: [get, list, watch, create, update, patch, delete]
            - apiGroups: [""]
              resources: [events]
              verbs: [create, patch]
            """);
        (await site.Kubectl.Run($"create clusterrolebinding {account} --clusterrole={account} --serviceaccount={Namespace}:{account}")).ShouldSucceed();
        (await site.Kubectl.Run($"-n {Namespace} create rolebinding {account} --role={account}-leader-election --serviceaccount={Namespace}:{account}")).ShouldSucceed();
        var kubeconfig = await site.KubeconfigOf(account);
        var manager = site.Executable.Start(
            command, "--leader-elect", "--kubeconfig", kubeconfig, "--context", account, "--metrics-bind-address", "0", "--health-probe-bind-address", "0");
        await manager.HasSaid("acts from now on");
        return manager;
    }
}

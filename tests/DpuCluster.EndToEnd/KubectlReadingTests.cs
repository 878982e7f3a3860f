using System.Text.Json.Nodes;
using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>The commands of kubectl that look, on built-in kinds: what they print is what a real cluster's would.</summary>
public sealed class KubectlReadingTests(Site site) : IClassFixture<Site>
{
    private Kubectl Kubectl => site.Kubectl;

    [ToolFact("kubectl")]
    public async Task Get_prints_columns_and_more_of_them_when_wide()
    {
        var ns = await NewNamespace();
        await Kubectl.Run($"-n {ns} create service clusterip web --tcp=80:8080").Succeeds();

        Columns(await Kubectl.Run($"-n {ns} get service web").Output()).ShouldBe(["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"]);
        var wide = await Kubectl.Run($"-n {ns} get service web -o wide").Output();
        Columns(wide).ShouldBe(["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE", "SELECTOR"]);
        var row = wide.Split('\n')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        (row[0], row[1], row[3], row[4], row[6]).ShouldBe(("web", "ClusterIP", "<none>", "80/TCP", "app=web"));

        var nodes = await Kubectl.Run("get nodes -o wide").Output();
        Columns(nodes).ShouldContain("INTERNAL-IP");
        nodes.ShouldContain("control-plane");
        (await Kubectl.Run($"-n {ns} get service web --show-labels --no-headers").Output()).TrimEnd().ShouldEndWith("app=web");
    }

    [ToolFact("kubectl")]
    public async Task Get_prints_one_object_as_yaml_json_jsonpath_template_and_columns()
    {
        var ns = await NewNamespace();
        await Kubectl.Run($"-n {ns} create configmap settings --from-literal=colour=red --from-literal=size=10").Succeeds();
        var settings = $"-n {ns} get configmap settings -o";

        var yaml = await Kubectl.Run($"{settings} yaml").Output();
        yaml.ShouldStartWith("apiVersion: v1\ndata:\n  colour: red\n  size: \"10\"\nkind: ConfigMap\nmetadata:\n");
        yaml.ShouldNotContain("managedFields");
        (await Kubectl.Run($"{settings} yaml --show-managed-fields").Output()).ShouldContain("manager: kubectl-create");
        var json = JsonNode.Parse(await Kubectl.Run($"{settings} json").Output())!;
        ((string)json["data"]!["size"]!).ShouldBe("10");
        (await Kubectl.Run(settings + " jsonpath={.data.colour}-{.metadata.namespace}").Output()).ShouldBe($"red-{ns}");
        (await Kubectl.Run(settings + " jsonpath={.data.*}").Output()).Split(' ').Order().ShouldBe(["10", "red"]);
        (await Kubectl.Run(settings + " go-template={{.data.size}}").Output()).ShouldBe("10");
        (await Kubectl.Run(settings + " custom-columns=N:.metadata.name,C:.data.colour --no-headers").Output())
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(cell => cell.Trim()).ShouldBe(["settings", "red"]);
        (await Kubectl.Run($"{settings} name").Output()).Trim().ShouldBe("configmap/settings");
    }

    [ToolFact("kubectl")]
    public async Task Get_selects_by_labels_fields_and_over_all_namespaces()
    {
        var (one, two) = (await NewNamespace(), await NewNamespace());
        foreach (var (ns, tier) in new[] { (one, "front"), (two, "back") })
        {
            await Kubectl.Run($"-n {ns} create secret generic s-{tier} --from-literal=a=b").Succeeds();
            await Kubectl.Run($"-n {ns} label secret s-{tier} tier={tier} of={one}").Succeeds();
        }

        (await Names($"-A -l of={one}")).ShouldBe(["secret/s-front", "secret/s-back"], ignoreOrder: true);
        (await Names($"-A -l of={one},tier!=back")).ShouldBe(["secret/s-front"]);
        (await Names($"-A -l of={one} --selector=of={one},tier-in-(x)", succeeds: false)).ShouldBeEmpty();
        (await Kubectl.RunWith(["get", "secret", "-A", "-o", "name", "-l", $"of={one}, tier in (back,middle), !other"]).Output()).Trim().ShouldBe("secret/s-back");
        (await Names($"-A --field-selector=metadata.name=s-front,metadata.namespace={one}")).ShouldBe(["secret/s-front"]);
        (await Names($"-n {one} --field-selector=type!=Opaque -l of={one}")).ShouldBeEmpty();
        (await Names($"-n {two} --field-selector=type=Opaque")).ShouldBe(["secret/s-back"]);

        var everywhere = await Kubectl.Run($"get secret -A -l of={one}").Output();
        Columns(everywhere)[..2].ShouldBe(["NAMESPACE", "NAME"]);
        var refused = await Kubectl.Run("get secret -A --field-selector=data.a=b");
        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("field label not supported: data.a");
        (await Kubectl.Run($"-n {one} get secret nothing")).Error.ShouldBe("Error from server (NotFound): secrets \"nothing\" not found\n");
        (await Kubectl.Run($"-n {one} get secret -l of=nobody")).Error.ShouldBe($"No resources found in {one} namespace.\n");
        (await Kubectl.Run("get nothings")).Error.ShouldContain("the server doesn't have a resource type \"nothings\"");
    }

    [ToolFact("kubectl")]
    public async Task Describe_and_explain_tell_about_built_in_kinds()
    {
        var ns = await NewNamespace();
        await Kubectl.Run($"-n {ns} create configmap settings --from-literal=colour=red").Succeeds();
        var map = await Kubectl.Run($"-n {ns} describe configmap settings").Output();
        map.ShouldContain("colour:\n----\nred");
        (await Kubectl.Run($"describe namespace {ns}").Output()).ShouldContain("Status:       Active");
        (await Kubectl.Run("describe node").Output()).ShouldContain("Conditions:");

        (await Kubectl.Run("explain pods.spec.containers.image").Output()).ShouldContain("FIELD: image <string>");
        var recursive = await Kubectl.Run("explain services.spec --recursive").Output();
        recursive.ShouldContain("VERSION:    v1");
        recursive.ShouldContain("nodePort");
        (await Kubectl.Run("explain service.spec.nonsense")).Error.ShouldContain("field \"nonsense\" does not exist");
        (await Kubectl.Run("explain dpucluster.spec.maxNodes --api-version=provisioning.dpu.nvidia.com/v1alpha1").Output()).ShouldContain("FIELD: maxNodes <integer>");
    }

    [ToolFact("kubectl")]
    public async Task Events_are_listed_for_the_object_they_are_about()
    {
        var ns = await NewNamespace();
        foreach (var (pod, reason, type) in new[] { ("one", "Started", "Normal"), ("two", "Failed", "Warning") })
        {
            await Kubectl.Apply("---\n" + $$"""
                {apiVersion: v1, kind: Event, metadata: {name: {{pod}}.1, namespace: {{ns}}}, type: {{type}}, reason: {{reason}}, message: It {{reason}},
                 involvedObject: {apiVersion: v1, kind: Pod, name: {{pod}}, namespace: {{ns}}}, source: {component: test},
                 firstTimestamp: 2026-01-01T00:00:00Z, lastTimestamp: 2026-01-01T00:00:00Z, count: 3}
                """);
        }

        var all = await Kubectl.Run($"events -n {ns}").Output();
        Columns(all).ShouldBe(["LAST", "SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]);
        all.ShouldContain("Pod/one");
        var two = await Kubectl.Run($"events -n {ns} --for pod/two --types=Warning").Output();
        two.ShouldContain("It Failed");
        two.ShouldNotContain("Pod/one");
        (await Kubectl.Run($"-n {ns} get events --field-selector=involvedObject.name=one,reason=Started -o name").Output()).Trim().ShouldBe("event/one.1");
    }

    [ToolFact("kubectl")]
    public async Task Server_tells_what_it_is_and_what_it_serves()
    {
        (await Kubectl.Run("cluster-info").Output()).ShouldContain("is running at");
        var version = JsonNode.Parse(await Kubectl.Run("version -o json").Output())!;
        ((string)version["serverVersion"]!["gitVersion"]!).ShouldContain("+dpucluster");
        (await Kubectl.Run("api-versions").Output()).Split('\n').ShouldContain("provisioning.dpu.nvidia.com/v1alpha1");

        var namespaced = await Kubectl.Run("api-resources --namespaced=true -o wide --no-headers").Output();
        var deployments = namespaced.Split('\n').Single(line => line.StartsWith("deployments ", StringComparison.Ordinal));
        deployments.ShouldContain("deploy");
        deployments.ShouldContain("create,delete,deletecollection,get,list,patch,update,watch");
        namespaced.ShouldNotContain("Node ");
        (await Kubectl.Run("api-resources --api-group=apps --verbs=list -o name").Output()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["daemonsets.apps", "deployments.apps", "replicasets.apps"], ignoreOrder: true);
        (await Kubectl.Run("get --raw /readyz").Output()).ShouldBe("ok");
        (await Kubectl.Run("get --raw /metrics").Output()).ShouldContain("apiserver_request_total{");
    }

    [ToolFact("kubectl")]
    public async Task Tokens_are_who_they_say_and_may_what_roles_allow()
    {
        var ns = await NewNamespace();
        await Kubectl.Run($"-n {ns} create serviceaccount robot").Succeeds();
        await Kubectl.Run($"-n {ns} create role reader --verb=get,list --resource=configmaps").Succeeds();
        await Kubectl.Run($"-n {ns} create rolebinding reads --role=reader --serviceaccount={ns}:robot").Succeeds();
        var token = (await Kubectl.Run($"-n {ns} create token robot --duration=10m").Output()).Trim();
        token.Split('.').Length.ShouldBe(3);

        // The administrator's client certificate would win over a token.
        var file = site.Executable.File($"{ns}.conf");
        await File.WriteAllTextAsync(file, await Kubectl.Run("config view --raw --flatten").Output());
        var robot = new Kubectl(file);
        await robot.Run($"config set-credentials robot --token={token}").Succeeds();
        await robot.Run("config set-context --current --user=robot").Succeeds();

        (await robot.Run("auth whoami -o jsonpath={.status.userInfo.username}").Output()).ShouldBe($"system:serviceaccount:{ns}:robot");
        (await robot.Run($"auth can-i list configmaps -n {ns}").Output()).ShouldBe("yes\n");
        (await robot.Run($"auth can-i create configmaps -n {ns}")).Output.ShouldBe("no\n");
        (await robot.Run($"auth can-i --list -n {ns}").Output()).ShouldContain("configmaps");
        (await robot.Run($"-n {ns} get configmaps -o name").Output()).ShouldContain("configmap/kube-root-ca.crt");
        (await robot.Run($"-n {ns} get secrets")).Error.ShouldBe(
            $"Error from server (Forbidden): secrets is forbidden: User \"system:serviceaccount:{ns}:robot\" cannot list resource \"secrets\" in API group \"\" in the namespace \"{ns}\"\n");
        (await Kubectl.Run($"auth can-i get configmaps -n {ns} --as=system:serviceaccount:{ns}:robot").Output()).ShouldBe("yes\n");
        (await Kubectl.Run($"-n {ns} create token nobody")).Error.ShouldContain("serviceaccounts \"nobody\" not found");
    }

    private async Task<string> NewNamespace()
    {
        var name = site.NewName("read");
        await Kubectl.Run($"create namespace {name}").Succeeds();
        return name;
    }

    private async Task<string[]> Names(string arguments, bool succeeds = true)
    {
        var result = await Kubectl.Run($"get secret {arguments} -o name");
        (result.ExitCode == 0).ShouldBe(succeeds, result.Error);
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string[] Columns(string table) => table.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

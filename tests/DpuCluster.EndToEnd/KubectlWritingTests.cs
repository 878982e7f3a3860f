using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>The commands of kubectl that change something, on built-in kinds.</summary>
public sealed class KubectlWritingTests(Site site) : IClassFixture<Site>
{
    // Without it, kubectl takes a mapping in braces for JSON.
    private const string Yaml = "---\n";

    private Kubectl Kubectl => site.Kubectl;

    [ToolFact("kubectl")]
    public async Task Apply_of_a_smaller_manifest_takes_away_what_it_has_no_more()
    {
        var ns = await NewNamespace();
        string Manifest(string data, string labels) => Yaml + $$"""{apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: {{ns}}, labels: {{labels}} }, data: {{data}} }""";

        (await Kubectl.Run("apply -f - --dry-run=server", Manifest("{a: x}", "{}")).Output()).ShouldBe("configmap/m created (server dry run)\n");
        (await Kubectl.Run($"-n {ns} get configmap m")).ExitCode.ShouldBe(1);
        (await Kubectl.Run("apply -f -", Manifest("{a: x, b: more}", "{l: one, k: two}")).Output()).ShouldBe("configmap/m created\n");
        await Kubectl.RunWith(["-n", ns, "patch", "configmap", "m", "-p", """{"data":{"c":"z"}}"""]).Succeeds();
        var diff = await Kubectl.Run("diff -f -", Manifest("{a: x}", "{l: one}"));
        diff.ExitCode.ShouldBe(1, diff.Error);
        diff.Output.ShouldContain("-  b: more");
        (await Kubectl.Run("apply -f -", Manifest("{a: x}", "{l: one}")).Output()).ShouldBe("configmap/m configured\n");
        (await Kubectl.Run("diff -f -", Manifest("{a: x}", "{l: one}"))).ExitCode.ShouldBe(0);

        var map = await Kubectl.Object($"-n {ns} configmap m");
        map["data"]!.AsObject().Select(one => one.Key).ShouldBe(["a", "c"], ignoreOrder: true);
        map["metadata"]!["labels"]!.ToJsonString().ShouldBe("""{"l":"one"}""");
        (await Kubectl.Run($"apply view-last-applied configmap m -n {ns} -o json").Output()).ShouldContain("\"a\": \"x\"");
    }

    [ToolFact("kubectl")]
    public async Task Server_side_apply_merges_lists_by_their_keys_and_takes_away_only_its_own()
    {
        var ns = await NewNamespace();
        string Ports(string ports) => Yaml + $$"""{apiVersion: v1, kind: Service, metadata: {name: s, namespace: {{ns}} }, spec: {selector: {app: s}, ports: [{{ports}}]} }""";

        (await Kubectl.Run("apply --server-side --field-manager=one -f -", Ports("{name: http, port: 80}")).Output()).ShouldBe("service/s serverside-applied\n");
        (await Kubectl.Run("apply --server-side --field-manager=two -f -", Ports("{name: dns, port: 53, protocol: UDP}")).Output()).ShouldBe("service/s serverside-applied\n");
        (await Kubectl.Value($"-n {ns} service s", "{.spec.ports[*].name}")).Split(' ').ShouldBe(["http", "dns"], ignoreOrder: true);
        await Kubectl.Run("apply --server-side --field-manager=one -f -", Ports("{name: web, port: 8080}")).Succeeds();
        (await Kubectl.Value($"-n {ns} service s", "{.spec.ports[*].name}")).Split(' ').ShouldBe(["web", "dns"], ignoreOrder: true);
    }

    [ToolFact("kubectl")]
    public async Task Server_side_apply_takes_over_what_another_owns_only_by_force()
    {
        var ns = await NewNamespace();
        string Map(string value) => Yaml + $$"""{apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: {{ns}} }, data: {a: {{value}} } }""";

        await Kubectl.Run("apply --server-side --field-manager=one -f -", Map("first")).Succeeds();
        var refused = await Kubectl.Run("apply --server-side --field-manager=two -f -", Map("second"));
        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldStartWith("error: Apply failed with 1 conflict: conflict with \"one\": .data.a\n");
        (await Kubectl.Value($"-n {ns} configmap m", "{.data.a}")).ShouldBe("first");

        (await Kubectl.Run("apply --server-side --field-manager=two --force-conflicts -f -", Map("second")).Output()).ShouldBe("configmap/m serverside-applied\n");
        (await Kubectl.Value($"-n {ns} configmap m", "{.data.a}")).ShouldBe("second");
        (await Kubectl.Run("apply --server-side --field-manager=one -f -", Map("first"))).Error.ShouldContain("conflict with \"two\": .data.a");
    }

    [ToolFact("kubectl")]
    public async Task Patches_of_every_kind_change_built_in_and_custom_objects()
    {
        var ns = await NewNamespace();
        await Kubectl.Run($"-n {ns} create configmap m --from-literal=a=1").Succeeds();
        await Kubectl.Apply(Yaml + $$"""{apiVersion: provisioning.dpu.nvidia.com/v1alpha1, kind: DPUCluster, metadata: {name: c, namespace: {{ns}} }, spec: {type: example.com/nobody, maxNodes: 10} }""");

        foreach (var (type, patch, value) in new[] { ("strategic", """{"data":{"a":"2"}}""", "2"), ("merge", """{"data":{"a":"3"}}""", "3"), ("json", """[{"op":"replace","path":"/data/a","value":"4"}]""", "4") })
        {
            (await Patch("configmap", "m", type, patch).Output()).ShouldBe("configmap/m patched\n");
            (await Kubectl.Value($"-n {ns} configmap m", "{.data.a}")).ShouldBe(value);
            (await Patch("configmap", "m", type, patch).Output()).ShouldBe("configmap/m patched (no change)\n");
        }

        (await Patch("dpuclusters.provisioning.dpu.nvidia.com", "c", "merge", """{"metadata":{"labels":{"a":"b"}}}""").Output()).ShouldBe("dpucluster.provisioning.dpu.nvidia.com/c patched\n");
        (await Patch("dpuclusters.provisioning.dpu.nvidia.com", "c", "json", """[{"op":"remove","path":"/metadata/labels/a"}]""").Output()).ShouldBe("dpucluster.provisioning.dpu.nvidia.com/c patched\n");
        (await Patch("dpuclusters.provisioning.dpu.nvidia.com", "c", "strategic", "{}")).Error.ShouldStartWith(
            "error: application/strategic-merge-patch+json is not supported by provisioning.dpu.nvidia.com/v1alpha1, Kind=DPUCluster: the body of the request was in an unknown format - accepted media types include: ");
        (await Patch("dpuclusters.provisioning.dpu.nvidia.com", "c", "merge", """{"spec":{"maxNodes":"many"}}""")).Error.ShouldContain("spec.maxNodes");
        (await Patch("configmap", "m", "json", """[{"op":"test","path":"/data/a","value":"no"}]""")).Error.ShouldBe("The request is invalid: the server rejected our request due to an error in our request\n");

        Task<ProcessResult> Patch(string kind, string name, string type, string patch) => Kubectl.RunWith(["-n", ns, "patch", kind, name, $"--type={type}", "-p", patch]);
    }

    [ToolFact("kubectl")]
    public async Task Dry_runs_on_the_server_say_what_would_be_and_change_nothing()
    {
        var ns = await NewNamespace();
        (await Kubectl.Run($"-n {ns} create configmap m --from-literal=a=1 --dry-run=server").Output()).ShouldBe("configmap/m created (server dry run)\n");
        (await Kubectl.Run($"-n {ns} get configmap m")).ExitCode.ShouldBe(1);
        await Kubectl.Run($"-n {ns} create configmap m --from-literal=a=1").Succeeds();
        var version = await Kubectl.Value($"-n {ns} configmap m", "{.metadata.resourceVersion}");

        (await Kubectl.Run($"-n {ns} label configmap m a=b --dry-run=server").Output()).ShouldBe("configmap/m labeled (server dry run)\n");

        // This command alone does not say that it was a dry run.
        (await Kubectl.RunWith(["-n", ns, "patch", "configmap", "m", "-p", """{"data":{"a":"2"}}""", "--dry-run=server"]).Output()).ShouldBe("configmap/m patched\n");
        (await Kubectl.Run($"-n {ns} delete configmap m --dry-run=server").Output()).ShouldBe("configmap \"m\" deleted (server dry run)\n");
        (await Kubectl.Value($"-n {ns} configmap m", "{.metadata.resourceVersion}{.data.a}")).ShouldBe(version + "1");
    }

    [ToolFact("kubectl")]
    public async Task Strategic_patch_set_image_and_scale_change_one_container_and_the_number_of_pods()
    {
        var ns = await NewNamespace();
        await Kubectl.Run($"-n {ns} create deployment web --image=example.com/web:1 --replicas=2").Succeeds();
        (await Kubectl.Run($"-n {ns} rollout status deployment web --timeout=60s").Output()).ShouldContain("successfully rolled out");

        await Kubectl.RunWith(["-n", ns, "patch", "deployment", "web", "-p", """{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"example.com/side:1"}]}}}}"""]).Succeeds();
        await Kubectl.Run($"-n {ns} set image deployment/web web=example.com/web:2").Succeeds();
        (await Kubectl.Value($"-n {ns} deployment web", "{.spec.template.spec.containers[?(@.name=='web')].image}")).ShouldBe("example.com/web:2");
        (await Kubectl.Value($"-n {ns} deployment web", "{.spec.template.spec.containers[*].name}")).Split(' ').ShouldBe(["web", "side"], ignoreOrder: true);
        (await Kubectl.Run($"-n {ns} rollout status deployment web --timeout=60s").Output()).ShouldContain("successfully rolled out");
        (await Kubectl.Run($"-n {ns} scale deployment web --replicas=1").Output()).ShouldBe("deployment.apps/web scaled\n");
        (await Kubectl.Run($"-n {ns} rollout status deployment web --timeout=60s").Output()).ShouldContain("successfully rolled out");
        await Kubectl.Run($"-n {ns} wait deployment web --for=condition=Available --timeout=60s").Succeeds();
        await Kubectl.HasValue($"-n {ns} deployment web", "{.status.readyReplicas}", "1");

        var pod = await Eventually.Get(
            async () => (await Kubectl.Run($"-n {ns} get pods -l app=web -o name").Output()).Trim(), names => names.StartsWith("pod/web-", StringComparison.Ordinal) && !names.Contains('\n'), "one pod is left");
        (await Kubectl.Run($"-n {ns} logs {pod} -c web").Output()).ShouldContain("simulated");
        (await Kubectl.Run($"-n {ns} logs {pod} -c nothing")).Error.ShouldContain("container nothing is not valid for pod");
        (await Kubectl.Run($"-n {ns} describe deployment web").Output()).ShouldContain("1 desired");
    }

    [ToolFact("kubectl")]
    public async Task Edit_replace_label_and_annotate_refuse_to_overwrite_what_is_newer()
    {
        var ns = await NewNamespace();
        var map = $"-n {ns} configmap m";
        await Kubectl.Run($"-n {ns} create configmap m --from-literal=a=1").Succeeds();
        var old = await Kubectl.Run($"-n {ns} get configmap m -o yaml").Output();

        (await Kubectl.RunWith(["-n", ns, "edit", "configmap", "m"], editor: "sed -i s/^..a:.*$/\\ \\ a:\\ two/").Output()).ShouldBe("configmap/m edited\n");
        (await Kubectl.Value(map, "{.data.a}")).ShouldBe("two");
        (await Kubectl.Run("replace -f -", old)).Error.ShouldContain("the object has been modified");

        (await Kubectl.RunWith(["-n", ns, "edit", "configmap", "m"], editor: "true")).Error.ShouldBe("Edit cancelled, no changes made.\n");

        (await Kubectl.Run($"-n {ns} label configmap m tier=one").Output()).ShouldBe("configmap/m labeled\n");
        (await Kubectl.Run($"-n {ns} label configmap m tier=two")).Error.ShouldContain("--overwrite");
        (await Kubectl.Run($"-n {ns} label configmap m tier=two --overwrite").Output()).ShouldBe("configmap/m labeled\n");
        (await Kubectl.Run($"-n {ns} annotate configmap m note=n").Output()).ShouldBe("configmap/m annotated\n");
        (await Kubectl.Value(map, "{.metadata.labels.tier}{.metadata.annotations.note}")).ShouldBe("twon");
        (await Kubectl.Run($"-n {ns} label configmap m tier-").Output()).ShouldBe("configmap/m unlabeled\n");
        (await Kubectl.Run($"-n {ns} annotate configmap m note-").Output()).ShouldBe("configmap/m annotated\n");
        (await Kubectl.Value(map, "{.metadata.labels.tier}{.metadata.annotations.note}")).ShouldBe("");
        (await Kubectl.Run($"-n {ns} label configmap m bad/label/key=x")).ExitCode.ShouldBe(1);

        var uid = await Kubectl.Value(map, "{.metadata.uid}");
        (await Kubectl.Run("replace -f -", await Kubectl.Run($"-n {ns} get configmap m -o yaml").Output()).Output()).ShouldBe("configmap/m replaced\n");
        await Kubectl.Run($"-n {ns} replace --force -f -", Yaml + $$"""{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {a: "3"} }""").Succeeds();
        (await Kubectl.Value(map, "{.data.a}")).ShouldBe("3");
        (await Kubectl.Value(map, "{.metadata.uid}")).ShouldNotBe(uid);
    }

    [ToolFact("kubectl")]
    public async Task Delete_waits_for_finalizers_and_wait_for_what_it_is_told()
    {
        var ns = await NewNamespace();
        await Kubectl.Apply(Yaml + $$"""{apiVersion: v1, kind: ConfigMap, metadata: {name: held, namespace: {{ns}}, finalizers: [example.com/hold]} }""");
        var impatient = await Kubectl.Run($"-n {ns} delete configmap held --timeout=1s");
        impatient.ExitCode.ShouldBe(1);
        impatient.Error.ShouldContain("timed out waiting for the condition");
        (await Kubectl.Value($"-n {ns} configmap held", "{.metadata.deletionTimestamp}")).ShouldNotBeEmpty();

        var gone = Kubectl.Run($"-n {ns} wait configmap held --for=delete --timeout=60s");
        await Kubectl.RunWith(["-n", ns, "patch", "configmap", "held", "--type=json", "-p", """[{"op":"remove","path":"/metadata/finalizers"}]"""]).Succeeds();
        await gone.Succeeds();

        await Kubectl.Run($"-n {ns} create configmap m --from-literal=a=1").Succeeds();
        (await Kubectl.Run($"-n {ns} wait configmap m --for=jsonpath={{.data.a}}=1 --timeout=60s").Output()).ShouldBe("configmap/m condition met\n");
        (await Kubectl.Run($"-n {ns} delete configmap m --wait=false").Output()).ShouldBe("configmap \"m\" deleted\n");
        (await Kubectl.Run($"-n {ns} delete configmap m --ignore-not-found").Output()).ShouldBe("");
        (await Kubectl.Run($"-n {ns} delete configmap m")).Error.ShouldBe("Error from server (NotFound): configmaps \"m\" not found\n");

        await Kubectl.Run($"-n {ns} create configmap one --from-literal=a=1").Succeeds();
        await Kubectl.Run($"-n {ns} label configmap one go=yes").Succeeds();
        (await Kubectl.Run($"-n {ns} delete configmap -l go=yes").Output()).ShouldBe("configmap \"one\" deleted\n");
        await Kubectl.Run($"delete namespace {ns} --timeout=60s").Succeeds();
        (await Kubectl.Run($"get namespace {ns}")).ExitCode.ShouldBe(1);
    }

    [ToolFact("kubectl")]
    public async Task Delete_cascades_as_it_is_told()
    {
        var ns = await NewNamespace();
        foreach (var cascade in new[] { "background", "foreground", "orphan" })
        {
            await Kubectl.Run($"-n {ns} create configmap {cascade} --from-literal=a=1").Succeeds();
            var uid = await Kubectl.Value($"-n {ns} configmap {cascade}", "{.metadata.uid}");
            await Kubectl.Apply(Yaml + $$"""
                {apiVersion: v1, kind: Secret, metadata: {name: of-{{cascade}}, namespace: {{ns}},
                 ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: {{cascade}}, uid: {{uid}}, blockOwnerDeletion: true}]} }
                """);
            await Kubectl.Run($"-n {ns} delete configmap {cascade} --cascade={cascade} --timeout=60s").Succeeds();
            if (cascade == "foreground")
            {
                (await Kubectl.Run($"-n {ns} get secret of-foreground")).ExitCode.ShouldBe(1, "it goes before its owner does");
            }
        }

        await Kubectl.Run($"-n {ns} wait secret of-background --for=delete --timeout=60s").Succeeds();
        (await Kubectl.Value($"-n {ns} secret of-orphan", "{.metadata.ownerReferences}")).ShouldBe("");
    }

    [ToolFact("kubectl")]
    public async Task Create_makes_one_of_each_kind_it_knows()
    {
        var ns = await NewNamespace();
        foreach (var (what, name) in new[]
        {
            ("configmap c --from-literal=a=1", "configmap/c"), ("secret generic s --from-literal=a=1", "secret/s"), ("serviceaccount a", "serviceaccount/a"),
            ("service nodeport n --tcp=80:80", "service/n"), ("service externalname e --external-name=example.com", "service/e"),
            ("role r --verb=get --resource=pods", "role.rbac.authorization.k8s.io/r"), ("rolebinding b --role=r --user=u", "rolebinding.rbac.authorization.k8s.io/b"),
            ("deployment d --image=example.com/i:1 --replicas=0", "deployment.apps/d"),
        })
        {
            (await Kubectl.Run($"-n {ns} create {what}").Output()).ShouldBe($"{name} created\n");
            (await Kubectl.Run($"-n {ns} create {what}")).Error.ShouldContain("already exists");
        }

        var generated = (await Kubectl.Run($"-n {ns} create -f - -o name", """
            {"apiVersion":"v1","kind":"List","items":[
             {"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"made-"}},
             {"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"made-"}}]}
            """).Output()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        generated.Distinct().Count().ShouldBe(2);
        generated.ShouldAllBe(name => name.StartsWith("configmap/made-", StringComparison.Ordinal));
        var misspelt = await Kubectl.Run($"-n {ns} create -f -", """{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"dat":{"a":"b"}}]}""");
        misspelt.Error.ShouldContain("unknown field \"dat\"");
        (await Kubectl.Run($"-n {ns} create -f - ", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"Bad_Name"}}""")).Error.ShouldContain("a lowercase RFC 1123 subdomain");
    }

    private async Task<string> NewNamespace()
    {
        var name = site.NewName("write");
        await Kubectl.Run($"create namespace {name}").Succeeds();
        return name;
    }
}

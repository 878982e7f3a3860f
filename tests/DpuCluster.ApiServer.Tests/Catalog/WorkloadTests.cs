using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;

namespace DpuCluster.ApiServer.Tests.Catalog;

public sealed class WorkloadTests
{
    private const string Minimal = """{"spec":{"selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""";

    private readonly Requests _requests = new();

    [Fact]
    public void Deployment_gets_its_defaults()
    {
        var deployment = _requests.Made("deployments", Minimal, "apps");
        Requests.ShouldBeJson(deployment["spec"], """
            {"replicas":1,"selector":{"matchLabels":{"app":"x"}},
             "template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i","resources":{},
               "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"Always"}],
               "restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"}},
             "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}},"revisionHistoryLimit":10,"progressDeadlineSeconds":600}
            """);
        Requests.ShouldBeJson(deployment["status"], "{}");
    }

    [Fact]
    public void Daemon_set_gets_its_defaults()
    {
        var set = _requests.Made("daemonsets", Minimal, "apps");
        Requests.ShouldBeJson(set["spec"]!["updateStrategy"], """{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1,"maxSurge":0}}""");
        Requests.ShouldBeJson(set["status"], """{"currentNumberScheduled":0,"numberMisscheduled":0,"desiredNumberScheduled":0,"numberReady":0}""");
    }

    [Fact]
    public void Template_must_match_the_selector() =>
        _requests.Refused("deployments", Minimal.Replace("\"labels\":{\"app\":\"x\"}", "\"labels\":{\"app\":\"y\"}", StringComparison.Ordinal), "apps").ShouldBe(
            ["""spec.template.metadata.labels: Invalid value: {"app":"y"}: `selector` does not match template `labels`"""]);

    [Fact]
    public void Selector_must_be_there_and_cannot_change()
    {
        _requests.Refused("deployments", """{"spec":{"selector":{},"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}}""", "apps").ShouldBe(
            ["spec.selector: Invalid value: {}: empty selector is invalid for deployment"]);
        var made = _requests.Made("daemonsets", Minimal, "apps");
        _requests.Update("daemonsets", made, d => (d["spec"]!["selector"]!["matchLabels"]!["app"], d["spec"]!["template"]!["metadata"]!["labels"]!["app"]) = ("y", "y"), "apps")
            .Errors.ShouldHaveSingleItem().ToString().ShouldBe("""spec.selector: Invalid value: {"matchLabels":{"app":"y"}}: field is immutable""");
    }

    [Theory]
    [InlineData("deployments", "strategy", "Recreate\", \"RollingUpdate")]
    [InlineData("daemonsets", "updateStrategy", "RollingUpdate\", \"OnDelete")]
    public void Unknown_strategy_is_shown_as_a_whole(string plural, string field, string supported) =>
        _requests.Refused(plural, Minimal.Replace("\"selector\"", $"\"{field}\":{{\"type\":\"No\"}},\"selector\"", StringComparison.Ordinal), "apps").ShouldBe(
            [$"spec.{field}: Unsupported value: {{\"Type\":\"No\",\"RollingUpdate\":null}}: supported values: \"{supported}\""]);

    [Theory]
    [InlineData("deployments", """{"replicas":1,"updatedReplicas":2,"readyReplicas":-1,"availableReplicas":1}""",
        "status.readyReplicas: Invalid value: -1: must be greater than or equal to 0|status.updatedReplicas: Invalid value: 2: cannot be greater than status.replicas|status.availableReplicas: Invalid value: 1: cannot be greater than readyReplicas")]
    [InlineData("deployments", """{"collisionCount":1}""", "status.collisionCount: Invalid value: 1: cannot be decremented")]
    [InlineData("replicasets", """{"replicas":-1,"fullyLabeledReplicas":1}""",
        "status.replicas: Invalid value: -1: must be greater than or equal to 0|status.fullyLabeledReplicas: Invalid value: 1: cannot be greater than status.replicas")]
    [InlineData("daemonsets", """{"numberReady":-1,"desiredNumberScheduled":0,"numberAvailable":7,"collisionCount":2}""", "status.numberReady: Invalid value: -1: must be greater than or equal to 0")]
    public void Numbers_of_a_status_must_fit_each_other(string plural, string status, string errors)
    {
        var found = new List<DpuCluster.ApiServer.Schemas.FieldError>();
        var old = Requests.Json("""{"status":{"collisionCount":2}}""");
        _requests.Resource(plural, "apps").Strategy.ValidateStatusUpdate(new JsonObject { ["status"] = Requests.Json(status) }, status.Contains("collisionCount", StringComparison.Ordinal) ? old : [], found);
        string.Join('|', found).ShouldBe(errors);
    }

    [Theory]
    [InlineData("""{"name":"c"}""", "spec.containers[0].image: Required value")]
    [InlineData("""{"name":"C","image":"i"}""", "spec.containers[0].name: Invalid value: \"C\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")]
    [InlineData("""{"name":"c","image":"i","volumeMounts":[{"name":"v","mountPath":"/v"}]}""", "spec.containers[0].volumeMounts[0].name: Not found: \"v\"")]
    [InlineData("""{"name":"c","image":"i","imagePullPolicy":"Sometimes"}""", "spec.containers[0].imagePullPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"IfNotPresent\", \"Never\"")]
    [InlineData("""{"name":"c","image":"i","resources":{"limits":{"cpu":"1"},"requests":{"cpu":2}}}""", "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1")]
    [InlineData("""{"name":"c","image":"i","livenessProbe":{}}""", "spec.containers[0].livenessProbe: Required value: must specify a handler type")]
    public void Containers_are_checked(string container, string error) =>
        _requests.Refused("pods", $$$"""{"spec":{"containers":[{{{container}}}]}}""").ShouldBe([error]);

    [Theory]
    [InlineData("\"tolerations\":[{\"operator\":\"No\",\"key\":\"a\"}]", "spec.tolerations[0].operator: Unsupported value: \"No\": supported values: \"Equal\", \"Exists\"")]
    [InlineData("\"tolerations\":[{\"operator\":\"Exists\",\"key\":\"a\",\"value\":\"b\"}]", "spec.tolerations[0].operator: Invalid value: {\"Key\":\"a\",\"Operator\":\"Exists\",\"Value\":\"b\",\"Effect\":\"\",\"TolerationSeconds\":null}: value must be empty when `operator` is 'Exists'")]
    [InlineData("\"tolerations\":[{\"effect\":\"Go\",\"key\":\"a\"}]", "spec.tolerations[0].effect: Unsupported value: \"Go\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"")]
    [InlineData("\"affinity\":{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":{\"nodeSelectorTerms\":[]}}}", "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term")]
    [InlineData("\"affinity\":{\"nodeAffinity\":{\"preferredDuringSchedulingIgnoredDuringExecution\":[{\"weight\":101,\"preference\":{}}]}}", "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100")]
    [InlineData("\"topologySpreadConstraints\":[{\"maxSkew\":0,\"topologyKey\":\"a\",\"whenUnsatisfiable\":\"DoNotSchedule\"}]", "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero")]
    [InlineData("\"dnsPolicy\":\"None\"", "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None")]
    [InlineData("\"hostAliases\":[{\"ip\":\"x\"}]", "spec.hostAliases[0].ip: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    [InlineData("\"securityContext\":{\"runAsUser\":-1}", "spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive")]
    public void Specs_of_pods_are_checked(string field, string error) =>
        _requests.Refused("pods", $$$"""{"spec":{"containers":[{"name":"c","image":"i"}],{{{field}}}}}""").ShouldBe([error]);

    [Theory]
    [InlineData("\"resources\":{\"limits\":{\"foo\":1}}", "spec.containers[0].resources.limits[foo]: Invalid value: \"foo\": must be a standard resource type or fully qualified|spec.containers[0].resources.limits[foo]: Invalid value: \"foo\": must be a standard resource for containers|spec.containers[0].resources.requests[foo]: Invalid value: \"foo\": must be a standard resource type or fully qualified|spec.containers[0].resources.requests[foo]: Invalid value: \"foo\": must be a standard resource for containers")]
    [InlineData("\"securityContext\":{\"privileged\":true,\"allowPrivilegeEscalation\":false}", "spec.containers[0].securityContext: Invalid value: {\"Capabilities\":null,\"Privileged\":true,\"SELinuxOptions\":null,\"WindowsOptions\":null,\"RunAsUser\":null,\"RunAsGroup\":null,\"RunAsNonRoot\":null,\"ReadOnlyRootFilesystem\":null,\"AllowPrivilegeEscalation\":false,\"ProcMount\":null,\"SeccompProfile\":null,\"AppArmorProfile\":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true")]
    [InlineData("\"ports\":[{\"containerPort\":80,\"hostPort\":81}]", "spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true")]
    public void Containers_on_the_network_of_the_host_are_checked(string field, string errors) =>
        string.Join('|', _requests.Refused("pods", $$$"""{"spec":{"hostNetwork":true,"containers":[{"name":"c","image":"i",{{{field}}}}]}}""")).ShouldBe(errors);

    [Fact]
    public void Pod_keeps_its_containers_and_its_deadline()
    {
        var made = _requests.Made("pods", """{"spec":{"activeDeadlineSeconds":10,"containers":[{"name":"c","image":"i"}]}}""");
        string Refused(Action<JsonObject> change) => _requests.Update("pods", made, change).Errors.ShouldHaveSingleItem().ToString();
        Refused(pod => pod["spec"]!["containers"]!.AsArray().Add((JsonNode)new JsonObject { ["name"] = "d", ["image"] = "i" }))
            .ShouldBe("spec.containers: Forbidden: pod updates may not add or remove containers");
        Refused(pod => pod["spec"]!["activeDeadlineSeconds"] = 11).ShouldBe("spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous value");
        Refused(pod => pod["spec"]!.AsObject().Remove("activeDeadlineSeconds")).ShouldBe("spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value");
        _requests.Update("pods", made, pod => pod["spec"]!["activeDeadlineSeconds"] = 9).Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Range_of_a_node_stands_in_two_fields_and_stays()
    {
        var made = _requests.Made("nodes", """{"spec":{"podCIDR":"10.0.0.0/24"}}""");
        Requests.ShouldBeJson(made["spec"], """{"podCIDR":"10.0.0.0/24","podCIDRs":["10.0.0.0/24"]}""");
        _requests.Update("nodes", made, node => node["spec"]!["podCIDR"] = "10.1.0.0/24").Errors.ShouldHaveSingleItem().ToString()
            .ShouldBe("spec.podCIDRs: Forbidden: node updates may not change podCIDR except from \"\" to valid");
        _requests.Refused("nodes", """{"spec":{"podCIDR":"x"}}""").ShouldBe(["spec.podCIDRs[0]: Invalid value: \"x\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]);
        _requests.Refused("nodes", """{"spec":{"podCIDRs":["10.0.0.0/24","10.1.0.0/24"]}}""").ShouldBe(["spec.podCIDRs: Invalid value: [\"10.0.0.0/24\",\"10.1.0.0/24\"]: may specify no more than one CIDR for each IP family"]);
    }

    [Fact]
    public void Taints_of_a_node_are_unique() =>
        _requests.Refused("nodes", """{"spec":{"taints":[{"key":"a","effect":"NoExecute"},{"key":"a","effect":"NoExecute","value":"b"}]}}""").ShouldBe(
            ["spec.taints[1]: Duplicate value: {\"Key\":\"a\",\"Value\":\"b\",\"Effect\":\"NoExecute\",\"TimeAdded\":null}: taints must be unique by key and effect pair"]);

    [Fact]
    public void Pod_is_pending_and_knows_its_quality_of_service()
    {
        var pod = _requests.Made("pods", """{"spec":{"containers":[{"name":"c","image":"i:1","resources":{"limits":{"cpu":"0.5","memory":"1024Mi"}}}]}}""");
        Requests.ShouldBeJson(pod["status"], """{"phase":"Pending","qosClass":"Guaranteed"}""");
        Requests.ShouldBeJson(pod["spec"]!["containers"]![0]!["resources"], """{"limits":{"cpu":"500m","memory":"1Gi"},"requests":{"cpu":"500m","memory":"1Gi"}}""");
        pod["spec"]!["containers"]![0]!["imagePullPolicy"]!.GetValue<string>().ShouldBe("IfNotPresent");
        pod["spec"]!["serviceAccountName"]!.GetValue<string>().ShouldBe("default");
    }

    [Fact]
    public void Image_of_a_pod_can_change_but_little_else()
    {
        var pod = _requests.Made("pods", """{"spec":{"containers":[{"name":"c","image":"i:1"}]}}""");
        _requests.Update("pods", pod, p => p["spec"]!["containers"]![0]!["image"] = "i:2").Errors.ShouldBeEmpty();
        _requests.Update("pods", pod, p => p["spec"]!["hostNetwork"] = true).Errors.ShouldHaveSingleItem().ToString()
            .ShouldStartWith("spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`");
    }

    [Fact]
    public void Running_pod_takes_its_time_to_end()
    {
        var strategy = _requests.Resource("pods").Strategy;
        strategy.GracePeriodSeconds(Requests.Json("""{"spec":{"nodeName":"n","terminationGracePeriodSeconds":5}}"""), null).ShouldBe(5);
        strategy.GracePeriodSeconds(Requests.Json("""{"spec":{"nodeName":"n"}}"""), 2).ShouldBe(2);
        strategy.GracePeriodSeconds(Requests.Json("""{"spec":{}}"""), null).ShouldBe(0);
    }

    [Fact]
    public void Every_field_of_an_ordinary_manifest_is_known()
    {
        const string Json = """
            {"spec":{"replicas":2,"selector":{"matchLabels":{"app":"x"}},"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":0}},
             "template":{"metadata":{"labels":{"app":"x"},"annotations":{"a":"b"}},"spec":{
              "serviceAccountName":"sa","priorityClassName":"system-cluster-critical","hostNetwork":true,"dnsPolicy":"ClusterFirstWithHostNet",
              "securityContext":{"runAsNonRoot":true,"fsGroup":1,"seccompProfile":{"type":"RuntimeDefault"}},
              "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"node-role.kubernetes.io/control-plane","operator":"Exists"}]}]}},
                "podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":100,"podAffinityTerm":{"topologyKey":"kubernetes.io/hostname","labelSelector":{"matchLabels":{"app":"x"}}}}]}},
              "tolerations":[{"key":"CriticalAddonsOnly","operator":"Exists"}],
              "topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"ScheduleAnyway"}],
              "initContainers":[{"name":"init","image":"i","command":["sh","-c"],"args":["true"],"restartPolicy":"Always"}],
              "containers":[{"name":"c","image":"i:1","ports":[{"name":"https","containerPort":8443,"protocol":"TCP","hostPort":8443}],
                "env":[{"name":"A","value":"b"},{"name":"N","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},{"name":"S","valueFrom":{"secretKeyRef":{"name":"s","key":"k","optional":true}}}],
                "envFrom":[{"configMapRef":{"name":"cm"}}],
                "livenessProbe":{"httpGet":{"path":"/healthz","port":"https","scheme":"HTTPS"},"initialDelaySeconds":15,"periodSeconds":20},
                "readinessProbe":{"grpc":{"port":9}},"startupProbe":{"exec":{"command":["true"]}},"lifecycle":{"preStop":{"exec":{"command":["true"]}}},
                "securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"],"add":["NET_ADMIN"]},"privileged":false},
                "volumeMounts":[{"name":"cfg","mountPath":"/etc/x","readOnly":true},{"name":"tok","mountPath":"/t"},{"name":"dev","mountPath":"/dev"},{"name":"tmp","mountPath":"/tmp"},{"name":"crt","mountPath":"/c"}],
                "resources":{"requests":{"cpu":"10m","memory":"64Mi"},"limits":{"memory":"128Mi"}}}],
              "volumes":[{"name":"cfg","configMap":{"name":"cm","items":[{"key":"k","path":"p"}]}},{"name":"crt","secret":{"secretName":"s"}},
                {"name":"tok","projected":{"sources":[{"serviceAccountToken":{"path":"token","audience":"a"}},{"configMap":{"name":"ca"}}]}},
                {"name":"dev","hostPath":{"path":"/dev","type":"Directory"}},{"name":"tmp","emptyDir":{"sizeLimit":"1Gi","medium":"Memory"}}],
              "imagePullSecrets":[{"name":"pull"}],"nodeSelector":{"kubernetes.io/os":"linux"},"hostPID":true}}}}
            """;
        var made = _requests.Made("deployments", Json, "apps");
        Contains(made, Requests.Json(Json), "").ShouldBeNull();
        _requests.Resource("deployments", "apps").Schema.Properties["spec"].Properties["template"].Properties["spec"].Properties.ContainsKey("container").ShouldBeFalse();
    }

    [Fact]
    public void Node_keeps_the_status_that_it_registers_with()
    {
        var node = _requests.Made("nodes", """{"metadata":{"name":"n"},"spec":{"taints":[{"key":"k","effect":"NoSchedule"}]},"status":{"conditions":[{"type":"Ready","status":"True"}]}}""");
        node["status"]!["conditions"]![0]!["status"]!.GetValue<string>().ShouldBe("True");
        _requests.Refused("nodes", """{"metadata":{"name":"n"},"spec":{"taints":[{"key":"k"}]}}""").ShouldBe(["spec.taints[0].effect: Required value"]);
    }

    [Theory]
    [InlineData("1000m", "1")]
    [InlineData("0.5", "500m")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("1024", "1024")]
    [InlineData("1024Ki", "1Mi")]
    [InlineData("1e3", "1e3")]
    [InlineData("1000", "1k")]
    [InlineData("0", "0")]
    [InlineData("-5", "-5")]
    [InlineData("100n", "100n")]
    public void Quantities_are_written_in_their_shortest_form(string given, string written) =>
        DpuCluster.ApiServer.Catalog.Types.Quantity.Parse(given)!.ToString().ShouldBe(written);

    [Theory]
    [InlineData("")]
    [InlineData("Gi")]
    [InlineData("1 Gi")]
    [InlineData("1KiB")]
    public void What_is_no_quantity_is_not_taken_for_one(string text) => DpuCluster.ApiServer.Catalog.Types.Quantity.Parse(text).ShouldBeNull();

    [Fact]
    public void Every_schema_can_be_read()
    {
        foreach (var resource in ResourceCatalog.Create(DpuCluster.ApiServer.Catalog.Kinds.ServiceAllocator.CreateDefault()))
        {
            var seen = new HashSet<string>();
            Walk(resource.Schema, seen);
            seen.ShouldNotBeEmpty(resource.Plural);
        }
    }

    private static void Walk(DpuCluster.ApiServer.Schemas.Schema schema, HashSet<string> seen)
    {
        if (schema.DefinitionName is { } name && !seen.Add(name)) return;
        foreach (var property in schema.Properties.Values) Walk(property, seen);
        if (schema.Items is { } items) Walk(items, seen);
        if (schema.AdditionalProperties is { } values) Walk(values, seen);
    }

    /// <summary>Path of the first value of <paramref name="part"/> that is not in <paramref name="whole"/>.</summary>
    private static string? Contains(JsonNode? whole, JsonNode? part, string path) => (whole, part) switch
    {
        (JsonObject w, JsonObject p) => p.Select(e => Contains(w[e.Key], e.Value, $"{path}.{e.Key}")).FirstOrDefault(e => e is not null),
        (JsonArray w, JsonArray p) => p.Select((e, i) => Contains(w[i], e, $"{path}[{i}]")).FirstOrDefault(e => e is not null),
        _ => JsonNode.DeepEquals(whole, part) || part!.GetValueKind() == System.Text.Json.JsonValueKind.False ? null : path,
    };
}

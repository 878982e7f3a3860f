using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Serialization;
using DpuCluster.Operator.Components;
using DpuCluster.Testing;
using Repository = DpuCluster.Testing.Servers.Repository;

namespace DpuCluster.Standalone.Tests.Charts;

/// <summary>What chart and bases install fits to each other, and to what the operator itself installs.</summary>
public sealed class InstalledObjectsTests
{
    private static readonly SortedDictionary<string, string> AllOn = DeployFiles.Chart.Render(new()
    {
        ["config"] = new JsonObject { ["create"] = true },
        ["grafanaDashboard"] = new JsonObject { ["enabled"] = true },
        ["networkPolicy"] = new JsonObject { ["enabled"] = true },
        ["podDisruptionBudget"] = new JsonObject { ["enabled"] = true },
        ["serviceMonitor"] = new JsonObject { ["enabled"] = true },
    });

    [ToolFact("kubectl")]
    public async Task Default_base_is_the_chart_and_its_kinds()
    {
        var expected = DeployFiles.Chart.Render([]).Values.Concat(Api.ApiCrds.All.Values);

        DeployFiles.Objects(await KustomizeAsync(Path.Combine(Repository.Root(), "deploy", "kustomize", "default")))
            .ShouldBe(DeployFiles.Objects(string.Join("\n---\n", expected)));
    }

    [ToolFact("kubectl")]
    public async Task Base_with_all_components_is_the_chart_with_all_its_options()
    {
        var overlay = Directory.CreateTempSubdirectory("dpucluster-overlay-");
        try
        {
            var kustomize = Path.Combine(Repository.Root(), "deploy", "kustomize");
            var components = Directory.GetDirectories(Path.Combine(kustomize, "components")).Select(Relative);
            await File.WriteAllTextAsync(Path.Combine(overlay.FullName, "kustomization.yaml"), $"""
                resources: [{Relative(Path.Combine(kustomize, "default"))}]
                components: [{string.Join(", ", components)}]
                """);

            DeployFiles.Objects(await KustomizeAsync(overlay.FullName))
                .ShouldBe(DeployFiles.Objects(string.Join("\n---\n", AllOn.Values.Concat(Api.ApiCrds.All.Values))));

            string Relative(string path) => Path.GetRelativePath(overlay.FullName, path);
        }
        finally
        {
            overlay.Delete(recursive: true);
        }
    }

    [Fact]
    public void Pods_of_the_operator_are_as_confined_and_as_reachable_as_those_that_it_makes()
    {
        var pod = DeployFiles.Object(AllOn["templates/deployment.yaml"], "Deployment")["spec"]!["template"]!["spec"]!;
        var container = pod["containers"]!.AsArray().Single()!;
        var made = ComponentManifests.Of(SystemParts.Components[0], "ns", "image", [], new() { Components = SystemParts.Components, Image = "image" })
            .Deployment.Spec!.Template!.Spec!;
        var theirs = made.Containers![0];

        var (security, podSecurity) = (container["securityContext"]!, pod["securityContext"]!);
        security["allowPrivilegeEscalation"]!.GetValue<bool>().ShouldBe(theirs.SecurityContext!.AllowPrivilegeEscalation!.Value);
        security["readOnlyRootFilesystem"]!.GetValue<bool>().ShouldBe(theirs.SecurityContext.ReadOnlyRootFilesystem!.Value);
        security["capabilities"]!["drop"]!.AsArray().Select(one => one!.GetValue<string>()).ShouldBe(theirs.SecurityContext.Capabilities!.Drop);
        podSecurity["runAsNonRoot"]!.GetValue<bool>().ShouldBe(theirs.SecurityContext.RunAsNonRoot!.Value);
        podSecurity["runAsUser"]!.GetValue<long>().ShouldBe(theirs.SecurityContext.RunAsUser!.Value);
        podSecurity["seccompProfile"]!["type"]!.GetValue<string>().ShouldBe(theirs.SecurityContext.SeccompProfile!.Type);

        container["command"]!.AsArray().Single()!.GetValue<string>().ShouldBe("/operator");
        container["args"]!.AsArray().Select(one => one!.GetValue<string>()).ShouldBe([.. theirs.Args!, "--replicas=2"]);
        container["ports"]!.AsArray().Select(one => (one!["name"]!.GetValue<string>(), one["containerPort"]!.GetValue<long>()))
            .ShouldBe(theirs.Ports!.Select(one => (one.Name!, (long)one.Number!.Value)));
        container["livenessProbe"]!["httpGet"]!["path"]!.GetValue<string>().ShouldBe(theirs.LivenessProbe!.HttpGet!.Path);
        container["readinessProbe"]!["httpGet"]!["path"]!.GetValue<string>().ShouldBe(theirs.ReadinessProbe!.HttpGet!.Path);
        pod["terminationGracePeriodSeconds"]!.GetValue<long>().ShouldBe(made.TerminationGracePeriodSeconds!.Value);
        container["env"]![0]!["name"]!.GetValue<string>().ShouldBe(ComponentImages.OwnVariable);
        container["env"]![0]!["value"]!.GetValue<string>().ShouldBe(container["image"]!.GetValue<string>());
    }

    [Fact]
    public void Every_process_has_a_budget_and_what_selects_pods_finds_those_of_all()
    {
        var components = SystemParts.Roles.Select(role => role.Controller).ToList();
        var budgets = Yaml.ToJsonDocuments(AllOn["templates/pod-disruption-budget.yaml"]).OfType<JsonObject>().ToList();
        budgets.Select(one => one["spec"]!["selector"]!["matchLabels"]!["app.kubernetes.io/component"]!.GetValue<string>()).ShouldBe(components, ignoreOrder: true);

        var installed = SystemParts.Components
            .Select(one => ComponentManifests.Of(one, "ns", "image", [], new() { Components = SystemParts.Components, Image = "image" }).Deployment.Spec!.Template!.Metadata!.Labels!)
            .Append(DeployFiles.Object(AllOn["templates/deployment.yaml"], "Deployment")["spec"]!["template"]!["metadata"]!["labels"]!.AsObject()
                .ToDictionary(label => label.Key, label => label.Value!.GetValue<string>()))
            .ToList();
        var selectors = budgets.Select(one => one["spec"]!["selector"]!["matchLabels"]!)
            .Append(DeployFiles.Object(AllOn["templates/network-policy.yaml"], "NetworkPolicy")["spec"]!["podSelector"]!["matchLabels"]!)
            .Append(DeployFiles.Object(AllOn["templates/service-monitor.yaml"], "Service")["spec"]!["selector"]!)
            .Select(one => one.AsObject());
        foreach (var selector in selectors)
        {
            installed.Count(labels => selector.All(label => labels.GetValueOrDefault(label.Key) == label.Value!.GetValue<string>()))
                .ShouldBe(selector.ContainsKey("app.kubernetes.io/component") ? 1 : components.Count, selector.ToJsonString());
        }

        var service = DeployFiles.Object(AllOn["templates/service-monitor.yaml"], "Service");
        var monitor = DeployFiles.Object(AllOn["templates/service-monitor.yaml"], "ServiceMonitor");
        service["metadata"]!["labels"]!.ToJsonString().ShouldBe(monitor["spec"]!["selector"]!["matchLabels"]!.ToJsonString());
        monitor["spec"]!["endpoints"]![0]!["port"]!.GetValue<string>().ShouldBe(service["spec"]!["ports"]![0]!["name"]!.GetValue<string>());
    }

    [Fact]
    public void Dashboard_in_the_config_map_is_the_file()
    {
        var map = DeployFiles.Object(AllOn["templates/dashboard.yaml"], "ConfigMap")["data"]!["dpucluster.json"]!.GetValue<string>();

        map.ShouldBe(File.ReadAllText(Path.Combine(DeployFiles.ChartDirectory, "files", "dashboard.json")).TrimEnd('\n'));
    }

    private static async Task<string> KustomizeAsync(string directory) =>
        (await ProcessRunner.RunAsync(Tools.Require("kubectl"), ["kustomize", directory])).ShouldSucceed().Output;
}

using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Standalone.Workloads;
using DpuCluster.Testing;
using Deployment = DpuCluster.Standalone.Workloads.Deployment;

namespace DpuCluster.Standalone.Tests.Workloads;

public sealed class SimulationTests
{
    private const string Slow = """{"metadata":{"annotations":{"dpucluster.dev/pod-start-seconds":"3600"}}}""";
    private const string Fast = """{"metadata":{"annotations":{"dpucluster.dev/pod-start-seconds":null}}}""";

    [Fact]
    public async Task Daemon_set_runs_where_it_fits_and_says_that_it_is_simulated()
    {
        await using var world = await World.StartAsync();
        await world.Apply(Standalone.Workloads.DaemonSet.Resource, Set("agent:1", "node-role.kubernetes.io/control-plane: ''"));

        await world.Becomes(Standalone.Workloads.DaemonSet.Resource, "agent", set => Number(set, "numberAvailable") == 1, "one pod is available");

        var pod = (await world.List(Pod.Resource)).ShouldHaveSingleItem();
        pod["spec"]!["nodeName"]!.GetValue<string>().ShouldBe("control-plane-1");
        pod["status"]!["phase"]!.GetValue<string>().ShouldBe("Running");
        pod["status"]!["podIP"]!.GetValue<string>().ShouldBe("192.0.2.11");
        pod["metadata"]!["annotations"]!["dpucluster.dev/simulated"]!.GetValue<string>().ShouldBe("true");
        pod["status"]!["message"]!.GetValue<string>().ShouldContain("simulated");
        var log = await world.Admin.GetRawAsync($"/api/v1/namespaces/default/pods/{pod["metadata"]!["name"]}/log", default);
        log.Body.ShouldContain("simulated");
    }

    [Fact]
    public async Task Selector_without_a_node_is_seen_in_the_status_and_heals_with_a_label()
    {
        await using var world = await World.StartAsync();
        await world.Apply(Standalone.Workloads.DaemonSet.Resource, Set("agent:1", "role: dpu"));
        await world.Becomes(Standalone.Workloads.DaemonSet.Resource, "agent", set => Number(set, "observedGeneration") == 1, "the set was seen");
        (await world.List(Pod.Resource)).ShouldBeEmpty();

        await world.Patch(Node.Resource, "control-plane-2", """{"metadata":{"labels":{"role":"dpu"}}}""");
        await world.Becomes(Standalone.Workloads.DaemonSet.Resource, "agent", set => Number(set, "numberReady") == 1, "the pod runs");
        await world.Patch(Node.Resource, "control-plane-2", """{"metadata":{"labels":{"role":null}}}""");
        await world.Becomes(
            Standalone.Workloads.DaemonSet.Resource, "agent", set => Number(set, "desiredNumberScheduled") == 0 && Number(set, "numberMisscheduled") == 0, "the pod is gone");
    }

    [Fact]
    public async Task Rollout_stands_while_new_pods_take_their_time_to_start()
    {
        await using var world = await World.StartAsync();
        await world.Apply(Standalone.Workloads.DaemonSet.Resource, Set("agent:1", "kubernetes.io/os: linux"));
        await world.Becomes(Standalone.Workloads.DaemonSet.Resource, "agent", set => Number(set, "numberAvailable") == 2, "both pods run");
        await world.Patch(Node.Resource, "control-plane-1", Slow);

        await world.Apply(Standalone.Workloads.DaemonSet.Resource, Set("agent:2", "kubernetes.io/os: linux"));

        await world.Becomes(
            Standalone.Workloads.DaemonSet.Resource,
            "agent",
            set => Number(set, "observedGeneration") == 2 && Number(set, "updatedNumberScheduled") >= 1 && Number(set, "numberAvailable") == 1,
            "the rollout is under way");
        await world.Patch(Node.Resource, "control-plane-1", Fast);
        await world.Becomes(
            Standalone.Workloads.DaemonSet.Resource, "agent", set => Number(set, "updatedNumberScheduled") == 2 && Number(set, "numberAvailable") == 2, "the rollout is over");
    }

    [Fact]
    public async Task Pod_that_no_node_takes_says_why_and_gets_the_first_one_that_does()
    {
        await using var world = await World.StartAsync();
        await world.Patch(Node.Resource, "control-plane-2", """{"spec":{"unschedulable":true}}""");
        await world.Apply(Deployment.Resource, """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: default}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: c, image: web}]}
            """);
        await world.Becomes(
            Deployment.Resource, "web", web => Number(web, "unavailableReplicas") == 2 && Number(web, "replicas") == 2, "both pods wait");
        var scheduled = (await Eventually.Get(
            async () => Scheduled((await world.List(Pod.Resource))[0]), condition => condition is not null, "it is told of the pod whether it has a node"))!;
        scheduled["reason"]!.GetValue<string>().ShouldBe("Unschedulable");
        scheduled["message"]!.GetValue<string>().ShouldContain("control-plane-1");

        await world.Patch(Node.Resource, "control-plane-2", """{"spec":{"unschedulable":null}}""");

        await world.Becomes(Deployment.Resource, "web", web => Number(web, "availableReplicas") == 2, "both pods run");
        (await world.List(Pod.Resource)).ShouldAllBe(pod => (string?)pod["spec"]!["nodeName"] == "control-plane-2");
    }

    [Fact]
    public async Task Pod_whose_image_the_node_cannot_pull_says_so_and_starts_when_it_can()
    {
        await using var world = await World.StartAsync();
        await world.Patch(Node.Resource, "control-plane-1", Missing("agent:1, other:2"));
        await world.Apply(Standalone.Workloads.DaemonSet.Resource, Set("agent:1", "node-role.kubernetes.io/control-plane: ''"));

        await world.Becomes(
            Standalone.Workloads.DaemonSet.Resource, "agent", set => Number(set, "desiredNumberScheduled") == 1 && Number(set, "numberUnavailable") == 1, "the pod is not available");
        var pod = await Eventually.Get(
            async () => (await world.List(Pod.Resource)).Single(), pod => pod["status"]!["containerStatuses"] is not null, "the pod has a status");
        pod["status"]!["phase"]!.GetValue<string>().ShouldBe("Pending");
        var waiting = pod["status"]!["containerStatuses"]![0]!["state"]!["waiting"]!;
        waiting["reason"]!.GetValue<string>().ShouldBe("ImagePullBackOff");
        waiting["message"]!.GetValue<string>().ShouldContain("agent:1");

        await world.Patch(Node.Resource, "control-plane-1", Missing("other:2"));

        await world.Becomes(Standalone.Workloads.DaemonSet.Resource, "agent", set => Number(set, "numberAvailable") == 1, "the pod runs");
        (await world.List(Pod.Resource)).ShouldHaveSingleItem()["status"]!["containerStatuses"]![0]!["state"]!["waiting"].ShouldBeNull();
    }

    [Fact]
    public async Task Pod_that_has_a_node_is_given_to_no_other()
    {
        await using var world = await World.StartAsync();
        await world.Apply(Pod.Resource, """
            apiVersion: v1
            kind: Pod
            metadata: {name: bare, namespace: default}
            spec: {containers: [{name: c, image: bare}]}
            """);
        await world.Becomes(Pod.Resource, "bare", pod => (string?)pod["status"]?["phase"] == "Running", "the pod runs");
        var bindings = new ResourceType("", "v1", "Binding", "pods/bare/binding", Namespaced: true);
        var binding = new Unstructured
        {
            Metadata = new() { Name = "bare", Namespace = World.Ns },
            Fields = new() { ["target"] = JsonSerializer.SerializeToElement(new JsonObject { ["kind"] = "Node", ["name"] = "control-plane-1" }) },
        };

        var refused = await Should.ThrowAsync<KubernetesException>(() => world.Admin.Unstructured(bindings).CreateAsync(binding, null, default));

        refused.IsConflict.ShouldBeTrue();
        refused.Message.ShouldContain("control-plane-2");
    }

    private static JsonNode? Scheduled(JsonNode pod) =>
        pod["status"]?["conditions"]?.AsArray().SingleOrDefault(condition => (string?)condition!["type"] == "PodScheduled");

    private static string Missing(string images) =>
        new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["dpucluster.dev/missing-images"] = images } } }.ToJsonString();

    private static long? Number(JsonNode workload, string field) => workload["status"]?[field]?.GetValue<long>() ?? 0;

    private static string Set(string image, string selector) => $$"""
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: agent, namespace: default}
        spec:
          selector: {matchLabels: {app: agent} }
          template:
            metadata: {labels: {app: agent} }
            spec:
              hostNetwork: true
              nodeSelector: { {{selector}} }
              tolerations: [{operator: Exists}]
              containers: [{name: c, image: '{{image}}'}]
        """;
}

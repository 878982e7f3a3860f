using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Provisioning.Tests.OlderGroup;

/// <summary>An object of the older group and the cluster that it is mirrored into, while both live.</summary>
public sealed class MirrorTests(OlderSite site) : IClassFixture<OlderSite>
{
    private HostCluster Host => site.Host;

    [Fact]
    public async Task Older_cluster_is_mirrored_and_its_status_comes_back()
    {
        await using var tenant = await ScriptedTenant.StartAsync();
        await Host.PutSecretAsync("whole", tenant.Kubeconfig());
        var mirror = await site.CreateMirroredAsync("whole");
        var older = await site.GetAsync("whole");
        mirror.Spec.ShouldBe(older.Spec);
        mirror.ControllerOwner.ShouldNotBeNull().Uid.ShouldBe(older.Metadata.Uid);
        mirror.ControllerOwner!.ApiVersion.ShouldBe("provisioning.dpf.nvidia.com/v1alpha1");

        await site.Site.TakeAsync("whole");

        older = await site.BecomesAsync("whole", one => one.Status?.Phase == ClusterPhase.Ready && one.Status.NodesCount is not null, "Ready");
        mirror = await Host.GetAsync("whole");
        older.Status!.Version.ShouldBe(mirror.Status!.Version);
        older.Status.Conditions.Find(ClusterConditionType.Ready)!.Message.ShouldBe(mirror.Status.Conditions.Find(ClusterConditionType.Ready)!.Message);
        older.Status.Conditions!.Select(condition => condition.Type).ShouldBe(
            [.. mirror.Status.Conditions!.Select(condition => condition.Type), OlderGroupMirror.Condition]);
    }

    [Fact]
    public async Task What_others_make_of_the_mirrored_spec_is_undone()
    {
        var spec = new DPUClusterSpec { Type = ClusterType.Static, Version = "v1.30.2", MaxNodes = 10 };
        var before = await site.CreateMirroredAsync("edited", spec);

        await Host.PatchAsync("edited", new()
        {
            ["spec"] = new JsonObject
            {
                ["version"] = "v1.31.0",
                ["maxNodes"] = null,
                ["clusterEndpoint"] = new JsonObject
                {
                    ["keepalived"] = new JsonObject { ["interface"] = "eth0", ["vip"] = "192.0.2.1", ["virtualRouterID"] = 7 },
                },
            },
        });

        var mirror = await Host.BecomesAsync("edited", one => one.Spec.Version == "v1.30.2" && one.Spec.ClusterEndpoint is null && one.Spec.MaxNodes == 10, "as before");
        mirror.Metadata.Uid.ShouldBe(before.Metadata.Uid);
    }

    [Fact]
    public async Task What_is_taken_out_of_the_older_spec_goes_from_the_mirrored_one_too()
    {
        var endpoint = new ClusterEndpoint
        {
            Keepalived = new()
            {
                Interface = "eth0",
                Vip = "192.0.2.1",
                VirtualRouterId = 7,
                NodeSelector = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" },
            },
        };
        await site.CreateMirroredAsync("smaller", new() { Type = ClusterType.Static, Version = "v1.30.2", ClusterEndpoint = endpoint });

        var selector = new JsonObject { ["a"] = null, ["b"] = "3" };
        await site.PatchAsync("smaller", OlderSite.Spec("clusterEndpoint", new JsonObject { ["keepalived"] = new JsonObject { ["nodeSelector"] = selector } }));
        await Host.BecomesAsync(
            "smaller", one => one.Spec.ClusterEndpoint?.Keepalived?.NodeSelector is { Count: 1 } left && left["b"] == "3", "only b=3 is left");

        await site.PatchAsync("smaller", OlderSite.Spec("clusterEndpoint", null));
        await Host.BecomesAsync("smaller", one => one.Spec.ClusterEndpoint is null, "no endpoint");
    }

    [Fact]
    public async Task Kubeconfig_that_the_manager_names_stays_and_comes_back_into_view()
    {
        await site.CreateMirroredAsync("named", new() { Type = ClusterType.Kamaji, Version = "v1.30.2" });

        await Host.PatchAsync("named", OlderSite.Spec("kubeconfig", "named-admin-kubeconfig"));

        await site.BecomesAsync("named", one => one.Spec.Kubeconfig == "named-admin-kubeconfig", "the name comes back");
        await site.PatchAsync("named", OlderSite.Spec("version", "v1.31.0"));
        (await Host.BecomesAsync("named", one => one.Spec.Version == "v1.31.0", "upgraded")).Spec.Kubeconfig.ShouldBe("named-admin-kubeconfig");
    }

    [Fact]
    public async Task Conditions_speak_of_the_generation_of_the_object_that_carries_them()
    {
        await site.CreateMirroredAsync("counted");
        await site.Site.TakeAsync("counted");
        for (var nodes = 20; nodes <= 40; nodes += 10)
        {
            // Edits of the mirrored object, which are undone, count there only.
            await Host.PatchAsync("counted", OlderSite.Spec("version", "v1.31.0"));
            await Host.BecomesAsync("counted", one => one.Spec.Version == "v1.30.2", "undone");
            await site.PatchAsync("counted", OlderSite.Spec("maxNodes", nodes));
        }

        var older = await site.BecomesAsync(
            "counted",
            one => one.Status!.Conditions.Find(ClusterConditionType.Ready)?.ObservedGeneration == one.Metadata.Generation
                && one.Status.ObservedGeneration == one.Metadata.Generation,
            "Ready speaks of the present generation");
        older.Metadata.Generation!.Value.ShouldBeLessThan((await Host.GetAsync("counted")).Metadata.Generation!.Value);
    }

    [Fact]
    public async Task Labels_and_annotations_go_along_except_those_by_which_tools_know_what_they_have_applied()
    {
        const string applied = "kubectl.kubernetes.io/last-applied-configuration";
        await site.CreateMirroredAsync("labelled", metadata: new()
        {
            Labels = new Dictionary<string, string> { ["site"] = "a", ["gone"] = "soon", ["applyset.kubernetes.io/part-of"] = "x" },
            Annotations = new Dictionary<string, string> { ["note"] = "n", [applied] = "{}" },
        });
        var mirror = await Host.BecomesAsync("labelled", one => one.Metadata.Labels?.Count > 0, "labels come along");
        mirror.Metadata.Labels.ShouldBe(new Dictionary<string, string> { ["site"] = "a", ["gone"] = "soon" }, ignoreOrder: true);
        mirror.Metadata.Annotations!["note"].ShouldBe("n");
        mirror.Metadata.Annotations.Keys.ShouldNotContain(applied);
        await Host.PatchAsync("labelled", Labels(new() { ["own"] = "label" }));

        await site.PatchAsync("labelled", Labels(new() { ["gone"] = null, ["site"] = "b" }));

        mirror = await Host.BecomesAsync("labelled", one => one.Metadata.Labels?.ContainsKey("gone") is false, "what is gone goes");
        mirror.Metadata.Labels.ShouldBe(new Dictionary<string, string> { ["site"] = "b", ["own"] = "label" }, ignoreOrder: true);
    }

    [Fact]
    public async Task Nothing_is_written_without_a_difference()
    {
        await using var tenant = await ScriptedTenant.StartAsync();
        await Host.PutSecretAsync("steady", tenant.Kubeconfig());
        await site.CreateMirroredAsync("steady", metadata: new() { Labels = new Dictionary<string, string> { ["site"] = "a" } });
        await site.Site.TakeAsync("steady");
        await Host.BecomesAsync("steady", one => one.Status?.NodesCount is not null, "counted");
        await site.BecomesAsync("steady", one => one.Status is { Phase: ClusterPhase.Ready, NodesCount: not null }, "Ready");
        var before = (await Host.GetAsync("steady"), await site.GetAsync("steady"));

        // Reconciled again, with every informer anew.
        await site.Site.Running.StopAsync();
        var next = await site.Site.RunAsync();
        await ProvisioningSite.ChecksGoOnAsync(tenant);
        await Eventually.Holds(() => next.Reconciliations >= 2, "both controllers have looked");

        (await Host.GetAsync("steady")).Metadata.ResourceVersion.ShouldBe(before.Item1.Metadata.ResourceVersion);
        (await site.GetAsync("steady")).Metadata.ResourceVersion.ShouldBe(before.Item2.Metadata.ResourceVersion);
    }

    private static JsonObject Labels(JsonObject labels) => new() { ["metadata"] = new JsonObject { ["labels"] = labels } };
}

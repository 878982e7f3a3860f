using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ClusterManager.Kamaji.Children;
using DpuCluster.Controllers.Applying;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

public sealed class FieldDriftTests
{
    private static readonly DaemonSet Wanted = AppliedConfiguration.Sign(KeepalivedChildren.DaemonSet(
        Clusters.Kamaji("c", Clusters.Endpoint()).Stored(), Clusters.Settings(), 30001, new()));

    [Fact]
    public void What_the_server_fills_in_is_no_drift() => FieldDrift.Find(Live(_ => { }), Wanted).ShouldBeNull();

    [Fact]
    public void A_changed_value_is_found_wherever_it_is()
    {
        var live = Live(spec => spec["template"]!["spec"]!["containers"]![0]!["image"] = "evil");

        FieldDrift.Find(live, Wanted).ShouldBe("spec.template.spec.containers[keepalived].image");
    }

    [Fact]
    public void A_missing_item_is_found()
    {
        var live = Live(spec => spec["template"]!["spec"]!["tolerations"]!.AsArray().RemoveAt(0));

        FieldDrift.Find(live, Wanted).ShouldBe("spec.template.spec.tolerations");
    }

    [Fact]
    public void The_order_of_items_with_an_identity_means_nothing()
    {
        var live = Live(spec =>
        {
            var containers = spec["template"]!["spec"]!["containers"]!.AsArray();
            var first = containers[0];
            containers.RemoveAt(0);
            containers.Add(first);
        });

        FieldDrift.Find(live, Wanted).ShouldBeNull();
    }

    [Fact]
    public void A_selector_must_be_exactly_as_wanted()
    {
        var wanted = KamajiService.Desired(Clusters.Kamaji("c").Stored(), null, 30001);
        var live = wanted with { Spec = wanted.Spec! with { Selector = new Dictionary<string, string>(wanted.Spec.Selector!) { ["more"] = "labels" } } };

        FieldDrift.Find(live, wanted).ShouldBe("spec.selector");
        FieldDrift.Find(wanted, wanted).ShouldBeNull();
    }

    [Fact]
    public void A_field_that_is_wanted_no_more_changes_the_fingerprint()
    {
        var cluster = Clusters.Kamaji("c").Stored();
        var with = AppliedConfiguration.Sign(KamajiTenant.Desired(cluster, "v1.30.2", Clusters.Settings(), 30001));
        var without = AppliedConfiguration.Sign(KamajiTenant.Desired(cluster, "v1.30.2", null, 30001));

        FieldDrift.Find(with, without).ShouldBe($"metadata.annotations.{AppliedConfiguration.Annotation}");
    }

    private static DaemonSet Live(Action<JsonObject> change)
    {
        var json = JsonSerializer.SerializeToNode(Wanted, DaemonSet.JsonType)!.AsObject();
        var spec = json["spec"]!.AsObject();
        spec["revisionHistoryLimit"] = 10;
        spec["template"]!["spec"]!["schedulerName"] = "default-scheduler";
        spec["template"]!["spec"]!["containers"]![0]!["imagePullPolicy"] = "IfNotPresent";
        json["metadata"]!["uid"] = "1";
        json["status"] = new JsonObject();
        change(spec);
        return json.Deserialize(DaemonSet.JsonType)!;
    }
}

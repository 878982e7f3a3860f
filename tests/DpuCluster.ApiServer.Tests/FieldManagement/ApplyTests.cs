using System.Text.Json.Nodes;
using DpuCluster.ApiServer.FieldManagement;
using DpuCluster.ApiServer.Tests.Patches;
using DpuCluster.Kubernetes.Meta;
using static DpuCluster.ApiServer.Tests.FieldManagement.UpdateTests;

namespace DpuCluster.ApiServer.Tests.FieldManagement;

public class ApplyTests
{
    private const string First = """{"metadata":{"name":"a","labels":{"l":"1"}},"spec":{"note":"one","ports":[{"name":"p","number":1}],"tags":["x"]}}""";

    [Fact]
    public void Whoever_applies_owns_what_is_applied_but_not_what_it_is_in()
    {
        var obj = Apply(null, First, "one");
        Owners(obj).ShouldBeJson("""
            [{"manager":"one","operation":"Apply","apiVersion":"v1","time":"2024-05-06T07:08:09Z","fieldsType":"FieldsV1",
              "fieldsV1":{"f:metadata":{"f:labels":{"f:l":{}}},
                "f:spec":{"f:note":{},"f:ports":{"k:{\"name\":\"p\"}":{".":{},"f:name":{},"f:number":{}}},"f:tags":{"v:\"x\"":{}}}}}]
            """);
        ((JsonObject)obj["metadata"]!).Remove("managedFields");
        obj.ShouldBeJson(First);
    }

    [Fact]
    public void Two_managers_share_an_object_item_by_item()
    {
        var obj = Apply(Apply(null, First, "one"), """{"spec":{"ports":[{"name":"q","number":2}],"tags":["y"]}}""", "two");
        obj["spec"].ShouldBeJson("""{"note":"one","ports":[{"name":"p","number":1},{"name":"q","number":2}],"tags":["x","y"]}""");
        Fields(obj, "two").ShouldBeJson("""{"f:spec":{"f:ports":{"k:{\"name\":\"q\"}":{".":{},"f:name":{},"f:number":{}}},"f:tags":{"v:\"y\"":{}}}}""");
    }

    [Fact]
    public void A_field_that_another_applied_with_another_value_is_a_conflict()
    {
        var error = Conflict(Apply(null, First, "one"), """{"spec":{"note":"two"}}""", "two");
        error.Status.Message.ShouldBe("Apply failed with 1 conflict: conflict with \"one\": .spec.note");
        error.Status.Reason.ShouldBe("Conflict");
        error.Status.Code.ShouldBe(409);
        error.Status.Details!.Causes.ShouldBe([new StatusCause { Reason = "FieldManagerConflict", Message = "conflict with \"one\"", Field = ".spec.note" }]);
    }

    [Fact]
    public void A_conflict_with_an_updater_names_its_version_and_one_with_a_status_writer_its_subresource()
    {
        var obj = Stored("""{"data":{"k":"2"}}""", null, Kinds.By("updater"));
        Conflict(obj, """{"data":{"k":"1"}}""", "applier", Kinds.ConfigMap).Status.Message
            .ShouldBe("Apply failed with 1 conflict: conflict with \"updater\" using v1: .data.k");

        var widget = Stored("""{"spec":{"note":"a"},"status":{"phase":"x"}}""", Apply(null, """{"spec":{"note":"a"}}""", "one"), Kinds.By("s", Kinds.Widget, subresource: "status"));
        Conflict(widget, """{"status":{"phase":"y"}}""", "two").Status.Message
            .ShouldBe("Apply failed with 1 conflict: conflict with \"s\" with subresource \"status\" using v1: .status.phase");
    }

    [Fact]
    public void Several_conflicts_are_listed_by_manager()
    {
        var obj = Apply(null, """{"spec":{"note":"1","size":1,"ports":[{"name":"p","number":1}]}}""", "one");
        obj = Stored("""{"spec":{"note":"1","size":2,"ports":[{"name":"p","number":2}],"tags":[]}}""", obj, Kinds.By("b", Kinds.Widget));
        var error = Conflict(obj, """{"spec":{"note":"9","size":9,"ports":[{"name":"p","number":9}]}}""", "two");
        error.Status.Message.ShouldBe(
            "Apply failed with 3 conflicts: conflicts with \"b\" using v1:\n- .spec.size\n- .spec.ports[name=\"p\"].number\nconflicts with \"one\":\n- .spec.note");
        error.Status.Details!.Causes!.Count.ShouldBe(3);
    }

    [Fact]
    public void To_force_takes_fields_over()
    {
        var obj = Apply(Apply(null, First, "one"), """{"spec":{"note":"two"}}""", "two", force: true);
        obj["spec"]!["note"]!.GetValue<string>().ShouldBe("two");
        Fields(obj, "two").ShouldBeJson("""{"f:spec":{"f:note":{}}}""");
        Fields(obj, "one")!["f:spec"]!.AsObject().ContainsKey("f:note").ShouldBeFalse();
    }

    [Fact]
    public void The_same_value_is_shared_and_stays_until_the_last_owner_gives_it_up()
    {
        var obj = Apply(null, """{"spec":{"note":"n","tags":["x"]}}""", "one");
        obj = Apply(obj, """{"spec":{"note":"n","tags":["x"]}}""", "two");
        obj = Apply(obj, """{"spec":{"size":1}}""", "one");
        obj["spec"].ShouldBeJson("""{"note":"n","tags":["x"],"size":1}""");
        obj = Apply(obj, """{"spec":{}}""", "two");
        obj["spec"].ShouldBeJson("""{"size":1}""");
    }

    [Fact]
    public void What_is_applied_no_longer_goes_with_all_that_was_defaulted_in_it_but_nothing_else()
    {
        var obj = Apply(null, First, "one");
        obj["spec"]!["ports"]![0]!["protocol"] = "TCP";
        obj["spec"]!["size"] = 5;
        obj["status"] = Json.Node("""{"phase":"Pending"}""");
        obj = Apply(obj, """{"metadata":{"name":"a"},"spec":{}}""", "one");
        Fields(obj, "one").ShouldBeJson("""{"f:spec":{}}""");
        ((JsonObject)obj["metadata"]!).Remove("managedFields");
        obj.ShouldBeJson("""{"metadata":{"name":"a"},"spec":{"size":5},"status":{"phase":"Pending"}}""");
    }

    [Fact]
    public void A_list_item_stays_with_what_another_manager_has_in_it()
    {
        var obj = Apply(null, """{"spec":{"containers":[{"name":"c","image":"i","env":[{"name":"A","value":"1"}]}]}}""", "one", Kinds.Pod);
        obj = Apply(obj, """{"spec":{"containers":[{"name":"c","env":[{"name":"B","value":"2"}]}]}}""", "two", Kinds.Pod);
        obj = Apply(obj, """{"metadata":{"name":"x"}}""", "one", Kinds.Pod);
        obj["spec"].ShouldBeJson("""{"containers":[{"name":"c","env":[{"name":"B","value":"2"}]}]}""");
        Owners(obj)!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public void To_give_up_a_field_that_an_updater_changed_leaves_it()
    {
        var obj = Apply(null, """{"data":{"k":"1","m":"1"}}""", "applier", Kinds.ConfigMap);
        obj = Stored("""{"data":{"k":"2","m":"1"}}""", obj, Kinds.By("updater"));
        obj = Apply(obj, """{"data":{}}""", "applier", Kinds.ConfigMap);
        obj["data"].ShouldBeJson("""{"k":"2"}""");

        obj = Apply(obj, """{"data":{"k":"1"}}""", "applier", Kinds.ConfigMap, force: true);
        Owners(obj)!.AsArray().Count.ShouldBe(1);
        Fields(obj, "applier").ShouldBeJson("""{"f:data":{"f:k":{}}}""");
    }

    [Fact]
    public void Atomic_lists_and_maps_are_replaced_as_a_whole()
    {
        var obj = Apply(null, """{"spec":{"args":["a","b"],"selector":{"x":"1"}}}""", "one");
        Fields(obj, "one").ShouldBeJson("""{"f:spec":{"f:args":{},"f:selector":{}}}""");
        obj = Apply(obj, """{"spec":{"args":["c"],"selector":{"y":"2"}}}""", "one", second: 1);
        obj["spec"].ShouldBeJson("""{"args":["c"],"selector":{"y":"2"}}""");
        Conflict(obj, """{"spec":{"selector":{"y":"2","z":"3"}}}""", "two").Status.Message
            .ShouldBe("Apply failed with 1 conflict: conflict with \"one\": .spec.selector");
    }

    [Fact]
    public void Items_that_both_have_come_in_the_order_in_which_they_are_applied()
    {
        var obj = Stored("""{"spec":{"tags":["a","b","c","d"]}}""", null, Kinds.By("m", Kinds.Widget));
        Apply(obj, """{"spec":{"tags":["c","a","n"]}}""", "one")["spec"]!["tags"].ShouldBeJson("""["b","c","d","a","n"]""");
        Apply(obj, """{"spec":{"tags":["n","b"]}}""", "one")["spec"]!["tags"].ShouldBeJson("""["a","n","b","c","d"]""");
    }

    [Fact]
    public void An_apply_that_changes_nothing_leaves_everything_as_it_is()
    {
        var obj = Apply(null, First, "one");
        Apply(obj, First, "one", second: 60).ShouldBeJson(obj.ToJsonString());
    }

    [Fact]
    public void Who_comes_to_share_a_value_without_changing_anything_has_no_time()
    {
        var obj = Apply(Apply(null, First, "one"), """{"spec":{"note":"one"}}""", "two", second: 60);
        Fields(obj, "two").ShouldBeJson("""{"f:spec":{"f:note":{}}}""");
        Time(obj, "two").ShouldBeNull();
        Time(obj, "one").ShouldBe("2024-05-06T07:08:09Z");
        Owners(obj)![0]!["manager"]!.GetValue<string>().ShouldBe("two");
    }

    [Fact]
    public void An_item_goes_with_its_applier_even_if_an_updater_has_set_a_field_of_it_but_the_list_stays()
    {
        var live = Apply(null, """{"spec":{"ports":[{"name":"p","number":1}]}}""", "one");
        var obj = Stored("""{"spec":{"ports":[{"name":"p","number":1,"protocol":"UDP"}]}}""", live, Kinds.By("updater", Kinds.Widget));
        Apply(obj, """{"spec":{}}""", "one")["spec"].ShouldBeJson("""{"ports":[]}""");
    }

    [Fact]
    public void Status_is_applied_under_its_own_name()
    {
        var obj = Apply(null, """{"spec":{"note":"a"}}""", "one");
        obj = FieldManager.Apply(
            obj, Json.Object("""{"metadata":{"name":"a"},"status":{"phase":"Ready","conditions":[{"type":"Ready","status":"True"}]}}"""),
            Kinds.By("one", Kinds.Widget, subresource: "status", reset: FieldFilter.ExceptSpec), false);
        Fields(obj, "one", "").ShouldBeJson("""{"f:spec":{"f:note":{}}}""");
        Fields(obj, "one", "status").ShouldBeJson("""{"f:status":{"f:conditions":{"k:{\"type\":\"Ready\"}":{".":{},"f:status":{},"f:type":{}}},"f:phase":{}}}""");
        obj["status"].ShouldBeJson("""{"phase":"Ready","conditions":[{"type":"Ready","status":"True"}]}""");
    }

    [Theory]
    [InlineData("""{"metadata":{"managedFields":[]}}""", 400, "metadata.managedFields must be nil")]
    [InlineData("""{"apiVersion":"v1","kind":"W","metadata":{"name":"a","namespace":"n"},"spec":{"frob":1}}""", 500,
        "failed to create typed patch object (n/a; /v1, Kind=W): .spec.frob: field not declared in schema")]
    [InlineData("""{"apiVersion":"g/v1","kind":"W","metadata":{"name":"a"},"spec":{"ports":[{"name":"p"},{"name":"p"}]}}""", 500,
        "failed to create typed patch object (/a; g/v1, Kind=W): .spec.ports: duplicate entries for key [name=\"p\"]")]
    [InlineData("""{"apiVersion":"g/v1","kind":"W","metadata":{"name":"a"},"spec":{"ports":[{"number":1}]}}""", 500,
        "failed to create typed patch object (/a; g/v1, Kind=W): .spec.ports: element 0: associative list with keys has an element that omits key field \"name\" (and doesn't have default value)")]
    [InlineData("""{"apiVersion":"g/v1","kind":"W","metadata":{"name":"a"},"spec":{"size":"x","tags":{}}}""", 500,
        "failed to create typed patch object (/a; g/v1, Kind=W): errors:\n  .spec.size: expected numeric (int or float), got string\n  .spec.tags: expected list, got &{map[]}")]
    public void What_cannot_be_applied_is_refused(string applied, int code, string message)
    {
        var error = Should.Throw<KubernetesException>(() => Apply(null, applied, "one"));
        error.Status.Code.ShouldBe(code);
        error.Status.Message.ShouldBe(message);
    }

    [Fact]
    public void Another_kind_is_refused()
    {
        var context = Kinds.By("one") with { Kind = "ConfigMap" };
        Should.Throw<KubernetesException>(() => FieldManager.Apply(null, Json.Object("""{"apiVersion":"v1","kind":"Pod"}"""), context, false))
            .Status.Message.ShouldBe("invalid object type: /v1, Kind=Pod");
    }

    [Fact]
    public void Without_a_schema_maps_are_merged_and_lists_replaced()
    {
        var obj = Apply(null, """{"spec":{"free":{"a":1,"l":[{"x":1}]}}}""", "one");
        obj = Apply(obj, """{"spec":{"free":{"b":{"c":2}}}}""", "two");
        obj["spec"]!["free"].ShouldBeJson("""{"a":1,"l":[{"x":1}],"b":{"c":2}}""");
        Fields(obj, "two").ShouldBeJson("""{"f:spec":{"f:free":{"f:b":{".":{},"f:c":{}}}}}""");
    }

    internal static JsonObject Apply(
        JsonObject? live, string applied, string manager, DpuCluster.ApiServer.Schemas.Schema? schema = null, bool force = false, int second = 0) =>
        FieldManager.Apply(live, Json.Object(applied), Kinds.By(manager, schema ?? Kinds.Widget, second), force);

    private static KubernetesException Conflict(JsonObject live, string applied, string manager, DpuCluster.ApiServer.Schemas.Schema? schema = null) =>
        Should.Throw<KubernetesException>(() => Apply(live, applied, manager, schema));
}

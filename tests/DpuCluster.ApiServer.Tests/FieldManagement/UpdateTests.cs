using System.Text.Json.Nodes;
using DpuCluster.ApiServer.FieldManagement;
using DpuCluster.ApiServer.Tests.Patches;

namespace DpuCluster.ApiServer.Tests.FieldManagement;

public class UpdateTests
{
    [Fact]
    public void Whoever_creates_an_object_owns_what_is_in_it()
    {
        var obj = Json.Object("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"n","uid":"u","resourceVersion":"1","generation":1,"creationTimestamp":"2024-01-01T00:00:00Z","labels":{"l":"1"}},"data":{"k":"v"}}""");
        FieldManager.Update(null, obj, Kinds.By("curl"));
        Owners(obj).ShouldBeJson("""
            [{"manager":"curl","operation":"Update","apiVersion":"v1","time":"2024-05-06T07:08:09Z","fieldsType":"FieldsV1",
              "fieldsV1":{"f:data":{".":{},"f:k":{}},"f:metadata":{"f:labels":{".":{},"f:l":{}}}}}]
            """);
    }

    [Fact]
    public void Lists_of_a_pod_are_owned_item_by_item_unless_they_are_atomic()
    {
        var obj = Json.Object("""{"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}],"env":[]}],"tolerations":[{"key":"a"}]},"metadata":{"finalizers":["f"],"ownerReferences":[{"uid":"x","name":"o"}]}}""");
        FieldManager.Update(null, obj, Kinds.By("m", Kinds.Pod));
        Fields(obj, "m").ShouldBeJson("""
            {"f:metadata":{"f:finalizers":{".":{},"v:\"f\"":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"x\"}":{}}},
             "f:spec":{".":{},
               "f:containers":{".":{},"k:{\"name\":\"c\"}":{".":{},"f:env":{},"f:image":{},"f:name":{},
                 "f:ports":{".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}},
               "f:tolerations":{}}}
            """);
    }

    [Fact]
    public void An_update_takes_over_what_it_changes_and_what_it_removes_is_nobodys()
    {
        var live = FieldManager.Apply(null, Json.Object("""{"metadata":{"name":"a"},"data":{"k":"1","m":"1","x":"1"}}"""), Kinds.By("applier"), false);
        var updated = Json.Object("""{"metadata":{"name":"a"},"data":{"k":"2","m":"1"}}""");
        FieldManager.Update(live, updated, Kinds.By("updater", second: 5));
        Owners(updated).ShouldBeJson("""
            [{"manager":"applier","operation":"Apply","apiVersion":"v1","time":"2024-05-06T07:08:09Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:m":{}}}},
             {"manager":"updater","operation":"Update","apiVersion":"v1","time":"2024-05-06T07:08:14Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:k":{}}}}]
            """);
    }

    [Fact]
    public void Updates_of_one_manager_are_one_entry_whose_time_moves_only_when_it_sets_something()
    {
        var first = Stored("""{"data":{"a":"1","b":"1"}}""", null, Kinds.By("m"));
        var second = Stored("""{"data":{"a":"2","b":"1","c":"1"}}""", first, Kinds.By("m", second: 1));
        Owners(second)!.AsArray().Count.ShouldBe(1);
        Time(second, "m").ShouldBe("2024-05-06T07:08:10Z");
        Fields(second, "m").ShouldBeJson("""{"f:data":{".":{},"f:a":{},"f:b":{},"f:c":{}}}""");

        var removed = Stored("""{"data":{"a":"2"}}""", second, Kinds.By("m", second: 2));
        Time(removed, "m").ShouldBe("2024-05-06T07:08:10Z");
        Fields(removed, "m").ShouldBeJson("""{"f:data":{".":{},"f:a":{}}}""");

        var same = Stored("""{"data":{"a":"2"}}""", removed, Kinds.By("other", second: 3));
        Owners(same).ShouldBeJson(Owners(removed)!.ToJsonString());
    }

    [Fact]
    public void A_manager_that_owns_nothing_any_more_is_dropped()
    {
        var live = Stored("""{"data":{"a":"1"}}""", null, Kinds.By("one"));
        var updated = Stored("""{}""", live, Kinds.By("two"));
        Owners(updated).ShouldBeNull();
    }

    [Fact]
    public void A_write_of_status_and_one_of_the_object_are_told_apart()
    {
        var live = Stored("""{"spec":{"note":"a"}}""", null, Kinds.By("m", Kinds.Widget, reset: FieldFilter.ExceptStatus));
        var withStatus = Stored(
            """{"spec":{"note":"ignored"},"status":{"phase":"Ready"}}""", live,
            Kinds.By("m", Kinds.Widget, subresource: "status", reset: FieldFilter.ExceptSpec));
        Fields(withStatus, "m", "").ShouldBeJson("""{"f:spec":{".":{},"f:note":{}}}""");
        Fields(withStatus, "m", "status").ShouldBeJson("""{"f:status":{".":{},"f:phase":{}}}""");

        withStatus["spec"]!["note"] = "a";
        var ignored = Stored("""{"spec":{"note":"b"},"status":{"phase":"ignored"}}""", withStatus, Kinds.By("n", Kinds.Widget, reset: FieldFilter.ExceptStatus));
        Fields(ignored, "n").ShouldBeJson("""{"f:spec":{"f:note":{}}}""");
        Fields(ignored, "m", "status").ShouldBeJson("""{"f:status":{".":{},"f:phase":{}}}""");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[{}]")]
    public void A_client_can_reset_the_owners_and_then_nobody_is_tracked_until_the_next_apply(string reset)
    {
        var live = Stored("""{"metadata":{"uid":"u"},"data":{"a":"1"}}""", null, Kinds.By("one"));
        var updated = Json.Object("""{"metadata":{"uid":"u","managedFields":RESET},"data":{"a":"2"}}""".Replace("RESET", reset, StringComparison.Ordinal));
        FieldManager.Update(live, updated, Kinds.By("two"));
        Owners(updated).ShouldBeNull();

        var again = Stored("""{"metadata":{"uid":"u"},"data":{"a":"3"}}""", updated, Kinds.By("two"));
        Owners(again).ShouldBeNull();

        var applied = FieldManager.Apply(again, Json.Object("""{"data":{"b":"1"}}"""), Kinds.By("three"), false);
        Fields(applied, "before-first-apply").ShouldBeJson("""{"f:data":{".":{},"f:a":{}}}""");
        Fields(applied, "three").ShouldBeJson("""{"f:data":{"f:b":{}}}""");
    }

    [Fact]
    public void A_client_that_sends_no_owners_or_malformed_ones_does_not_remove_them()
    {
        var live = Stored("""{"data":{"a":"1","b":"1"}}""", null, Kinds.By("one"));
        var updated = Json.Object("""{"metadata":{"managedFields":[{"manager":"x","operation":"Frob"}]},"data":{"a":"2","b":"1"}}""");
        FieldManager.Update(live, updated, Kinds.By("two"));
        Fields(updated, "one").ShouldBeJson("""{"f:data":{".":{},"f:b":{}}}""");
        Fields(updated, "two").ShouldBeJson("""{"f:data":{"f:a":{}}}""");
    }

    [Fact]
    public void A_client_can_give_up_the_fields_of_a_manager()
    {
        var live = Stored("""{"data":{"a":"1"}}""", null, Kinds.By("one"));
        live = Stored("""{"data":{"a":"1","b":"1"}}""", live, Kinds.By("two"));
        var updated = (JsonObject)live.DeepClone();
        updated["metadata"]!["managedFields"]!.AsArray().RemoveAt(0);
        FieldManager.Update(live, updated, Kinds.By("three"));
        Owners(updated)!.AsArray().Select(o => o!["manager"]!.GetValue<string>()).ShouldBe(["two"]);
    }

    [Fact]
    public void The_oldest_of_more_than_ten_updaters_are_joined()
    {
        JsonObject? obj = null;
        for (var i = 0; i < 12; i++)
        {
            var next = obj is null ? Json.Object("""{"data":{}}""") : (JsonObject)obj.DeepClone();
            next["data"]!["k" + i] = "v";
            FieldManager.Update(obj, next, Kinds.By("m" + i, second: i));
            obj = next;
        }
        Owners(obj!)!.AsArray().Select(o => o!["manager"]!.GetValue<string>()).ShouldBe(
            ["ancient-changes", "m3", "m4", "m5", "m6", "m7", "m8", "m9", "m10", "m11"]);
        Fields(obj!, "ancient-changes").ShouldBeJson("""{"f:data":{".":{},"f:k0":{},"f:k1":{},"f:k2":{}}}""");
        Time(obj!, "ancient-changes").ShouldBe("2024-05-06T07:08:11Z");
    }

    [Fact]
    public void Owners_of_a_version_that_is_not_served_any_more_are_forgotten()
    {
        var live = Stored("""{"data":{"a":"1"}}""", null, Kinds.By("old", version: "v1beta1"));
        live = Stored("""{"data":{"a":"1","b":"1"}}""", live, Kinds.By("other", version: "v2"));
        var updated = Stored("""{"data":{"a":"1","b":"1","c":"1"}}""", live, Kinds.By("new") with { SchemaOfVersion = v => v == "v2" ? Kinds.ConfigMap : null });
        Owners(updated)!.AsArray().Select(o => o!["manager"]!.GetValue<string>()).ShouldBe(["new", "other"]);
    }

    [Fact]
    public void An_object_whose_items_cannot_be_told_apart_keeps_its_owners()
    {
        var live = Stored("""{"spec":{"ports":[{"name":"p"}]}}""", null, Kinds.By("one", Kinds.Widget));
        var updated = Stored("""{"spec":{"ports":[{"number":1}]}}""", live, Kinds.By("two", Kinds.Widget));
        Owners(updated).ShouldBeJson(Owners(live)!.ToJsonString());
    }

    [Fact]
    public void A_value_that_changes_its_kind_is_changed_as_a_whole()
    {
        var live = Stored("""{"spec":{"free":{"x":"text","y":{"z":1}}}}""", null, Kinds.By("one", Kinds.Widget));
        var updated = Stored("""{"spec":{"free":{"x":{"n":1},"y":2}}}""", live, Kinds.By("two", Kinds.Widget));
        Fields(updated, "one").ShouldBeJson("""{"f:spec":{".":{},"f:free":{}}}""");
        Fields(updated, "two").ShouldBeJson("""{"f:spec":{"f:free":{"f:x":{".":{},"f:n":{}},"f:y":{}}}}""");
    }

    [Fact]
    public void Times_are_set_back_when_nothing_else_has_changed()
    {
        var live = Stored("""{"metadata":{"name":"a"},"data":{"a":"1"}}""", null, Kinds.By("m"));
        var updated = Stored("""{"metadata":{"name":"a"},"data":{"a":"1"}}""", null, Kinds.By("m", second: 9));
        FieldManager.KeepTimesIfUnchanged(live, updated);
        Time(updated, "m").ShouldBe("2024-05-06T07:08:09Z");

        var changed = Stored("""{"metadata":{"name":"a"},"data":{"a":"2"}}""", null, Kinds.By("m", second: 9));
        FieldManager.KeepTimesIfUnchanged(live, changed);
        Time(changed, "m").ShouldBe("2024-05-06T07:08:18Z");
    }

    [Theory]
    [InlineData("mine", "kubectl/v1.30 (linux)", "mine")]
    [InlineData("", "kubectl/v1.30 (linux)", "kubectl")]
    [InlineData(null, "cu\trl\u200b x", "curl x")]
    [InlineData(null, null, "")]
    public void The_name_of_a_manager_is_given_or_the_start_of_the_user_agent(string? manager, string? userAgent, string expected) =>
        ManagerName.Of(manager, userAgent).ShouldBe(expected);

    [Fact]
    public void A_name_from_a_user_agent_is_cut_off() => ManagerName.Of(null, new string('é', 200)).Length.ShouldBe(64);

    [Fact]
    public void A_writer_without_a_name_is_unknown()
    {
        var obj = Stored("""{"data":{"a":"1"}}""", null, Kinds.By(""));
        Owners(obj)![0]!["manager"]!.GetValue<string>().ShouldBe("unknown");
    }

    internal static JsonObject Stored(string text, JsonObject? live, FieldManagementContext context)
    {
        var obj = Json.Object(text);
        FieldManager.Update(live, obj, context);
        return obj;
    }

    internal static JsonNode? Owners(JsonObject obj) => ManagedFields.Listed(obj);

    internal static JsonNode? Fields(JsonObject obj, string manager, string? subresource = null) => Entry(obj, manager, subresource)?["fieldsV1"];

    internal static string? Time(JsonObject obj, string manager) => Entry(obj, manager, null)?["time"]?.GetValue<string>();

    private static JsonNode? Entry(JsonObject obj, string manager, string? subresource) => Owners(obj)?.AsArray().SingleOrDefault(
        o => o!["manager"]!.GetValue<string>() == manager && (subresource is null || (o["subresource"]?.GetValue<string>() ?? "") == subresource));
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.FieldManagement;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Tests.Patches;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;
using static DpuCluster.ApiServer.Tests.FieldManagement.UpdateTests;

namespace DpuCluster.ApiServer.Tests.FieldManagement;

public class FieldManagerPropertyTests
{
    [Fact]
    public void To_apply_the_same_again_changes_nothing_and_what_is_applied_is_in_the_object()
    {
        var random = new Random(31);
        for (var i = 0; i < 500; i++)
        {
            JsonObject? obj = null;
            for (var step = 0; step < 6; step++)
            {
                var config = Widget(random);
                var manager = "m" + random.Next(3);
                if (random.Next(4) == 0)
                {
                    FieldManager.Update(obj, config, Kinds.By(manager, Kinds.Widget, step));
                    obj = config;
                    continue;
                }
                obj = FieldManager.Apply(obj, config, Kinds.By(manager, Kinds.Widget, step), force: true);
                FieldManager.Apply(obj, config, Kinds.By(manager, Kinds.Widget, step + 100), force: false).ShouldBeJson(obj.ToJsonString());
                var comparison = FieldComparison.OfObjects(Kinds.Widget, config, obj);
                comparison.Removed.IsEmpty.ShouldBeTrue();
                comparison.Modified.Intersection(OwnedFields.Of(Kinds.Widget, config)).IsEmpty.ShouldBeTrue();
            }
        }
    }

    [Fact]
    public void Owners_own_only_what_is_there_and_updates_leave_nothing_without_an_owner()
    {
        var random = new Random(37);
        for (var i = 0; i < 500; i++)
        {
            JsonObject? obj = null;
            for (var step = 0; step < 8; step++)
            {
                var next = Widget(random);
                FieldManager.Update(obj, next, Kinds.By("m" + random.Next(4), Kinds.Widget, step));
                obj = next;
                var owned = (Owners(obj)?.AsArray() ?? []).Aggregate(
                    FieldSet.Empty, (set, entry) => set.Union(FieldSet.FromJson(entry!["fieldsV1"]!.AsObject())));
                owned.ShouldBe(FieldComparison.OfObjects(Kinds.Widget, null, obj).Added);
            }
        }
    }

    [Fact]
    public void What_is_merged_back_after_pruning_is_the_object_itself()
    {
        var random = new Random(41);
        for (var i = 0; i < 500; i++)
        {
            var live = Widget(random);
            var applied = Widget(random);
            var merged = TypedMerge.Merge(Kinds.Widget, live, applied);
            TypedMerge.Merge(Kinds.Widget, merged, applied).ShouldBeJson(merged.ToJsonString());
            OwnedFields.Of(Kinds.Widget, merged).ShouldBe(OwnedFields.Of(Kinds.Widget, live).Union(OwnedFields.Of(Kinds.Widget, applied)).Difference(Emptied(live, applied)));
        }
    }

    [Fact]
    public void Random_objects_are_tracked_applied_or_refused_but_never_crash()
    {
        var random = new RandomJson(43);
        Schema[] schemas = [Kinds.Widget, Kinds.Pod, Schema.Anything, new() { Type = "object", AdditionalProperties = Schema.Anything }];
        for (var i = 0; i < 5_000; i++)
        {
            var schema = schemas[i % schemas.Length];
            var live = random.Map();
            live.Remove("metadata");
            var next = random.Map();
            FieldManager.Update(null, live, Kinds.By("a", schema));
            FieldManager.Update(live, next, Kinds.By("b", schema));
            try
            {
                FieldManager.Apply(next, random.Map(), Kinds.By("c", schema), i % 2 == 0);
            }
            catch (KubernetesException e)
            {
                e.Status.Message.ShouldNotBeNullOrEmpty();
            }
        }
    }

    [Fact]
    public void To_track_a_large_object_takes_time_in_proportion_to_its_size()
    {
        JsonObject Large(int count, string value)
        {
            var data = new JsonObject();
            for (var i = count; i > 0; i--)
                data["k" + (i * 7919 % count)] = value;
            return new JsonObject { ["data"] = data };
        }

        TimeSpan Track(int count)
        {
            var live = Large(count, "1");
            FieldManager.Update(null, live, Kinds.By("a"));
            var next = Large(count, "2");
            var watch = Stopwatch.StartNew();
            FieldManager.Update(live, next, Kinds.By("b"));
            return watch.Elapsed;
        }

        Track(1_000);
        // Quadratic work would take a hundred times as long for each, and an hour.
        Track(200_000).ShouldBeLessThan(Eventually.Patience);
    }

    private static FieldSet Emptied(JsonObject live, JsonObject applied)
    {
        // A map that is empty on one side is owned as a whole there, and not once it has something in it.
        var either = OwnedFields.Of(Kinds.Widget, live).Union(OwnedFields.Of(Kinds.Widget, applied));
        var merged = OwnedFields.Of(Kinds.Widget, TypedMerge.Merge(Kinds.Widget, live, applied));
        return either.Difference(merged).Difference(either.Leaves());
    }

    private static JsonObject Widget(Random random)
    {
        var spec = new JsonObject();
        if (random.Next(2) == 0)
            spec["note"] = "n" + random.Next(2);
        if (random.Next(2) == 0)
            spec["size"] = random.Next(2);
        // Not an empty list: to apply one takes out the items, and only the second time leaves an empty list behind.
        if (Pick(random, 4) is { Count: > 0 } tags)
            spec["tags"] = new JsonArray([.. tags.Select(t => (JsonNode)JsonValue.Create("t" + t))]);
        if (Pick(random, 3) is { Count: > 0 } ports)
        {
            spec["ports"] = new JsonArray([.. ports.Select(p =>
            {
                var port = new JsonObject { ["name"] = "p" + p };
                if (random.Next(2) == 0)
                    port["number"] = random.Next(2);
                return (JsonNode)port;
            })]);
        }
        if (random.Next(3) == 0)
            spec["selector"] = new JsonObject { ["s"] = "v" + random.Next(2) };
        if (random.Next(3) == 0)
        {
            var byName = new JsonObject();
            foreach (var n in Pick(random, 3))
                byName["n" + n] = random.Next(2) == 0 ? new JsonObject() : new JsonObject { ["a"] = "x" + random.Next(2) };
            spec["byName"] = byName;
        }
        var labels = new JsonObject();
        foreach (var l in Pick(random, 3))
            labels["l" + l] = "v" + random.Next(2);
        return new JsonObject { ["metadata"] = new JsonObject { ["name"] = "w", ["labels"] = labels }, ["spec"] = spec };
    }

    private static List<int> Pick(Random random, int count)
    {
        var all = Enumerable.Range(0, count).ToArray();
        random.Shuffle(all);
        return [.. all.Take(random.Next(count + 1))];
    }
}

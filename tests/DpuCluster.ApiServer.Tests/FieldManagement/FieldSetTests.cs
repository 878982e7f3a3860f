using System.Text.Json.Nodes;
using DpuCluster.ApiServer.FieldManagement;
using DpuCluster.ApiServer.Patches;
using DpuCluster.ApiServer.Tests.Patches;

namespace DpuCluster.ApiServer.Tests.FieldManagement;

public class FieldSetTests
{
    [Fact]
    public void FieldsV1_is_read_and_written_in_canonical_order()
    {
        var set = Read("""{"f:b":{},"f:a":{"v:2":{},"k:{\"port\":80,\"name\":\"x\"}":{"f:y":{},".":{}},"v:10":{},"v:\"s\"":{},"i:1":{},"v:true":{}}}""");
        set.ToJson().ToJsonString(Relaxed).ShouldBe(
            """{"f:a":{"k:{\"name\":\"x\",\"port\":80}":{".":{},"f:y":{}},"v:2":{},"v:10":{},"v:\"s\"":{},"v:true":{},"i:1":{}},"f:b":{}}""");
        set.ToString().Split('\n').ShouldBe(
            [".b", ".a[name=\"x\",port=80]", ".a[=2]", ".a[=10]", ".a[=\"s\"]", ".a[=true]", ".a[1]", ".a[name=\"x\",port=80].y"]);
    }

    [Theory]
    [InlineData("""{"x":{}}""")]
    [InlineData("""{"k:[]":{}}""")]
    [InlineData("""{"k:{}":{}}""")]
    [InlineData("""{"v:{":{}}""")]
    [InlineData("""{"i:x":{}}""")]
    [InlineData("""{"f:a":1}""")]
    public void Malformed_sets_are_refused(string text) => Should.Throw<FormatException>(() => Read(text));

    [Fact]
    public void Elements_of_an_unknown_kind_are_skipped() => Read("""{"z:a":{},"f:b":{}}""").ToString().ShouldBe(".b");

    [Fact]
    public void Operations_tell_members_from_what_is_above_and_below()
    {
        var set = Read("""{"f:a":{".":{},"f:b":{},"f:c":{"f:d":{}}},"f:e":{}}""");
        var other = Read("""{"f:a":{".":{},"f:c":{}}}""");
        set.Union(other).ToString().ShouldBe(".a\n.e\n.a.b\n.a.c\n.a.c.d");
        set.Intersection(other).ToString().ShouldBe(".a");
        set.Difference(other).ToString().ShouldBe(".e\n.a.b\n.a.c.d");
        set.RecursiveDifference(Read("""{"f:a":{"f:c":{}}}""")).ToString().ShouldBe(".a\n.e\n.a.b");
        set.RecursiveDifference(other).ToString().ShouldBe(".e");
        set.Within(Read("""{"f:a":{"f:c":{}},"f:e":{}}""")).ToString().ShouldBe(".e\n.a.c.d");
        set.Leaves().ToString().ShouldBe(".e\n.a.b\n.a.c.d");
    }

    [Fact]
    public void Named_fields_are_members_with_what_is_below_them_but_items_of_maps_are_not()
    {
        var set = Read("""{"f:spec":{"f:byName":{"f:x":{"f:a":{}}},"f:ports":{"k:{\"name\":\"p\"}":{"f:number":{}}}}}""");
        set.WithNamedFields(Kinds.Widget).ToString().ShouldBe(
            ".spec\n.spec.byName\n.spec.ports\n.spec.byName.x.a\n.spec.ports[name=\"p\"].number");
    }

    [Fact]
    public void Random_sets_obey_the_laws_of_sets_and_survive_a_round_trip()
    {
        var random = new RandomJson(23);
        for (var i = 0; i < 2_000; i++)
        {
            var (a, b, c) = (Random(random), Random(random), Random(random));
            FieldSet.FromJson(a.ToJson()).ShouldBe(a);
            a.Union(b).ShouldBe(b.Union(a));
            a.Intersection(b).ShouldBe(b.Intersection(a));
            a.Union(b).Intersection(c).ShouldBe(a.Intersection(c).Union(b.Intersection(c)));
            a.Difference(b).Union(a.Intersection(b)).ShouldBe(a);
            a.Difference(b).Intersection(b).IsEmpty.ShouldBeTrue();
            foreach (var path in a.Paths())
            {
                a.Contains(path).ShouldBeTrue();
                a.Difference(b).Contains(path).ShouldBe(!b.Contains(path));
            }
        }
    }

    [Fact]
    public void Random_JSON_is_read_or_refused_but_never_crashes()
    {
        var random = new RandomJson(29);
        for (var i = 0; i < 5_000; i++)
        {
            try
            {
                FieldSet.FromJson(random.Map());
            }
            catch (FormatException e)
            {
                e.Message.ShouldNotBeEmpty();
            }
            ManagedFields.OfOrEmpty(new JsonObject { ["metadata"] = new JsonObject { ["managedFields"] = random.Value() } }).Count.ShouldBe(0);
        }
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static FieldSet Read(string text) => FieldSet.FromJson((JsonObject)JsonText.Parse(Json.Bytes(text))!);

    private static FieldSet Random(RandomJson random)
    {
        var set = FieldSet.Empty;
        for (var i = random.Next(8); i > 0; i--)
        {
            var path = new List<PathElement>();
            for (var depth = random.Next(4); depth >= 0; depth--)
            {
                path.Add(random.Next(4) switch
                {
                    0 => PathElement.Key([new KeyField("name", JsonScalar.OfString("n" + random.Next(2))), new KeyField("a", JsonScalar.OfInteger(random.Next(2)))]),
                    1 => PathElement.Value(random.Next(2) == 0 ? JsonScalar.OfInteger(random.Next(12)) : JsonScalar.OfString("\"é" + random.Next(2))),
                    _ => PathElement.Field("f" + random.Next(3)),
                });
            }
            set = set.Union(FieldSet.OfPath(path));
        }
        return set;
    }
}

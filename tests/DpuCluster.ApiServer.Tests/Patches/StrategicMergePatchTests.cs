using DpuCluster.ApiServer.Patches;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.Tests.Patches;

public class StrategicMergePatchTests
{
    private static readonly Schema Text = new() { Type = "string" };
    private static readonly Schema Number = new() { Type = "integer" };

    private static readonly Schema Pod = Map(
        ("metadata", Map(
            ("finalizers", List(Text, "merge")),
            ("labels", new Schema { Type = "object", AdditionalProperties = Text }))),
        ("spec", Map(
            ("args", List(Text)),
            ("tolerations", List(Map(("key", Text)))),
            ("strategy", new Schema
            {
                Type = "object",
                PatchStrategy = "retainKeys",
                Properties = new Dictionary<string, Schema> { ["type"] = Text, ["rolling"] = Map(("max", Number)) },
            }),
            ("volumes", List(Map(("name", Text), ("emptyDir", Map()), ("secret", Map())), "merge,retainKeys", "name")),
            ("ports", List(Map(("port", Number), ("name", Text), ("target", Number)), "merge", "port")),
            ("containers", List(
                Map(("name", Text), ("image", Text), ("env", List(Map(("name", Text), ("value", Text)), "merge", "name"))),
                "merge", "name")))));

    [Theory]
    // As recorded: what the patch names comes in its order, the rest keeps its place.
    [InlineData(
        """{"spec":{"ports":[{"port":80,"name":"one"},{"port":81,"name":"two"}]}}""",
        """{"spec":{"ports":[{"port":80,"target":8080},{"port":82,"name":"three"}]}}""",
        """{"spec":{"ports":[{"port":80,"name":"one","target":8080},{"port":82,"name":"three"},{"port":81,"name":"two"}]}}""")]
    [InlineData(
        """{"spec":{"ports":[{"port":80},{"port":82},{"port":81}]}}""",
        """{"spec":{"ports":[{"$patch":"delete","port":81}]}}""",
        """{"spec":{"ports":[{"port":80},{"port":82}]}}""")]
    [InlineData(
        """{"spec":{"ports":[{"port":80},{"port":82}]}}""",
        """{"spec":{"$setElementOrder/ports":[{"port":82},{"port":80}]}}""",
        """{"spec":{"ports":[{"port":82},{"port":80}]}}""")]
    [InlineData(
        """{"spec":{"ports":[{"port":80},{"port":82}]}}""",
        """{"spec":{"$setElementOrder/ports":[{"port":83},{"port":80}],"ports":[{"port":83,"name":"new"}]}}""",
        """{"spec":{"ports":[{"port":83,"name":"new"},{"port":80},{"port":82}]}}""")]
    [InlineData(
        """{"spec":{"ports":[{"port":80}]}}""",
        """{"spec":{"ports":[{"port":90},{"$patch":"replace"}]}}""",
        """{"spec":{"ports":[{"port":90}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a","image":"1","env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}]}]}}""",
        """{"spec":{"containers":[{"name":"a","image":"2","env":[{"name":"X","$patch":"delete"},{"name":"Z","value":"3"}]}]}}""",
        """{"spec":{"containers":[{"name":"a","image":"2","env":[{"name":"Z","value":"3"},{"name":"Y","value":"2"}]}]}}""")]
    public void Lists_are_merged_by_key(string document, string patch, string expected) => Check(document, patch, expected);

    [Theory]
    [InlineData(
        """{"metadata":{"finalizers":["a","b"]}}""",
        """{"metadata":{"finalizers":["c","a"]}}""",
        """{"metadata":{"finalizers":["c","a","b"]}}""")]
    [InlineData(
        """{"metadata":{"finalizers":["a","b"]}}""",
        """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}""",
        """{"metadata":{"finalizers":["b"]}}""")]
    [InlineData(
        """{"metadata":{}}""",
        """{"metadata":{"finalizers":["f"],"$deleteFromPrimitiveList/finalizers":[]}}""",
        """{"metadata":{"finalizers":["f"]}}""")]
    [InlineData(
        """{"metadata":{"finalizers":["a","b","c"]}}""",
        """{"metadata":{"$setElementOrder/finalizers":["c","a"]}}""",
        """{"metadata":{"finalizers":["b","c","a"]}}""")]
    [InlineData("""{"metadata":{"finalizers":["a"]}}""", """{"metadata":{"finalizers":null}}""", """{"metadata":{}}""")]
    public void Lists_of_scalars_are_merged_as_sets(string document, string patch, string expected) => Check(document, patch, expected);

    [Theory]
    [InlineData("""{"spec":{"args":["a"]}}""", """{"spec":{"args":["b"]}}""", """{"spec":{"args":["b"]}}""")]
    [InlineData("""{"spec":{"tolerations":[{"key":"a"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""")]
    public void Lists_without_a_strategy_are_replaced(string document, string patch, string expected) => Check(document, patch, expected);

    [Theory]
    [InlineData("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"$patch":"replace","b":"2"}}}""", """{"metadata":{"labels":{"b":"2"}}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"$patch":"delete"}}}""", """{"metadata":{"labels":{}}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"a":null,"b":"2"}}}""", """{"metadata":{"labels":{"b":"2"}}}""")]
    [InlineData("""{}""", """{"metadata":{"labels":{"a":null,"b":"2"}}}""", """{"metadata":{"labels":{"b":"2"}}}""")]
    [InlineData("""{"spec":{"strategy":{"type":"Rolling","rolling":{"max":1}}}}""", """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""", """{"spec":{"strategy":{"type":"Recreate"}}}""")]
    [InlineData("""{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""", """{"spec":{"volumes":[{"name":"v","$retainKeys":["name","secret"],"secret":{}}]}}""", """{"spec":{"volumes":[{"name":"v","secret":{}}]}}""")]
    [InlineData("""{"spec":{}}""", """{"spec":{"volumes":[{"name":"v","$retainKeys":["name"]},{"name":"gone","$patch":"delete"}]}}""", """{"spec":{"volumes":[{"name":"v"}]}}""")]
    public void Directives_of_maps_are_followed(string document, string patch, string expected) => Check(document, patch, expected);

    [Theory]
    [InlineData("""{"spec":{"strategy":{"$retainKeys":"type"}}}""", 400, "invalid patch format of retainKeys")]
    [InlineData("""{"spec":{"strategy":{"$retainKeys":["rolling"],"type":"x"}}}""", 400, "invalid patch format of retainKeys")]
    [InlineData("""{"metadata":{"$deleteFromPrimitiveList":["a"]}}""", 400, "invalid patch format of primitive list")]
    [InlineData("""{"metadata":{"$setElementOrder":["a"]}}""", 400, "invalid patch format of setElementOrder list")]
    [InlineData("""{"spec":{"ports":[{"name":"x"}]}}""", 500, "map: map[name:x] does not contain declared merge key: port")]
    [InlineData("""{"spec":{"ports":[{"$patch":"frob","port":1}]}}""", 500, "unknown patch type: frob in map: map[$patch:frob port:1]")]
    [InlineData("""{"spec":{"strategy":{"$patch":"merge"}}}""", 500, "unknown patch type: merge in map: map[$patch:merge]")]
    [InlineData("""{"metadata":{"finalizers":[["x"]]}}""", 500, "list element types are not identical: [[f] [[x]]]")]
    public void Malformed_directives_are_refused(string patch, int code, string message)
    {
        var document = Json.Object("""{"metadata":{"finalizers":["f"]},"spec":{"strategy":{"type":"a"},"ports":[{"port":1}]}}""");
        var error = Should.Throw<KubernetesException>(() => StrategicMergePatch.Apply(document, Json.Object(patch), Pod));
        ((int)error.Code).ShouldBe(code);
        error.Status.Message.ShouldBe(message);
    }

    [Fact]
    public void Merging_a_long_list_takes_time_in_proportion_to_its_length()
    {
        var ports = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $$"""{"port":{{i}},"name":"n"}"""));
        var document = Json.Object("{\"spec\":{\"ports\":[" + ports + "]}}");
        var patch = Json.Object("{\"spec\":{\"ports\":[" + ports.Replace("\"n\"", "\"m\"", StringComparison.Ordinal) + "]}}");
        var patched = StrategicMergePatch.Apply(document, patch, Pod);
        patched["spec"]!["ports"]!.AsArray().Count.ShouldBe(20_000);
        patched["spec"]!["ports"]![19_999]!["name"]!.GetValue<string>().ShouldBe("m");
    }

    [Fact]
    public void Random_patches_are_applied_or_refused_but_never_crash()
    {
        var random = new RandomJson(17);
        var schema = Map(("list", List(Map(("name", Text)), "merge", "name")), ("spec", Map(("list", List(Text, "merge")))));
        for (var i = 0; i < 20_000; i++)
        {
            try
            {
                StrategicMergePatch.Apply(random.Map(), random.Map(), schema);
            }
            catch (KubernetesException e)
            {
                e.Status.Message.ShouldNotBeNullOrEmpty();
            }
        }
    }

    private static void Check(string document, string patch, string expected)
    {
        var original = Json.Object(document);
        var change = Json.Object(patch);
        StrategicMergePatch.Apply(original, change, Pod).ShouldBeJson(expected);
        original.ShouldBeJson(document);
        change.ShouldBeJson(patch);
    }

    private static Schema Map(params (string Name, Schema Schema)[] fields) =>
        new() { Type = "object", Properties = fields.ToDictionary(f => f.Name, f => f.Schema) };

    private static Schema List(Schema items, string? strategy = null, string? key = null) =>
        new() { Type = "array", Items = items, PatchStrategy = strategy, PatchMergeKey = key };
}

using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Patches;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.Tests.Patches;

public class JsonPatchTests
{
    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [InlineData("""{"m":{}}""", """[{"op":"add","path":"/m/new~1key~0","value":"x"}]""", """{"m":{"new/key~":"x"}}""")]
    [InlineData("""{"l":[1,3]}""", """[{"op":"add","path":"/l/1","value":2},{"op":"add","path":"/l/-","value":4}]""", """{"l":[1,2,3,4]}""")]
    [InlineData("""{"l":[1,2]}""", """[{"op":"add","path":"/l/-1","value":3}]""", """{"l":[1,2,3]}""")]
    [InlineData("""{"l":[1,2]}""", """[{"op":"remove","path":"/l/-1"}]""", """{"l":[1]}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"","value":{"c":3}}]""", """{"c":3}""")]
    [InlineData("""{"a":{"x":1},"b":{}}""", """[{"op":"move","from":"/a/x","path":"/b/y"}]""", """{"a":{},"b":{"y":1}}""")]
    [InlineData("""{"a":{"x":[1]}}""", """[{"op":"copy","from":"/a/x","path":"/b"},{"op":"add","path":"/b/-","value":2}]""", """{"a":{"x":[1]},"b":[1,2]}""")]
    [InlineData("""{"a":{"x":[1,null]}}""", """[{"op":"test","path":"/a","value":{"x":[1,null]}}]""", """{"a":{"x":[1,null]}}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/b"}]""", """{"a":1}""")]
    public void A_patch_that_fits_is_applied(string document, string patch, string expected) =>
        JsonPatch.Apply(Json.Node(document), JsonPatch.Parse(Json.Bytes(patch))).ShouldBeJson(expected);

    [Theory]
    [InlineData("""[{"op":"test","path":"/a","value":"1"}]""")]
    [InlineData("""[{"op":"remove","path":"/zzz"}]""")]
    [InlineData("""[{"op":"add","path":"/x/y","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/l/5","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/l/x","value":1}]""")]
    [InlineData("""[{"op":"replace","path":"/l/3","value":1}]""")]
    [InlineData("""[{"op":"add","path":"nope","value":1}]""")]
    [InlineData("""[{"op":"add"}]""")]
    [InlineData("""[{"op":"frobnicate","path":"/a"}]""")]
    [InlineData("""[{}]""")]
    public void A_patch_that_does_not_fit_is_refused_without_saying_why(string patch)
    {
        var error = Should.Throw<KubernetesException>(() => JsonPatch.Apply(Json.Node("""{"a":9,"l":[1]}"""), JsonPatch.Parse(Json.Bytes(patch))));
        ((int)error.Code).ShouldBe(422);
        error.Status.Reason.ShouldBe("Invalid");
        error.Status.Message.ShouldBe("the server rejected our request due to an error in our request");
        error.Status.Details.ShouldBe(new StatusDetails());
    }

    [Theory]
    [InlineData("{not json", "error decoding patch: invalid character 'n' looking for beginning of object key string")]
    [InlineData("{}", "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp")]
    [InlineData("[1]", "error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp")]
    [InlineData("""[{"op":1}]""", "error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string")]
    public void A_malformed_patch_is_a_bad_request(string patch, string message)
    {
        var error = Should.Throw<KubernetesException>(() => JsonPatch.Parse(Json.Bytes(patch)));
        ((int)error.Code).ShouldBe(400);
        error.Status.Reason.ShouldBe("BadRequest");
        error.Status.Message.ShouldBe(message);
    }

    [Fact]
    public void What_a_strict_reader_minds_is_told()
    {
        var errors = new List<string>();
        JsonPatch.Parse(Json.Bytes("""[{"op":"test","path":"/a","path":"/b","frob":1,"value":{"x":1,"y":2}}]"""), errors);
        errors.ShouldBe(["json patch duplicate field \"[0].path\"", "json patch unknown field \"[0].frob\""]);
    }

    [Fact]
    public void A_patch_of_too_many_operations_is_too_large()
    {
        string Patch(int count) => $"[{string.Join(',', Enumerable.Repeat("""{"op":"test","path":"/a","value":1}""", count))}]";
        JsonPatch.Parse(Json.Bytes(Patch(10_000))).Count.ShouldBe(10_000);
        var error = Should.Throw<KubernetesException>(() => JsonPatch.Parse(Json.Bytes(Patch(10_001))));
        ((int)error.Code).ShouldBe(413);
        error.Status.Message.ShouldBe("The allowed maximum operations in a JSON patch is 10000, got 10001");
    }

    [Fact]
    public void Neither_document_nor_patch_is_changed()
    {
        var document = Json.Object("""{"a":{"b":1}}""");
        var patch = JsonPatch.Parse(Json.Bytes("""[{"op":"add","path":"/a/c","value":{"d":1}},{"op":"add","path":"/a/c/e","value":2}]"""));
        JsonPatch.Apply(document, patch).ShouldBeJson("""{"a":{"b":1,"c":{"d":1,"e":2}}}""");
        document.ShouldBeJson("""{"a":{"b":1}}""");
        patch.ShouldBeJson("""[{"op":"add","path":"/a/c","value":{"d":1}},{"op":"add","path":"/a/c/e","value":2}]""");
    }

    [Fact]
    public void Random_operations_are_applied_or_refused_but_never_crash()
    {
        var random = new RandomJson(3);
        string[] ops = ["add", "remove", "replace", "move", "copy", "test", "other"];
        for (var i = 0; i < 5_000; i++)
        {
            var operation = new JsonObject
            {
                ["op"] = ops[random.Next(ops.Length)],
                ["path"] = $"/{random.Word()}/{random.Word()}",
                ["from"] = $"/{random.Word()}",
                ["value"] = random.Value(),
            };
            try
            {
                JsonPatch.Apply(random.Map(), [operation]);
            }
            catch (KubernetesException e)
            {
                ((int)e.Code).ShouldBe(422);
            }
        }
    }
}

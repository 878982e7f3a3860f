using DpuCluster.ApiServer.Patches;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.Tests.Patches;

public class MergePatchTests
{
    [Theory]
    [InlineData("""{"a":"1","b":"2"}""", """{"a":null,"c":"3"}""", """{"b":"2","c":"3"}""")]
    [InlineData("""{"m":{"a":1}}""", """{"m":{"b":2}}""", """{"m":{"a":1,"b":2}}""")]
    [InlineData("""{"l":[1,2]}""", """{"l":[3]}""", """{"l":[3]}""")]
    [InlineData("""{}""", """{"m":{"a":null,"b":{"c":null}}}""", """{"m":{"b":{}}}""")]
    [InlineData("""{"m":"text"}""", """{"m":{"a":null,"b":1}}""", """{"m":{"b":1}}""")]
    [InlineData("""{"m":{"a":1}}""", """{"m":7}""", """{"m":7}""")]
    [InlineData("""{}""", """{"l":[{"a":null,"b":1},null]}""", """{"l":[{"b":1},null]}""")]
    public void A_patch_is_merged(string document, string patch, string expected) =>
        MergePatch.Apply(Json.Object(document), MergePatch.Parse(Json.Bytes(patch))).ShouldBeJson(expected);

    [Theory]
    [InlineData("{not json", "error decoding patch: invalid character 'n' looking for beginning of object key string")]
    [InlineData("[]", "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [InlineData("\"x\"", "error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}")]
    public void A_malformed_patch_is_a_bad_request(string patch, string message)
    {
        var error = Should.Throw<KubernetesException>(() => MergePatch.Parse(Json.Bytes(patch)));
        ((int)error.Code).ShouldBe(400);
        error.Status.Message.ShouldBe(message);
    }

    [Fact]
    public void The_difference_of_two_objects_makes_the_one_into_the_other()
    {
        var random = new RandomJson(11);
        for (var i = 0; i < 2_000; i++)
        {
            var from = random.Plain();
            var to = random.Plain();
            MergePatch.Apply(from, MergePatch.Difference(from, to)).ShouldBeJson(to.ToJsonString());
        }
    }

    [Fact]
    public void Random_patches_never_crash()
    {
        var random = new RandomJson(5);
        for (var i = 0; i < 5_000; i++)
        {
            var target = random.Map();
            var patch = random.Map();
            var once = MergePatch.Apply(target, patch);
            MergePatch.Apply(once, patch).ShouldBeJson(once.ToJsonString());
        }
    }
}

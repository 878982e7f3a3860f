using System.Text.Json.Nodes;
using DpuCluster.ApiServer.FieldManagement;
using DpuCluster.ApiServer.Tests.Patches;
using DpuCluster.Kubernetes.Meta;
using static DpuCluster.ApiServer.Tests.FieldManagement.UpdateTests;

namespace DpuCluster.ApiServer.Tests.FieldManagement;

public class LastAppliedTests
{
    private const string Config = """{"apiVersion":"v1","data":{"k":"1"},"kind":"ConfigMap","metadata":{"name":"a"}}""";

    [Fact]
    public void Kubectl_takes_over_without_conflict_what_it_had_applied_from_the_client()
    {
        var result = FieldManager.Apply(
            AppliedFromTheClient("1"), Json.Object("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"2"}}"""), Kinds.By("kubectl", second: 5), false);
        result["data"].ShouldBeJson("""{"k":"2"}""");
        Fields(result, "kubectl").ShouldBeJson("""{"f:data":{"f:k":{}}}""");
        result["metadata"]!["annotations"]![LastAppliedConfiguration.Annotation]!.GetValue<string>()
            .ShouldBe("""{"apiVersion":"v1","data":{"k":"2"},"kind":"ConfigMap","metadata":{"name":"a"}}""" + "\n");
    }

    [Fact]
    public void A_field_that_was_changed_since_is_a_conflict()
    {
        var error = Should.Throw<KubernetesException>(() => FieldManager.Apply(
            AppliedFromTheClient("changed"), Json.Object("""{"data":{"k":"2"}}"""), Kinds.By("kubectl"), false));
        error.Status.Message.ShouldBe("Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using v1: .data.k");
    }

    [Theory]
    [InlineData("{not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"apiVersion":"v2","data":{"k":"1"}}""")]
    [InlineData("""{"apiVersion":"v1","frob":1,"data":{"k":"1"}}""")]
    public void An_annotation_that_says_nothing_useful_allows_nothing(string annotation) =>
        Should.Throw<KubernetesException>(() => FieldManager.Apply(
            AppliedFromTheClient("1", annotation), Json.Object("""{"data":{"k":"2"}}"""), Kinds.By("kubectl"), false)).Status.Code.ShouldBe(409);

    [Fact]
    public void Other_managers_neither_profit_from_the_annotation_nor_change_it()
    {
        var live = AppliedFromTheClient("1");
        Should.Throw<KubernetesException>(() => FieldManager.Apply(live, Json.Object("""{"data":{"k":"2"}}"""), Kinds.By("other"), false));
        var result = FieldManager.Apply(live, Json.Object("""{"data":{"z":"2"}}"""), Kinds.By("other"), false);
        result["metadata"]!["annotations"]![LastAppliedConfiguration.Annotation]!.GetValue<string>().ShouldBe(Config);
    }

    private static JsonObject AppliedFromTheClient(string value, string annotation = Config)
    {
        var obj = Json.Object("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""");
        obj["data"] = new JsonObject { ["k"] = value };
        obj["metadata"]!["annotations"] = new JsonObject { [LastAppliedConfiguration.Annotation] = annotation };
        FieldManager.Update(null, obj, Kinds.By("kubectl-client-side-apply"));
        return obj;
    }
}

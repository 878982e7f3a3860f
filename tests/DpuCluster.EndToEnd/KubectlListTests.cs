using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>Several objects in one List, as <c>kubectl get -o yaml</c> writes them: kubectl checks them itself, by the OpenAPI v2 document in protobuf.</summary>
public sealed class KubectlListTests(Site site) : IClassFixture<Site>
{
    [ToolFact("kubectl")]
    public async Task List_is_applied_and_applied_again()
    {
        var list = List("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"listed"},"data":{"k":"v"}}""", Cluster("listed", """{"type":"static","maxNodes":10}"""));

        (await site.Kubectl.Run("apply -f -", list)).ShouldSucceed().Output.ShouldBe("configmap/listed created\ndpucluster.provisioning.dpu.nvidia.com/listed created\n");
        (await site.Kubectl.Run("apply -f -", list)).ShouldSucceed().Output.ShouldBe("configmap/listed unchanged\ndpucluster.provisioning.dpu.nvidia.com/listed unchanged\n");
    }

    [ToolFact("kubectl")]
    public async Task Errors_in_a_list_are_found_before_anything_is_sent()
    {
        var answer = await site.Kubectl.Run("apply -f -", List(
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"good"}}""",
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"bad"},"dataa":{"k":"v"}}""",
            Cluster("bad", """{"type":"static","maxNodes":"ten"}""")));

        answer.ExitCode.ShouldBe(1);
        answer.Error.ShouldContain("unknown field \"dataa\" in io.k8s.api.core.v1.ConfigMap");
        answer.Error.ShouldContain("maxNodes: got \"string\", expected \"integer\"");
        (await site.Kubectl.Run("get configmap good --ignore-not-found -o name")).ShouldSucceed().Output.ShouldBeEmpty();
    }

    private static string Cluster(string name, string spec) =>
        $$"""{"apiVersion":"provisioning.dpu.nvidia.com/v1alpha1","kind":"DPUCluster","metadata":{"name":"{{name}}"},"spec":{{spec}}}""";

    private static string List(params string[] items) => $$"""{"apiVersion":"v1","kind":"List","items":[{{string.Join(',', items)}}]}""";
}

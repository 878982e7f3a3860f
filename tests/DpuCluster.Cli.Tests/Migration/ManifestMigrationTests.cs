using DpuCluster.Cli.Migration;
using DpuCluster.Kubernetes;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Cli.Tests.Migration;

/// <summary>What of a manifest is rewritten, and that all the rest stays as it is.</summary>
public sealed class ManifestMigrationTests
{
    private const string Older = "provisioning.dpf.nvidia.com/v1alpha1";
    private const string Today = "provisioning.dpu.nvidia.com/v1alpha1";

    [Theory]
    [InlineData("apiVersion: OLD\nkind: DPUCluster\nmetadata:\n  name: test\nspec:\n  type: kamaji \n  # a comment\n  maxNodes: 1000\n")]
    [InlineData("# first\napiVersion:   OLD # why\nkind: DPUCluster # what\nmetadata: {name: test}\nspec: {type: static}")]
    [InlineData("---\n\n---\nkind: DPUCluster\nmetadata:\n    name: 'test'\napiVersion: \"OLD\"\n---\na: [b,   c]\n...\n# last")]
    [InlineData("apiVersion: OLD\r\nkind: DPUCluster\r\nmetadata:\r\n  name: \"\u00fc\U0001F600\"\r\nspec:\r\n  type: static\r\n")]
    [InlineData("{apiVersion: OLD, kind: DPUCluster, metadata: {name: test}}")]
    [InlineData("{\n\t\"kind\": \"DPUCluster\",\n\t\"metadata\": {\"name\": \"\\ud83d\\ude00 \u00fc\"},\n\t\"apiVersion\": \"OLD\"\n}\n{\"apiVersion\":\"OLD\",\"kind\":\"DPUCluster\"}\n")]
    [InlineData("apiVersion: v1\nkind: List\nitems:\n- apiVersion: OLD\n  kind: DPUCluster\n-   kind: DPUCluster # indented\n    apiVersion: OLD\n")]
    [InlineData("apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items: [{apiVersion: OLD, kind: DPUCluster}]\n")]
    [InlineData("apiVersion: OLD\nkind: DPUClusterList\nitems:\n- metadata: {name: a}\n- kind: DPUCluster\n  apiVersion: OLD\n")]
    [InlineData("apiVersion: >-\n  OLD\nkind: DPUCluster\nmetadata:\n  name: test\n", "apiVersion: OLD\nkind: DPUCluster\nmetadata:\n  name: test\n")]
    public void Only_the_group_is_rewritten(string text, string? expected = null)
    {
        var migrated = Of(text.Replace("OLD", Older, StringComparison.Ordinal));

        migrated.Replace("\"" + Today + "\"", Today, StringComparison.Ordinal)
            .ShouldBe((expected ?? text).Replace("\"OLD\"", Today, StringComparison.Ordinal).Replace("OLD", Today, StringComparison.Ordinal));
        Yaml.ToJsonDocuments(migrated.Split("}\n{")[0] + (migrated.Contains("}\n{", StringComparison.Ordinal) ? "}" : "")).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment")]
    [InlineData("just text")]
    [InlineData("- apiVersion: provisioning.dpf.nvidia.com/v1alpha1\n  kind: DPUCluster\n")]
    [InlineData("apiVersion: provisioning.dpu.nvidia.com/v1alpha1\nkind: DPUCluster\nmetadata: {uid: u}\nstatus: {phase: Ready}\n")]
    [InlineData("apiVersion: provisioning.dpf.nvidia.com/v1alpha1\nkind: DPUSet\nmetadata: {uid: u}\n")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    apiVersion: provisioning.dpf.nvidia.com/v1alpha1\n    kind: DPUCluster\n")]
    [InlineData("a:   {b: c,   d: [ e ]}   \n\n\n...\n---\n'x': \"y\"   # z")]
    public void What_is_no_older_DPUCluster_stays_byte_for_byte(string text) => Of(text).ShouldBe(text);

    [Fact]
    public void What_a_server_has_written_goes_and_what_users_have_written_stays()
    {
        Of("""
            apiVersion: v1
            items:
            - apiVersion: provisioning.dpf.nvidia.com/v1alpha1
              kind: DPUCluster
              metadata:
                annotations:
                  kubectl.kubernetes.io/last-applied-configuration: |
                    {"apiVersion":"provisioning.dpf.nvidia.com/v1alpha1","kind":"DPUCluster"}
                  note: mine
                creationTimestamp: "2026-01-02T03:04:05Z"
                finalizers:
                - provisioning.dpf.nvidia.com/mirror-clean-up
                - example.com/mine
                generation: 2
                # the name
                name: test
                namespace: default
                resourceVersion: "17"
                uid: 6ba7b810-9dad-11d1-80b4-00c04fd430c8
              spec:
                type: kamaji
              # how it was
              status:
                conditions:
                - type: Ready
                  status: "True"
                phase: Ready
            - apiVersion: v1
              kind: Secret
              metadata:
                name: s
                uid: stays
            kind: List
            """).ShouldBe("""
            apiVersion: v1
            items:
            - apiVersion: provisioning.dpu.nvidia.com/v1alpha1
              kind: DPUCluster
              metadata:
                annotations:
                  note: mine
                finalizers:
                - example.com/mine
                # the name
                name: test
                namespace: default
              spec:
                type: kamaji
              # how it was
            - apiVersion: v1
              kind: Secret
              metadata:
                name: s
                uid: stays
            kind: List
            """);
    }

    [Fact]
    public void List_or_map_of_which_nothing_would_be_left_goes_whole()
    {
        Of("""
            apiVersion: provisioning.dpf.nvidia.com/v1alpha1
            kind: DPUCluster
            metadata:
              annotations:
                kubectl.kubernetes.io/last-applied-configuration: "{}"
              finalizers: [provisioning.dpf.nvidia.com/mirror-clean-up, provisioning.dpf.nvidia.com/other]
              name: test
            """).ShouldBe("""
            apiVersion: provisioning.dpu.nvidia.com/v1alpha1
            kind: DPUCluster
            metadata:
              name: test
            """);
    }

    [Theory]
    [InlineData(
        """{"apiVersion":"OLD","kind":"DPUCluster","metadata":{"creationTimestamp":null,"name":"a","uid":"u"},"status":{}}""",
        """{"apiVersion":"NEW","kind":"DPUCluster","metadata":{"name":"a"}}""")]
    [InlineData(
        """{"status": {}, "metadata": {"uid": "u", "finalizers": ["a/b", "provisioning.dpf.nvidia.com/x"], "name": "a", "generation": 1, "selfLink": ""}, "kind": "DPUCluster", "apiVersion": "OLD"}""",
        """{"metadata": {"finalizers": ["a/b"], "name": "a"}, "kind": "DPUCluster", "apiVersion": "NEW"}""")]
    [InlineData(
        "metadata: {generation: 1, uid: u,\n  name: a, resourceVersion: '1'} # c\nkind: DPUCluster\napiVersion: OLD",
        "metadata: {name: a} # c\nkind: DPUCluster\napiVersion: NEW")]
    [InlineData(
        "items:\n- status:\n    phase: Ready\n  # c\n  kind: DPUCluster\n  apiVersion: OLD\nkind: List\napiVersion: v1\n",
        "items:\n- kind: DPUCluster\n  apiVersion: NEW\nkind: List\napiVersion: v1\n")]
    public void Server_written_fields_go_from_flow_style_and_JSON_too(string text, string expected) =>
        Of(text.Replace("OLD", Older, StringComparison.Ordinal)).ShouldBe(expected.Replace("NEW", Today, StringComparison.Ordinal));

    [Theory]
    [InlineData("apiVersion: &v OLD\nkind: DPUCluster\n", "apiVersion: NEW\nkind: DPUCluster\n")]
    [InlineData(
        "kind: List\napiVersion: v1\nitems:\n- apiVersion: &v OLD\n  kind: DPUCluster\n- apiVersion: *v # same\n  kind: DPUCluster\n",
        "kind: List\napiVersion: v1\nitems:\n- apiVersion: NEW\n  kind: DPUCluster\n- apiVersion: NEW # same\n  kind: DPUCluster\n")]
    [InlineData(
        "kind: List\napiVersion: v1\nitems:\n- apiVersion: &v OLD\n  kind: DPUSet\n- apiVersion: *v\n  kind: DPUCluster\n",
        "kind: List\napiVersion: v1\nitems:\n- apiVersion: &v OLD\n  kind: DPUSet\n- apiVersion: NEW\n  kind: DPUCluster\n")]
    public void Anchors_are_followed(string text, string expected) =>
        Of(text.Replace("OLD", Older, StringComparison.Ordinal))
            .ShouldBe(expected.Replace("OLD", Older, StringComparison.Ordinal).Replace("NEW", Today, StringComparison.Ordinal));

    [Theory]
    [InlineData("a: b\n---\na: [unfinished\n", ":4:")]
    [InlineData("apiVersion: v1\nkind: a\nkind: b\n", ":3:", "twice")]
    [InlineData("{\"kind\": \"DPUCluster\",\n \"kind\": \"DPUSet\"}", ":2:", "twice")]
    [InlineData("{\"kind\": \"DPUCluster\",\n \"spec\": {\"a\": [1}}", ":2:")]
    [InlineData("a: 1\n---\napiVersion: provisioning.dpf.nvidia.com/v1beta7\nkind: DPUCluster\n", ":3:", "v1beta7", "only provisioning.dpf.nvidia.com/v1alpha1")]
    [InlineData("base: &b\n  apiVersion: OLD\n<<: *b\nkind: DPUCluster\n", ":1:", "<<", "write it out")]
    [InlineData("apiVersion: OLD\nkind: DPUCluster\nmetadata:\n  <<: {uid: u}\n  name: a\n", ":4:", "metadata", "write it out")]
    [InlineData("apiVersion: OLD\nkind: DPUCluster\nmetadata: [a]\n", ":3:", "metadata", "mapping")]
    [InlineData(
        "kind: List\napiVersion: v1\nitems:\n- apiVersion: &v OLD\n  kind: DPUCluster\n- apiVersion: *v\n  kind: DPUSet\n", ":4:", "line 6 refers (*v)", "write it out there")]
    [InlineData("apiVersion: OLD\nkind: DPUCluster\nmetadata:\n  name: a\n  uid: &u x\nspec:\n  version: *u\n", ":5:", "line 7 refers (*u)")]
    public void What_cannot_be_rewritten_is_refused_with_its_line(string text, params string[] told)
    {
        var refused = Should.Throw<UserErrorException>(() => Of(text.Replace("OLD", Older, StringComparison.Ordinal)));

        foreach (var part in told)
        {
            $"{refused.Problem}\n{refused.Remedy}".ShouldContain(part);
        }

        refused.Problem.ShouldStartWith("file.yaml:");
        refused.Remedy.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void What_still_names_the_older_group_is_pointed_out_by_line_of_the_result()
    {
        var migration = ManifestMigration.Of($"apiVersion: {Older}\nkind: DPUCluster\nstatus: {{}}\n---\napiVersion: {Older}\nkind: DPUSet\n", "file.yaml");

        migration.Clusters.ShouldBe(1);
        migration.LinesLeft.ShouldBe([4]);
    }

    private static string Of(string text) => ManifestMigration.Of(text, "file.yaml").Text;
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Kinds;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Patches;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Schemas.FieldValidation;
using DpuCluster.ApiServer.Selectors;
using DpuCluster.ApiServer.Tables;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;

namespace DpuCluster.ApiServer.Tests.Fuzz;

/// <summary>Broken and odd texts for every parser of what a client sends: each is taken, or refused with the exception that is documented, and soon.</summary>
public sealed class ParserFuzzTests
{
    private const int Seed = 20261121;
    private const int Usual = 4_000;

    private static readonly string[] Anywhere =
    [
        "\0", "\u0001", "\ud800", "\ufffd", "😀", "\ufeff", "\r\n", "\t", " ", "\\", "\"", "'", "0", "-", "1e400", "-0.0", "99999999999999999999", "null", "true", "~",
    ];

    private static readonly string[] Json =
    [
        """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","labels":{"a":"b"}},"data":{"k":"v","l":"\\u00e9\\n"}}""",
        """{"a":[1,-2.5e3,true,false,null,{"b":[[],{}]}],"c":"\\ud83d\\ude00"}""",
    ];

    private static readonly string[] JsonPieces = ["{", "}", "[", "]", ":", ",", "{\"a\":", "[[", "\"a\":1,", "\\u", "\\ud800", "\"$patch\":\"delete\"", "//", "/**/"];

    private static readonly string[] Yaml =
    [
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\n  labels: {a: b, c: 'd'}\ndata:\n  k: |\n    text\n    more\n  l: >-\n    folded\n",
        "a: &x [1, 0x1f, 010, 1e3, ~, yes]\nb: *x\nc: {<<: {d: 1}, e: !!str 5}\n---\nf: g\n",
    ];

    private static readonly string[] YamlPieces = [": ", "- ", "\n", "\n  ", "&a ", "*a", "<<: ", "!!str ", "!!binary ", "---\n", "...\n", "|\n", ">-\n", "{", "}", "[", "]", "? ", "# ", "%YAML 1.1\n", "@", "`"];

    private static readonly Schema PodSchema = ResourceCatalog.Create(ServiceAllocator.CreateDefault()).Single(resource => resource is { Group: "", Plural: "pods" }).Schema;

    [Fact]
    public void Json_of_any_kind_is_read_or_refused() => Each(Json, JsonPieces, text => StrictJson.Parse(Bytes(text)), typeof(StrictJsonException));

    [Fact]
    public void Yaml_of_any_kind_is_read_or_refused() => Each(Yaml, YamlPieces, text => StrictYaml.Parse(Bytes(text)), typeof(StrictJsonException));

    [Fact]
    public void Kubeconfigs_of_any_kind_are_read_or_refused() => Each(
        [
            "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n- name: a\n  cluster: {server: 'https://h:1', certificate-authority-data: AAAA}\nusers:\n- name: u\n  user: {token: t}\n"
                + "contexts:\n- name: c\n  context: {cluster: a, user: u, namespace: n}\npreferences: {}\n",
            """{"kind":"Config","clusters":[{"name":"a","cluster":{"server":"https://h","insecure-skip-tls-verify":true,"proxy-url":"http://p"}}],"users":[{"name":"u","user":{"exec":{"command":"x","apiVersion":"client.authentication.k8s.io/v1"}}}]}""",
        ],
        YamlPieces, text => KubeconfigDocument.Parse(Bytes(text), "fuzz"), typeof(KubeconfigException));

    [Fact]
    public void Json_paths_of_any_kind_lead_somewhere_or_are_refused()
    {
        var value = JsonNode.Parse("""{"a":{"b":[{"c":1,"type":"Ready"},{"c":"x"},[],null]},"b.c":2}""");
        Each(
            [".a.b[*].c", "{.a.b[?(@.type=='Ready')].c}", "$.a['b.c'][0,2][-1:][1:3:2]", ".b\\.c", "..c", ".a..b[?(@.c > 0.5)]"],
            [".", "..", "[", "]", "*", "?(", "@", "$", "==", "!=", "<=", ")", ",", ":", "'", "[*]", "..*", "[-1]", "[9999999999]", "{", "}", "\\."],
            text => JsonPath.Parse(text).Select(value), typeof(FormatException));
    }

    [Fact]
    public void Label_selectors_of_any_kind_select_or_are_refused() => Each(
        ["tier in (front,back),app=x,!old", "a,b!=c,d==e,f notin (g)", "n>5,m<3,example.com/k=v"],
        ["(", ")", ",", "=", "==", "!=", "!", "in", " notin ", ">", "<", "/", "a", "-", ".", "=,"],
        text => LabelSelector.Parse(text).Matches(new Dictionary<string, string> { ["a"] = "c", ["n"] = "7", ["app"] = "" }), typeof(ApiException));

    [Fact]
    public void Field_selectors_of_any_kind_are_read_or_refused() => Each(
        ["metadata.name=a,status.phase!=Running", "a==b\\,c,d=", "spec.x=\\=y"], [",", "=", "==", "!=", "!", "\\,", "\\=", "\\\\", "\\", ".", "a"],
        text => FieldSelector.Parse(text).ToList(), typeof(ApiException));

    [Fact]
    public void Json_patches_of_any_kind_apply_or_are_refused() => Each(
        [
            """[{"op":"add","path":"/spec/containers/-","value":{"name":"c"}},{"op":"remove","path":"/metadata/labels"}]""",
            """[{"op":"test","path":"/metadata/name","value":"p"},{"op":"copy","from":"/spec","path":"/x"},{"op":"move","from":"/a~1b","path":"/c~0d"},{"op":"replace","path":"/spec/containers/0","value":null}]""",
        ],
        [.. JsonPieces, "/", "~0", "~1", "~2", "/-", "/0", "/-1", "/99999999999", "\"op\":\"copy\"", "\"path\":\"\"", "\"from\":\"\""],
        text => JsonPatch.Apply(Pod(), JsonPatch.Parse(Bytes(text))), typeof(KubernetesException));

    [Fact]
    public void Merge_patches_of_any_kind_apply_or_are_refused() => Each(
        ["""{"metadata":{"labels":{"a":null,"b":"c"}},"spec":{"containers":[]}}""", """{"spec":null,"x":{"y":{"z":1}}}"""],
        JsonPieces, text => MergePatch.Apply(Pod(), MergePatch.Parse(Bytes(text))), typeof(KubernetesException));

    [Fact]
    public void Strategic_patches_of_any_kind_apply_or_are_refused() => Each(
        [
            """{"spec":{"containers":[{"name":"a","image":"y"},{"$patch":"delete","name":"b"}],"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}""",
            """{"metadata":{"$deleteFromPrimitiveList/finalizers":["f"],"finalizers":["g"],"labels":{"$patch":"replace","x":"y"}}}""",
            """{"spec":{"volumes":[{"name":"v","emptyDir":{},"$retainKeys":["name","emptyDir"]}],"$retainKeys":["volumes"]}}""",
        ],
        [.. JsonPieces, "\"$patch\":\"replace\",", "\"$patch\":\"merge\",", "\"$patch\":3,", "\"$retainKeys\":[1],", "\"$setElementOrder/containers\":", "\"$deleteFromPrimitiveList/args\":[null],", "\"name\":null,", "\"name\":{},"],
        text => StrategicMergePatch.Apply(Pod(), StrategicMergePatch.Parse(Bytes(text)), PodSchema), typeof(KubernetesException));

    private static JsonObject Pod() => JsonNode.Parse("""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"a":"b"},"finalizers":["f","h"]},
         "spec":{"containers":[{"name":"a","image":"x","env":[{"name":"E","value":"1"}]},{"name":"b"}],"volumes":[{"name":"v","secret":{"secretName":"s"}}]},"a/b":[1,2]}
        """)!.AsObject();

    /// <summary>As UTF-8, but for replacement characters, which become bytes that it does not have.</summary>
    private static byte[] Bytes(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var at = bytes.AsSpan().IndexOf("\ufffd"u8); at >= 0; at = bytes.AsSpan().IndexOf("\ufffd"u8)) bytes[at] = 0xFF;
        return bytes;
    }

    private static void Each(string[] good, string[] pieces, Func<string, object?> parse, Type documented)
    {
        var mutations = new TextMutations(new Random(Seed), good, [.. pieces, .. Anywhere]);
        foreach (var text in good) Should.NotThrow(() => parse(text), text);
        var refused = 0;
        for (var i = TextMutations.Count(Usual); i > 0; i--)
        {
            var text = i % 4 == 0 ? mutations.Assembled() : mutations.Next();
            try
            {
                parse(text);
            }
            catch (Exception exception)
            {
                exception.ShouldBeAssignableTo(documented, $"{JsonSerializer.Serialize(text)}: {exception}");
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(0);
    }
}

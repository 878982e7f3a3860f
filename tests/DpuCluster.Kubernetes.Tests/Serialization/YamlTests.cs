using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Serialization;
using DpuCluster.Testing;

namespace DpuCluster.Kubernetes.Tests.Serialization;

public sealed class YamlTests
{
    /// <summary>Scalars as they stand, and what kubectl makes of them: see <see cref="Scalars_are_typed_as_kubectl_types_them"/>.</summary>
    public static TheoryData<string, string> Scalars => new()
    {
        { "yes", "true" }, { "On", "true" }, { "y", "true" }, { "TRUE", "true" }, { "tRUE", "\"tRUE\"" }, { "Off", "false" }, { "n", "false" },
        { "~", "null" }, { "NULL", "null" }, { "nULL", "\"nULL\"" }, { "", "null" },
        { "0777", "511" }, { "0o17", "15" }, { "0O17", "15" }, { "-0o17", "-15" }, { "0o8", "\"0o8\"" }, { "08", "8" }, { "00", "0" },
        { "0x1F", "31" }, { "-0x1f", "-31" }, { "0x_1", "1" }, { "0b11", "3" }, { "-0b11", "-3" }, { "0B11", "3" },
        { "1_000", "1000" }, { "1__0", "10" }, { "_1", "\"_1\"" }, { "1_0.5", "10.5" }, { "+5", "5" }, { "-0", "0" },
        { "1e3", "1000" }, { "1E5", "100000" }, { "3.0e2", "300" }, { "12e03", "12000" }, { "1e-7", "1E-07" }, { "1e400", "\"1e400\"" },
        { ".5", "0.5" }, { "+.5", "0.5" }, { "5.", "5" }, { "1.0", "1" }, { "0.30000000000000004", "0.30000000000000004" },
        { "-9223372036854775808", "-9223372036854775808" }, { "12345678901234567890", "12345678901234567890" },
        { "1:30", "\"1:30\"" }, { "190:20:30.15", "\"190:20:30.15\"" }, { "2001-01-01", "\"2001-01-01\"" }, { "2001-01-01T00:00:00Z", "\"2001-01-01T00:00:00Z\"" },
        { "!!str 5", "\"5\"" }, { "\"5\"", "\"5\"" }, { "'yes'", "\"yes\"" }, { "!!int \"7\"", "7" }, { "!!float 7", "7" }, { "!!bool yes", "true" },
        { "!!binary aGVsbG8=", "\"hello\"" }, { "!foo bar", "\"bar\"" }, { "\"=\"", "\"=\"" }, { "<<", "\"\\u003C\\u003C\"" }, { "plain text", "\"plain text\"" },
    };

    [Theory]
    [MemberData(nameof(Scalars))]
    public void Scalars_have_the_types_of_Kubernetes_tools(string yaml, string json) =>
        Json(Yaml.ToJson($"spec: {yaml}\n")!["spec"]).ShouldBe(json);

    [ToolFact("kubectl")]
    public async Task Scalars_are_typed_as_kubectl_types_them()
    {
        var yaml = new StringBuilder("apiVersion: v1\nkind: Foo\nmetadata: {name: x, labels: {a: b}}\nspec:\n");
        foreach (var row in Scalars)
        {
            yaml.Append("- ").Append(row[0]).Append('\n');
        }

        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, yaml.ToString());
            var start = new ProcessStartInfo(Tools.Require("kubectl"), ["label", "--local", "-f", file, "a=b", "-o", "json"]) { RedirectStandardOutput = true };
            using var kubectl = Process.Start(start)!;
            var theirs = JsonNode.Parse(await kubectl.StandardOutput.ReadToEndAsync())!["spec"]!.AsArray();
            var ours = Yaml.ToJson(yaml.ToString())!["spec"]!.AsArray();
            theirs.Count.ShouldBe(Scalars.Count);
            foreach (var (row, their, our) in Scalars.Zip(theirs, ours))
            {
                // kubectl keeps integers above 63 bits as floating-point numbers.
                (JsonNode.DeepEquals(their, our) || (their is JsonValue && our is JsonValue && double.TryParse(Json(their), out var t) && double.TryParse(Json(our), out var o) && t == o))
                    .ShouldBeTrue($"{row[0]}: kubectl {Json(their)}, here {Json(our)}");
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("{1: a, true: b, 1.5: c, 2.0: e}", """{"1":"a","true":"b","1.5":"c","2":"e"}""")]
    [InlineData("{0x10: a, yes: b, 1e3: c, 2001-01-01: e}", """{"16":"a","true":"b","1000":"c","2001-01-01":"e"}""")]
    [InlineData("{<<: {a: 1}, a: 2}", """{"a":2}""")]
    [InlineData("{<<: [{a: 1}, {a: 2, b: 3}]}", """{"a":1,"b":3}""")]
    [InlineData("{<<: {a: 1}, <<: {b: 2}}", """{"a":1,"b":2}""")]
    [InlineData("{\"<<\": {a: 1}}", """{"\u003C\u003C":{"a":1}}""")]
    [InlineData("[&x 1, *x]", "[1,1]")]
    [InlineData("{&a x: 1, b: *a}", """{"x":1,"b":"x"}""")]
    [InlineData("!!set {a, b}", """{"a":null,"b":null}""")]
    [InlineData("!!str {a: 1}", """{"a":1}""")]
    [InlineData("{\"a\": \"\\ud83d\\ude00\\/\"}", """{"a":"\uD83D\uDE00/"}""")]
    public void Collections_become_what_kubectl_makes_of_them(string yaml, string json) => Json(Yaml.ToJson(yaml)).ShouldBe(json);

    [Theory]
    [InlineData("{a: 1, a: 2}", "line 1, column 8: the key \"a\" is there twice")]
    [InlineData("{\"a\": 1, \"a\": 2}", "the key \"a\" is there twice")]
    [InlineData("{1: a, \"1\": b}", "the key \"1\" is there twice")]
    [InlineData("a: .inf", "JSON has no infinite number")]
    [InlineData("a: .nan", "JSON has no infinite number")]
    [InlineData("a: !!float x", "not what its tag !!float says")]
    [InlineData("a: !!null x", "not what its tag !!null says")]
    [InlineData("{~: 1}", "a key must not be null")]
    [InlineData("{? [a] : b}", "a key must be a scalar")]
    [InlineData("{12345678901234567890: a}", "a key must be text")]
    [InlineData("{<<: 5}", "can be merged")]
    [InlineData("a: *nope", "nope")]
    [InlineData("a: &a [*a]", "contains itself")]
    [InlineData("a: [1", "did not find expected")]
    [InlineData("a: b\n c: d: e", "line 2")]
    [InlineData("a: \"\\q\"", "line 1")]
    [InlineData("a: !!binary \"?\"", "must be base64")]
    [InlineData("a: 1\n---\nb: 1", "one document is expected")]
    [InlineData("@", "line 1")]
    public void What_is_no_YAML_for_JSON_is_refused_with_its_place(string yaml, string problem) =>
        Should.Throw<YamlFormatException>(() => Yaml.ToJson(yaml)).Message.ShouldContain(problem);

    [Fact]
    public void Documents_are_read_one_after_the_other()
    {
        var documents = Yaml.ToJsonDocuments("# first\na: 1\n---\n---\nb: 2\n...\n---\n- 3\n"u8);
        documents.Select(Json).ShouldBe(["""{"a":1}""", "null", """{"b":2}""", "[3]"]);
        Yaml.ToJsonDocuments("").ShouldBeEmpty();
        Yaml.ToJson("").ShouldBeNull();
    }

    [Fact]
    public void Aliases_that_expand_to_too_much_are_refused_quickly()
    {
        var yaml = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 12; i++)
        {
            yaml.Append(null, $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        }

        Should.Throw<YamlFormatException>(() => Yaml.ToJson(yaml.ToString())).Message.ShouldContain("aliases expand to too much");
    }

    [Fact]
    public void A_long_text_that_many_aliases_repeat_is_refused()
    {
        var yaml = $"a: &a {new string('x', 100_000)}\nb: [{string.Join(',', Enumerable.Repeat("*a", 1000))}]";
        Should.Throw<YamlFormatException>(() => Yaml.ToJson(yaml)).Message.ShouldContain("aliases expand to too much");
    }

    [Theory]
    [InlineData("[", "")]
    [InlineData("{a: ", "")]
    [InlineData("- ", "x")]
    [InlineData("{\"a\":", "")]
    public void Deep_nesting_is_refused(string opening, string end) =>
        Should.Throw<YamlFormatException>(() => Yaml.ToJson(string.Concat(Enumerable.Repeat(opening, 20_000)) + end)).Message.ShouldContain("nested deeper than 200");

    [Fact]
    public void Depth_that_aliases_bring_counts()
    {
        var yaml = new StringBuilder($"a0: &a0 x\n");
        for (var i = 1; i < 300; i++)
        {
            yaml.Append(null, $"a{i}: &a{i} [*a{i - 1}]\n");
        }

        Should.Throw<YamlFormatException>(() => Yaml.ToJson(yaml.ToString())).Message.ShouldContain("nested deeper than 200");
    }

    [Fact]
    public void Too_long_a_text_is_refused()
    {
        var limits = new YamlLimits { MaxLength = 100 };
        Should.Throw<YamlFormatException>(() => Yaml.ToJson(new string('a', 101), limits)).Message.ShouldContain("100 are allowed");
        Should.Throw<YamlFormatException>(() => Yaml.ToJson(Encoding.UTF8.GetBytes(new string('a', 301)), limits)).Message.ShouldContain("100 are allowed");
        Should.Throw<YamlFormatException>(() => Yaml.ToJson([0x61, 0x3a, 0x20, 0xff])).Message.ShouldContain("not valid UTF-8");
    }

    [Fact]
    public void Written_YAML_reads_back_as_the_same_JSON_whatever_it_holds()
    {
        var random = new Random(20260715);
        for (var round = 0; round < 3000; round++)
        {
            var json = RandomJson.Node(random, depth: 0);
            var yaml = Yaml.FromJson(json);
            JsonNode? again;
            try
            {
                again = Yaml.ToJson(yaml);
            }
            catch (YamlFormatException exception)
            {
                throw new ShouldAssertException($"{Json(json)}\nwas written as\n{yaml}", exception);
            }

            Json(again).ShouldBe(Json(json), yaml);
        }
    }

    [Fact]
    public void Damaged_text_is_refused_or_read_but_breaks_nothing()
    {
        var random = new Random(20260716);
        const string Characters = "{}[]:,-&*!|>'\"%@`#?<~ \n\t\\0x_a\u0000\u0085\u2028\ud83d";
        for (var round = 0; round < 20_000; round++)
        {
            var text = new StringBuilder("a: &x {b: [1, *x, 'c']}\nd: |\n  text\n<<: {e: !!int 5}\n---\n? f\n: \"g\\u0041\"\n");
            for (var damage = random.Next(1, 6); damage > 0; damage--)
            {
                var at = random.Next(text.Length);
                var character = Characters[random.Next(Characters.Length)];
                _ = random.Next(3) switch
                {
                    0 => text.Remove(at, 1),
                    1 => text.Insert(at, character),
                    _ => text.Replace(text[at], character, at, 1),
                };
            }

            try
            {
                Yaml.ToJsonDocuments(text.ToString());
            }
            catch (YamlFormatException)
            {
                // Refused, as it should be; anything else fails the test.
            }
        }
    }

    private static string Json(JsonNode? node) => node?.ToJsonString() ?? "null";
}

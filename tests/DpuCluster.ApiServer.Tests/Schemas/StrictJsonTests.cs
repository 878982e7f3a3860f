using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Schemas.FieldValidation;

namespace DpuCluster.ApiServer.Tests.Schemas;

public sealed class StrictJsonTests
{
    private static StrictJsonResult Parse(string json) => StrictJson.Parse(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void A_body_is_read()
    {
        var result = Parse(""" {"a":[1,2.5,"x\n",true,false,null],"b":{}} """);
        GoText.Json(result.Node).ShouldBe("""{"a":[1,2.5,"x\n",true,false,null],"b":{}}""");
        result.DuplicateFields.ShouldBeEmpty();
    }

    [Fact]
    public void Fields_that_stand_twice_are_reported_and_the_last_one_counts()
    {
        var result = Parse("""{"spec":{"x":{"a":1},"x":{"b":2}},"l":[{"y":1,"y":2,"y":3}]}""");
        result.DuplicateFields.ShouldBe(["spec.x", "l[0].y"]);
        result.StrictErrors.ShouldBe(["duplicate field \"spec.x\"", "duplicate field \"l[0].y\""]);
        GoText.Json(result.Node).ShouldBe("""{"l":[{"y":3}],"spec":{"x":{"b":2}}}""");
    }

    [Theory]
    [InlineData("9223372036854775807", "integer")]
    [InlineData("9223372036854775808", "number")]
    [InlineData("-5", "integer")]
    [InlineData("5.0", "number")]
    [InlineData("1e3", "number")]
    public void Numbers_are_integers_where_they_are_written_so_and_fit(string number, string type) =>
        JsonValues.TypeName(JsonValues.KindOf(Parse(number).Node)).ShouldBe(type);

    [Theory]
    [InlineData("", "unexpected end of JSON input")]
    [InlineData("{\"a\": {", "unexpected end of JSON input")]
    [InlineData("{\"a", "unexpected end of JSON input")]
    [InlineData("{a:1}", "invalid character 'a' looking for beginning of object key string")]
    [InlineData("{\"a\":1,}", "invalid character '}' looking for beginning of object key string")]
    [InlineData("{\"a\" 1}", "invalid character '1' after object key")]
    [InlineData("{\"a\":1 \"b\":2}", "invalid character '\"' after object key:value pair")]
    [InlineData("[1 2]", "invalid character '2' after array element")]
    [InlineData("[1,]", "invalid character ']' looking for beginning of value")]
    [InlineData("nul!", "invalid character '!' in literal null (expecting 'l')")]
    [InlineData("{} x", "invalid character 'x' after top-level value")]
    [InlineData("\"a\nb\"", "invalid character '\\n' in string literal")]
    [InlineData("\"\\x\"", "invalid character 'x' in string escape code")]
    [InlineData("1.x", "invalid character 'x' after decimal point in numeric literal")]
    [InlineData("'a'", "invalid character '\\'' looking for beginning of value")]
    [InlineData("1e999", "json: cannot unmarshal number 1e999 into Go value of type float64")]
    public void What_is_not_JSON_is_explained(string body, string message) =>
        Should.Throw<StrictJsonException>(() => Parse(body)).Message.ShouldBe(message);

    [Fact]
    public void Nesting_without_end_is_an_error_not_a_crash()
    {
        var deep = new string('[', 1_000_000);
        Should.Throw<StrictJsonException>(() => Parse(deep)).Message.ShouldBe("exceeded max depth");
        Should.Throw<StrictJsonException>(() => Parse(deep + new string(']', 1_000_000))).Message.ShouldBe("exceeded max depth");
    }

    [Fact]
    public void Nesting_up_to_the_limit_is_read()
    {
        var levels = StrictJson.DeepestNesting;
        Parse(new string('[', levels) + new string(']', levels)).Node.ShouldBeOfType<JsonArray>();
    }

    [Fact]
    public void Bytes_that_are_no_text_become_replacement_characters()
    {
        var node = StrictJson.Parse((byte[])[.. "{\"a\":\""u8, 0xff, .. "\"}"u8]).Node;
        node!["a"]!.GetValue<string>().ShouldBe("\ufffd");
        Parse("""{"a":"x\ud800y\n"}""").Node!["a"]!.GetValue<string>().ShouldBe("x\ufffdy\n");
    }

    [Fact]
    public void At_most_a_hundred_duplicates_are_reported()
    {
        var fields = string.Join(',', Enumerable.Range(0, 200).Select(i => $"\"f{i}\":1,\"f{i}\":2"));
        Parse($"{{{fields}}}").DuplicateFields.Count.ShouldBe(StrictJson.MostDuplicates);
    }
}

public sealed class StrictYamlTests
{
    private static StrictJsonResult Parse(string yaml) => StrictYaml.Parse(Encoding.UTF8.GetBytes(yaml));

    [Theory]
    [InlineData("a: yes", """{"a":true}""")]
    [InlineData("a: Off", """{"a":false}""")]
    [InlineData("a: 'yes'", """{"a":"yes"}""")]
    [InlineData("a: ~", """{"a":null}""")]
    [InlineData("a:", """{"a":null}""")]
    [InlineData("a: 010", """{"a":8}""")]
    [InlineData("a: 0x1F", """{"a":31}""")]
    [InlineData("a: 0b11", """{"a":3}""")]
    [InlineData("a: 1_000", """{"a":1000}""")]
    [InlineData("a: -7", """{"a":-7}""")]
    [InlineData("a: 1.50", """{"a":1.5}""")]
    [InlineData("a: 1e3", """{"a":1000}""")]
    [InlineData("a: 089", """{"a":89}""")]
    [InlineData("a: 1.2.3", """{"a":"1.2.3"}""")]
    [InlineData("a: 10.0.0.0/8", """{"a":"10.0.0.0/8"}""")]
    [InlineData("a: 12:30:45", """{"a":"12:30:45"}""")]
    [InlineData("a: 2026-11-21", """{"a":"2026-11-21"}""")]
    [InlineData("a: !!str 5", """{"a":"5"}""")]
    [InlineData("a: |\n  x\n  y\n", """{"a":"x\ny\n"}""")]
    [InlineData("1: x\ntrue: z", """{"1":"x","true":"z"}""")]
    [InlineData("a: &b {c: 1}\nd: *b", """{"a":{"c":1},"d":{"c":1}}""")]
    [InlineData("a: &b {c: 1, d: 2}\ne:\n  <<: *b\n  d: 3", """{"a":{"c":1,"d":2},"e":{"c":1,"d":3}}""")]
    [InlineData("""{"a": [1, "x", null]}""", """{"a":[1,"x",null]}""")]
    [InlineData("---\na: 1\n---\nb: 2", """{"a":1}""")]
    [InlineData("", "null")]
    public void Scalars_have_the_types_that_kubectl_users_know(string yaml, string json) => GoText.Json(Parse(yaml).Node).ShouldBe(json);

    [Fact]
    public void Keys_that_stand_twice_are_reported_with_their_line()
    {
        var result = Parse("spec:\n  x: 1\n  x: 2\n");
        result.DuplicateFields.ShouldBe(["spec.x"]);
        result.StrictErrors.ShouldBe(["yaml: unmarshal errors:\n  line 3: key \"x\" already set in map"]);
        GoText.Json(result.Node).ShouldBe("""{"spec":{"x":2}}""");
    }

    [Theory]
    [InlineData("a: b: c", "error converting YAML to JSON: yaml: mapping values are not allowed in this context")]
    [InlineData("kind: ConfigMap\n metadata: {}\n", "error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context")]
    [InlineData("not: [yaml", "error converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'")]
    [InlineData("a: 1\n- b\n", "error converting YAML to JSON: yaml: line 1: did not find expected key")]
    [InlineData("a: 1\nb: \"abc\n", "error converting YAML to JSON: yaml: line 3: found unexpected end of stream")]
    [InlineData("a: *nowhere", "error converting YAML to JSON: yaml: ")]
    [InlineData("a: .inf", "error converting YAML to JSON: json: unsupported value: +Inf")]
    [InlineData("a: [", "error converting YAML to JSON: yaml: line ")]
    public void What_is_not_YAML_is_an_error(string yaml, string message) =>
        Should.Throw<StrictJsonException>(() => Parse(yaml)).Message.ShouldStartWith(message);

    [Fact]
    public void Aliases_that_multiply_are_an_error()
    {
        var bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(
            Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));
        Should.Throw<StrictJsonException>(() => Parse(bomb)).Message.ShouldBe("error converting YAML to JSON: yaml: document contains excessive aliasing");
    }

    [Fact]
    public void Nesting_without_end_is_an_error_not_a_crash() =>
        Should.Throw<StrictJsonException>(() => Parse(new string('[', 5_000) + new string(']', 5_000))).Message.ShouldContain("exceeded max depth");
}

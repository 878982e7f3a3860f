using DpuCluster.ApiServer.Schemas;
using static DpuCluster.ApiServer.Tests.Schemas.SchemaText;

namespace DpuCluster.ApiServer.Tests.Schemas;

public sealed class SchemaValidatorTests
{
    [Theory]
    [InlineData("""{"type":"integer"}""", "5")]
    [InlineData("""{"type":"integer"}""", "5.0")]
    [InlineData("""{"type":"number"}""", "5")]
    [InlineData("""{"type":"string","nullable":true}""", "null")]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "5")]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "\"5%\"")]
    [InlineData("""{"type":"string","maxLength":2}""", "\"äö\"")]
    [InlineData("""{"type":"integer","enum":[1,2]}""", "2")]
    [InlineData("""{"type":"number","multipleOf":0.1}""", "0.3")]
    [InlineData("""{"type":"string","format":"no-such-format"}""", "\"?\"")]
    [InlineData("""{"type":"integer","format":"int32"}""", "5")]
    [InlineData("""{"x-kubernetes-preserve-unknown-fields":true}""", """{"any":["thing"]}""")]
    public void What_fits_passes(string schema, string value) => ErrorsOf(schema, value).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"type":"integer"}""", "\"5\"", "x: Invalid value: \"string\": x in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"integer"}""", "5.5", "x: Invalid value: \"number\": x in body must be of type integer: \"number\"")]
    [InlineData("""{"type":"string"}""", "null", "x: Invalid value: \"null\": x in body must be of type string: \"null\"")]
    [InlineData("""{"type":"object"}""", "[]", "x: Invalid value: \"array\": x in body must be of type object: \"array\"")]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "true", "x: Invalid value: \"boolean\": x in body must be of type integer,string: \"boolean\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "5", "x: Invalid value: \"int64\": x in body must be of type date-time: \"int64\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"now\"", "x: Invalid value: \"now\": x in body must be of type date-time: \"now\"")]
    [InlineData("""{"type":"string","enum":["a","b"]}""", "\"c\"", "x: Unsupported value: \"c\": supported values: \"a\", \"b\"")]
    [InlineData("""{"type":"integer","enum":[1,2]}""", "3", "x: Unsupported value: 3: supported values: \"1\", \"2\"")]
    [InlineData("""{"type":"integer","minimum":1}""", "0", "x: Invalid value: 0: x in body should be greater than or equal to 1")]
    [InlineData("""{"type":"integer","minimum":1,"exclusiveMinimum":true}""", "1", "x: Invalid value: 1: x in body should be greater than 1")]
    [InlineData("""{"type":"number","maximum":1.5}""", "2.5", "x: Invalid value: 2.5: x in body should be less than or equal to 1.5")]
    [InlineData("""{"type":"integer","maximum":3,"exclusiveMaximum":true}""", "3", "x: Invalid value: 3: x in body should be less than 3")]
    [InlineData("""{"type":"integer","multipleOf":5}""", "7", "x: Invalid value: 7: x in body should be a multiple of 5")]
    [InlineData("""{"type":"string","maxLength":2}""", "\"abc\"", "x: Too long: may not be more than 2 bytes")]
    [InlineData("""{"type":"string","maxLength":1}""", "\"abc\"", "x: Too long: may not be more than 1 byte")]
    [InlineData("""{"type":"string","minLength":2}""", "\"a\"", "x: Invalid value: \"a\": x in body should be at least 2 chars long")]
    [InlineData("""{"type":"string","pattern":"^a+$"}""", "\"b\"", "x: Invalid value: \"b\": x in body should match '^a+$'")]
    [InlineData("""{"type":"array","maxItems":1}""", "[1,2]", "x: Too many: 2: must have at most 1 item")]
    [InlineData("""{"type":"array","minItems":1}""", "[]", "x: Invalid value: 0: x in body should have at least 1 items")]
    [InlineData("""{"type":"object","maxProperties":0}""", """{"a":1}""", "x: Too many: 1: must have at most 0 items")]
    [InlineData("""{"type":"object","minProperties":2}""", """{"a":1}""", "x: Invalid value: 1: x in body should have at least 2 properties")]
    [InlineData("""{"type":"array","items":{"type":"integer"}}""", """[1,"2"]""", "x[1]: Invalid value: \"string\": x[1] in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"object","required":["a"]}""", "{}", "x.a: Required value")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", """{"a":1}""", "x.a: Invalid value: \"integer\": x.a in body must be of type string: \"integer\"")]
    [InlineData("""{"type":"integer","not":{"enum":[5]}}""", "5", "<nil>: Invalid value: \"\": \"x\" must not validate the schema (not)")]
    public void What_does_not_fit_is_named(string schema, string value, string error) => ErrorsOf(schema, value).ShouldBe(error);

    [Fact]
    public void Of_the_rules_of_a_string_only_the_first_broken_one_is_told() =>
        ErrorsOf("""{"type":"string","maxLength":2,"pattern":"^[a-z]*$"}""", "\"ABC\"").ShouldBe("x: Too long: may not be more than 2 bytes");

    [Fact]
    public void Both_bounds_of_a_number_are_told() =>
        ErrorsOf("""{"type":"integer","minimum":10,"maximum":1}""", "5").Split('\n').ShouldBe([
            "x: Invalid value: 5: x in body should be greater than or equal to 10",
            "x: Invalid value: 5: x in body should be less than or equal to 1",
        ]);

    [Fact]
    public void Missing_fields_are_told_after_the_errors_of_those_that_are_there() =>
        ErrorsOf("""{"type":"object","required":["b"],"properties":{"a":{"type":"string"},"b":{"type":"string"}}}""", """{"a":1}""").Split('\n').ShouldBe([
            "x.a: Invalid value: \"integer\": x.a in body must be of type string: \"integer\"",
            "x.b: Required value",
        ]);

    [Fact]
    public void No_alternative_that_holds_is_told_with_the_errors_of_the_best_one() =>
        ErrorsOf(
            """{"type":"object","anyOf":[{"required":["a"]},{"required":["b"],"properties":{"c":{"enum":["d"]}}}]}""",
            """{"c":"d"}""").Split('\n').ShouldBe([
            "<nil>: Invalid value: \"\": \"x\" must validate at least one schema (anyOf)",
            "x.b: Required value",
        ]);

    [Fact]
    public void More_than_one_alternative_of_oneOf_is_an_error() =>
        ErrorsOf("""{"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]}""", """{"a":1,"b":1}""")
            .ShouldBe("<nil>: Invalid value: \"\": \"x\" must validate one and only one schema (oneOf). Found 2 valid alternatives");

    [Fact]
    public void No_alternative_of_oneOf_is_an_error_too() =>
        ErrorsOf("""{"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]}""", "{}").Split('\n').ShouldBe([
            "<nil>: Invalid value: \"\": \"x\" must validate one and only one schema (oneOf). Found none valid",
            "x.a: Required value",
        ]);

    [Fact]
    public void Each_part_of_allOf_has_to_hold() =>
        ErrorsOf("""{"type":"integer","allOf":[{"minimum":5},{"maximum":9}]}""", "3").Split('\n').ShouldBe([
            "x: Invalid value: 3: x in body should be greater than or equal to 5",
            "<nil>: Invalid value: \"\": \"x\" must validate all the schemas (allOf)",
        ]);

    [Fact]
    public void Errors_of_a_part_stand_under_the_path_of_the_part() =>
        Join(SchemaValidator.Validate(Schema("""{"type":"object","required":["a"]}"""), Json("{}"), "spec.default")).ShouldBe("spec.default.a: Required value");
}

public sealed class RatchetingTests
{
    private static readonly Schema Strict = Schema("""
        {"type":"object","properties":{
          "n":{"type":"integer","minimum":10},
          "s":{"type":"string"},
          "l":{"type":"array","items":{"type":"integer","minimum":10}},
          "m":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"},"n":{"type":"integer","minimum":10}}}},
          "a":{"type":"array","x-kubernetes-list-type":"atomic","items":{"type":"integer","minimum":10}},
          "o":{"type":"object","required":["must"],"properties":{"must":{"type":"string"},"may":{"type":"string"}}}}}
        """);

    [Theory]
    [InlineData("""{"n":1,"s":"a"}""", """{"n":1,"s":"b"}""")]
    [InlineData("""{"l":[1,20]}""", """{"l":[1,21]}""")]
    [InlineData("""{"m":[{"k":"a","n":1}]}""", """{"m":[{"k":"b","n":20},{"k":"a","n":1}]}""")]
    [InlineData("""{"a":[1],"s":"a"}""", """{"a":[1],"s":"b"}""")]
    [InlineData("""{"o":{"may":"x"},"s":"a"}""", """{"o":{"may":"x"},"s":"b"}""")]
    public void What_was_wrong_before_is_tolerated_where_it_did_not_change(string before, string now) =>
        SchemaValidator.ValidateUpdate(Strict, Json(now), Json(before)).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"n":1}""", """{"n":2}""", "n: Invalid value: 2: n in body should be greater than or equal to 10")]
    [InlineData("""{"l":[1]}""", """{"l":[20,1]}""", "l[1]: Invalid value: 1: l[1] in body should be greater than or equal to 10")]
    [InlineData("""{"m":[{"k":"a","n":1}]}""", """{"m":[{"k":"b","n":1}]}""", "m[0].n: Invalid value: 1: m[0].n in body should be greater than or equal to 10")]
    [InlineData("""{"a":[1]}""", """{"a":[1,20]}""", "a[0]: Invalid value: 1: a[0] in body should be greater than or equal to 10")]
    [InlineData("""{"o":{"may":"x"}}""", """{"o":{"may":"y"}}""", "o.must: Required value")]
    public void What_became_wrong_is_an_error(string before, string now, string error) =>
        Join(SchemaValidator.ValidateUpdate(Strict, Json(now), Json(before))).ShouldBe(error);
}

using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Tests.Cel;

public class ValidationRulesTests
{
    private const string Widget = """
        type: object
        properties:
          spec:
            type: object
            x-kubernetes-validations:
            - rule: "!has(self.low) || !has(self.high) || self.low <= self.high"
              message: low must not be above high
            - rule: self.kind != 'big' || self.size >= 10
              messageExpression: "'a big one needs size 10, this is ' + (self.size < 5 ? 'tiny' : 'small')"
            properties:
              kind: {type: string}
              size: {type: integer}
              low: {type: integer}
              high: {type: integer}
              once:
                type: string
                x-kubernetes-validations:
                - rule: oldSelf == '' || self == oldSelf
                  message: once is immutable
              ranges:
                type: array
                items: {type: string}
                x-kubernetes-validations:
                - rule: self.all(r, isCIDR(r))
                  message: every range must be a CIDR
        """;

    private static string[] Errors(string schema, string value, string? old = null) =>
        [.. Result(schema, value, old).Errors.Select(e => e.ToString())];

    private static RuleResult Result(string schema, string value, string? old = null) =>
        ValidationRules.For(RuleSchemas.FromYaml(schema)).Validate(JsonNode.Parse(value), old is null ? null : JsonNode.Parse(old));

    private static string Spec(string rule, string properties) => """
        type: object
        properties:
          spec:
            type: object
            x-kubernetes-validations: [{rule: "RULE"}]
            properties: {PROPERTIES}
        """.Replace("RULE", rule, StringComparison.Ordinal).Replace("PROPERTIES", properties, StringComparison.Ordinal);

    [Fact]
    public void Rules_that_hold_are_silent() =>
        Errors(Widget, """{"spec": {"kind": "small", "size": 1, "low": 1, "high": 2, "ranges": ["10.0.0.0/8"]}}""").ShouldBeEmpty();

    [Fact]
    public void Broken_rules_of_objects_and_lists_give_their_message_without_the_value()
    {
        Errors(Widget, """{"spec": {"kind": "small", "low": 3, "high": 2}}""").ShouldBe(["spec: Invalid value: low must not be above high"]);
        Errors(Widget, """{"spec": {"kind": "big", "size": 3}}""").ShouldBe(["spec: Invalid value: a big one needs size 10, this is tiny"]);
        Errors(Widget, """{"spec": {"kind": "small", "ranges": ["nonsense"]}}""")
            .ShouldBe(["spec.ranges: Invalid value: every range must be a CIDR"]);
    }

    [Fact]
    public void Broken_rules_of_simple_values_show_the_value() =>
        Errors(Widget, """{"spec": {"kind": "small", "once": "b"}}""", """{"spec": {"kind": "small", "once": "a"}}""")
            .ShouldBe(["spec.once: Invalid value: \"b\": once is immutable"]);

    [Fact]
    public void Errors_of_evaluation_show_the_type_and_the_rule() =>
        Errors(Widget, """{"spec": {}}""")
            .ShouldBe(["spec: Invalid value: \"object\": no such key: kind evaluating rule: self.kind != 'big' || self.size >= 10"]);

    [Fact]
    public void Transition_rules_are_skipped_where_there_is_no_old_value()
    {
        Errors(Widget, """{"spec": {"kind": "small", "once": "b"}}""").ShouldBeEmpty();
        Errors(Widget, """{"spec": {"kind": "small", "once": "b"}}""", """{"spec": {"kind": "small"}}""").ShouldBeEmpty();
        Errors(Widget, """{"spec": {"kind": "small", "once": "b"}}""", """{"spec": {"kind": "small", "once": ""}}""").ShouldBeEmpty();
    }

    [Fact]
    public void Transition_rules_with_optional_old_value_run_on_creation_too()
    {
        const string schema = """
            type: object
            properties:
              name:
                type: string
                x-kubernetes-validations:
                - rule: "oldSelf.hasValue() ? self == oldSelf.value() : self.startsWith('new-')"
                  optionalOldSelf: true
            """;
        Errors(schema, """{"name": "x"}""").ShouldBe(["name: Invalid value: \"x\": failed rule: oldSelf.hasValue() ? self == oldSelf.value() : self.startsWith('new-')"]);
        Errors(schema, """{"name": "new-x"}""").ShouldBeEmpty();
        Errors(schema, """{"name": "y"}""", """{"name": "x"}""").Length.ShouldBe(1);
    }

    [Fact]
    public void Old_items_are_found_by_key_in_lists_that_have_keys()
    {
        const string schema = """
            type: object
            properties:
              ports:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items:
                  type: object
                  properties:
                    name: {type: string}
                    number:
                      type: integer
                      x-kubernetes-validations: [{rule: self >= oldSelf, message: must not shrink}]
              byName:
                type: object
                additionalProperties:
                  type: integer
                  x-kubernetes-validations: [{rule: self >= oldSelf, message: must not shrink}]
            """;
        Errors(schema, """{"ports": [{"name": "b", "number": 1}, {"name": "a", "number": 5}]}""",
                """{"ports": [{"name": "a", "number": 5}, {"name": "b", "number": 2}]}""")
            .ShouldBe(["ports[0].number: Invalid value: 1: must not shrink"]);
        Errors(schema, """{"byName": {"x": 1, "y": 1}}""", """{"byName": {"x": 2}}""").ShouldBe(["byName[x]: Invalid value: 1: must not shrink"]);
    }

    [Fact]
    public void Rules_that_do_not_hold_for_what_an_update_leaves_alone_only_warn()
    {
        var result = Result(Widget, """{"spec": {"kind": "small", "ranges": ["bad"], "size": 2}}""", """{"spec": {"kind": "small", "ranges": ["bad"]}}""");
        result.Errors.ShouldBeEmpty();
        result.Warnings.ShouldBe(["spec.ranges: Invalid value: every range must be a CIDR"]);
        Result(Widget, """{"spec": {"kind": "small", "ranges": ["bad", "worse"]}}""", """{"spec": {"kind": "small", "ranges": ["bad"]}}""")
            .Errors.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("FieldValueForbidden", "spec.name: Forbidden: no")]
    [InlineData("FieldValueRequired", "spec.name: Required value: no")]
    [InlineData("FieldValueDuplicate", "spec.name: Duplicate value")]
    [InlineData("FieldValueInvalid", "spec.name: Invalid value: no")]
    public void A_rule_says_the_reason_and_the_field(string reason, string error) => Errors("""
        type: object
        properties:
          spec:
            type: object
            x-kubernetes-validations: [{rule: self.name == 'x', message: no, reason: REASON, fieldPath: .name}]
            properties: {name: {type: string}}
        """.Replace("REASON", reason, StringComparison.Ordinal), """{"spec": {"name": "y"}}""").ShouldBe([error]);

    [Fact]
    public void Rules_of_the_root_see_kind_and_name_and_report_the_object_as_a_whole() => Errors("""
        type: object
        x-kubernetes-validations: [{rule: "self.kind == 'Widget' && self.metadata.name.size() <= 3", message: name too long}]
        """, """{"apiVersion": "x/v1", "kind": "Widget", "metadata": {"name": "four", "labels": {}}}""").ShouldBe(["<nil>: Invalid value: name too long"]);

    [Theory]
    [InlineData("self.a__dash__b == 1 && self.__namespace__ == 'x' && self.c__dot__d__slash__e == 2 && self.f__underscores__g == 3")]
    [InlineData("has(self.a__dash__b) && !has(self.missing)")]
    public void Properties_whose_names_are_no_identifiers_are_escaped(string rule) =>
        Errors(Spec(rule, "a-b: {type: integer}, namespace: {type: string}, c.d/e: {type: integer}, f__g: {type: integer}, missing: {type: string}"),
            """{"spec": {"a-b": 1, "namespace": "x", "c.d/e": 2, "f__g": 3}}""").ShouldBeEmpty();

    [Theory]
    [InlineData("type(self.p) == int ? self.p > 1 : self.p.endsWith('%')", "p: {x-kubernetes-int-or-string: true}", """{"p": 2}""")]
    [InlineData("type(self.p) == int ? self.p > 1 : self.p.endsWith('%')", "p: {x-kubernetes-int-or-string: true}", """{"p": "2%"}""")]
    [InlineData("self.t > timestamp('2024-01-01T00:00:00Z')", "t: {type: string, format: date-time}", """{"t": "2024-06-01T00:00:00+01:00"}""")]
    [InlineData("self.t.getFullYear() == 2024", "t: {type: string, format: date}", """{"t": "2024-06-01"}""")]
    [InlineData("self.d < duration('2h')", "d: {type: string, format: duration}", """{"d": "90m"}""")]
    [InlineData("self.d == duration('24h')", "d: {type: string, format: duration}", """{"d": "1d"}""")]
    [InlineData("self.b == b'hello'", "b: {type: string, format: byte}", """{"b": "aGVsbG8="}""")]
    [InlineData("self.n == 2.0 && self.n < 3", "n: {type: number}", """{"n": 2}""")]
    [InlineData("!has(self.n)", "n: {type: object, nullable: true, properties: {a: {type: string}}}", """{"n": null}""")]
    [InlineData("self.m['a'] == 1 && 'a' in self.m && self.m.all(k, self.m[k] == 1)", "m: {type: object, additionalProperties: {type: integer}}", """{"m": {"a": 1}}""")]
    [InlineData("self.e.metadata.name == 'x' && self.e.kind == 'K'", "e: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}", """{"e": {"apiVersion": "v1", "kind": "K", "metadata": {"name": "x"}}}""")]
    [InlineData("self.a == self.b", "a: {type: array, items: {type: string}, x-kubernetes-list-type: set}, b: {type: array, items: {type: string}, x-kubernetes-list-type: set}", """{"a": ["x", "y"], "b": ["y", "x"]}""")]
    [InlineData("size(self.a + self.b) == 3", "a: {type: array, items: {type: string}, x-kubernetes-list-type: set}, b: {type: array, items: {type: string}}", """{"a": ["x", "y"], "b": ["y", "z"]}""")]
    [InlineData("self.?o.?p.orValue('none') == 'none'", "o: {type: object, properties: {p: {type: string}}}", """{}""")]
    public void Values_have_the_types_of_their_schemas(string rule, string properties, string spec) =>
        Errors(Spec(rule, properties), "{\"spec\": " + spec + "}").ShouldBeEmpty();

    [Fact]
    public void Numbers_are_understood_whatever_type_they_are_held_in()
    {
        var rules = ValidationRules.For(RuleSchemas.FromYaml("""
            type: object
            x-kubernetes-validations: [{rule: self.i == 5 && self.n == 5.0 && self.b}]
            properties: {i: {type: integer}, n: {type: number}, b: {type: boolean}}
            """));
        JsonNode[] fives = [JsonValue.Create(5), JsonValue.Create(5L), JsonValue.Create((short)5), JsonValue.Create(5u), JsonValue.Create(5m), JsonNode.Parse("5")!];
        foreach (var five in fives)
        {
            var value = new JsonObject { ["i"] = five, ["n"] = five.DeepClone(), ["b"] = true };
            rules.Validate(value, null).Errors.ShouldBeEmpty(five.ToJsonString());
        }
        rules.Validate(new JsonObject { ["i"] = 5.5, ["n"] = 5.0, ["b"] = true }, null).Errors.ShouldHaveSingleItem().ToString()
            .ShouldBe("<nil>: Invalid value: \"object\": invalid data, expected int, got float64 evaluating rule: self.i == 5 && self.n == 5.0 && self.b");
    }

    [Fact]
    public void Unchanged_objects_are_equal_whatever_unknown_fields_they_have()
    {
        const string schema = """
            type: object
            properties:
              spec:
                type: object
                x-kubernetes-preserve-unknown-fields: true
                x-kubernetes-validations: [{rule: self == oldSelf, message: immutable}]
                properties: {a: {type: string}, items: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k], items: {type: object, properties: {k: {type: string}}}}}
            """;
        const string old = """{"spec": {"a": "x", "u": {"v": [1]}, "items": [{"k": "1"}, {"k": "2"}]}}""";
        Errors(schema, """{"spec": {"u": {"v": [1]}, "a": "x", "items": [{"k": "2"}, {"k": "1"}]}}""", old).ShouldBeEmpty();
        Errors(schema, """{"spec": {"u": {"v": [2]}, "a": "x", "items": [{"k": "2"}, {"k": "1"}]}}""", old).Length.ShouldBe(1);
        Errors(schema, """{"spec": {"u": {"v": [1]}, "a": "x", "items": [{"k": "2"}, {"k": "3"}]}}""", old).Length.ShouldBe(1);
    }

    [Fact]
    public void Rules_of_all_of_apply() => Errors("""
        type: object
        properties:
          n:
            type: integer
            allOf:
            - x-kubernetes-validations: [{rule: self > 1, message: too small}]
        """, """{"n": 1}""").ShouldBe(["n: Invalid value: 1: too small"]);

    [Fact]
    public void Messages_that_cannot_be_made_fall_back_to_the_message() => Errors("""
        type: object
        properties:
          n:
            type: integer
            x-kubernetes-validations:
            - {rule: self > 1, message: too small, messageExpression: "string(1 / (self - self))"}
            - {rule: self > 2, messageExpression: "''"}
            - {rule: self > 3, message: small, messageExpression: "'two\\nlines'"}
            - {rule: self > 4, message: smaller, messageExpression: "'two\\rlines'"}
        """, """{"n": 1}""").ShouldBe(
        ["n: Invalid value: 1: too small", "n: Invalid value: 1: failed rule: self > 2", "n: Invalid value: 1: small", "n: Invalid value: 1: smaller"]);

    [Fact]
    public void Evaluations_that_cost_too_much_end_the_validation()
    {
        var schema = Spec("self.l.all(a, self.l.all(b, self.l.all(c, a + b + c < 1000000)))", "l: {type: array, items: {type: integer}}");
        var list = string.Join(",", Enumerable.Range(0, 1000));
        Errors(schema, $$$"""{"spec": {"l": [{{{list}}}]}}""").ShouldBe([
            "spec: Invalid value: \"object\": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit"
            + " for rule: self.l.all(a, self.l.all(b, self.l.all(c, a + b + c < 1000000)))"]);
    }

    [Fact]
    public void All_evaluations_for_one_object_share_a_budget()
    {
        const string schema = """
            type: object
            properties:
              l:
                type: array
                items:
                  type: array
                  items: {type: integer}
                  x-kubernetes-validations: [{rule: "self.all(a, self.all(b, a + b >= 0))"}]
            """;
        var inner = "[" + string.Join(",", Enumerable.Range(0, 300)) + "]";
        var errors = Errors(schema, "{\"l\": [" + string.Join(",", Enumerable.Repeat(inner, 50)) + "]}");
        errors.Length.ShouldBe(1);
        errors[0].ShouldEndWith(": Invalid value: \"array\": validation failed due to running out of cost budget, no further validation rules will be run");
    }

    [Fact]
    public void Rules_are_compiled_once_for_a_schema()
    {
        var schema = RuleSchemas.FromYaml(Widget);
        ValidationRules.For(schema).ShouldBeSameAs(ValidationRules.For(schema));
        ValidationRules.For(new Schema { Type = "object" }).Any.ShouldBeFalse();
    }
}

using DpuCluster.ApiServer.Schemas;
using DpuCluster.Testing;

namespace DpuCluster.ApiServer.Tests.Cel;

public class ValidationRulesCheckTests
{
    private const string Path = "spec.validation.openAPIV3Schema";

    private static string[] Errors(string yaml) => [.. ValidationRulesCheck.Errors(RuleSchemas.FromYaml(yaml), Path).Select(e => e.ToString())];

    private static string Spec(string rule) => """
        type: object
        properties:
          spec:
            type: object
            x-kubernetes-validations: [{RULE}]
            properties: {name: {type: string}, names: {type: array, items: {type: string}}, map: {type: object, additionalProperties: {type: string}}}
        """.Replace("RULE", rule, StringComparison.Ordinal);

    [Fact]
    public void Rules_that_are_fine_have_no_errors() =>
        Errors(Spec("rule: 'self.name == oldSelf.name', message: x, messageExpression: 'self.name', reason: FieldValueInvalid, fieldPath: .map.x, optionalOldSelf: false")).ShouldBeEmpty();

    [Fact]
    public void A_rule_that_does_not_compile_is_shown_with_its_place_in_the_schema() => Errors(Spec("rule: \"has(self.nam)\"")).ShouldBe([
        $$"""{{Path}}.properties[spec].x-kubernetes-validations[0].rule: Invalid value: {"Rule":"has(self.nam)","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: """
        + "compilation failed: ERROR: <input>:1:4: undefined field 'nam'\n | has(self.nam)\n | ...^"]);

    [Theory]
    [InlineData("rule: \" \"", "rule: Required value: rule is not specified")]
    [InlineData("rule: \"true\", message: \" \"", "message: Invalid value: \" \": message must be non-empty if specified")]
    [InlineData("rule: \"true\", message: \"a\\nb\"", "message: Invalid value: \"a\\nb\": message must not contain line breaks")]
    [InlineData("rule: \"true\\n&& true\"", "message: Required value: message must be specified if rule contains line breaks")]
    [InlineData("rule: \"true\", messageExpression: \" \"", "messageExpression: Required value: messageExpression must be non-empty if specified")]
    [InlineData("rule: \"true\", reason: Whatever", "reason: Unsupported value: \"Whatever\": supported values: \"FieldValueDuplicate\", \"FieldValueForbidden\", \"FieldValueInvalid\", \"FieldValueRequired\"")]
    [InlineData("rule: \"true\", fieldPath: .nowhere", "fieldPath: Invalid value: \".nowhere\": fieldPath must be a valid path")]
    [InlineData("rule: \"true\", fieldPath: name", "fieldPath: Invalid value: \"name\": fieldPath must be a valid path")]
    [InlineData("rule: \"true\", optionalOldSelf: true", "optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule")]
    [InlineData("rule: \"true\", optionalOldSelf: false", "optionalOldSelf: Invalid value: false: may not be set if oldSelf is not used in rule")]
    public void Each_part_of_a_rule_is_checked(string rule, string error) =>
        Errors(Spec(rule)).ShouldBe([$"{Path}.properties[spec].x-kubernetes-validations[0].{error}"]);

    [Theory]
    [InlineData("rule: \"self.name\"", "rule", "cel expression must evaluate to a bool")]
    [InlineData("rule: \"true\", messageExpression: \"1\"", "messageExpression", "messageExpression must evaluate to a string")]
    [InlineData("rule: \"true\", messageExpression: \"foo\"", "messageExpression", "messageExpression compilation failed: ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo\n | ^")]
    public void Expressions_have_the_right_type(string rule, string field, string detail)
    {
        var error = Errors(Spec(rule)).ShouldHaveSingleItem();
        error.ShouldStartWith($"{Path}.properties[spec].x-kubernetes-validations[0].{field}: Invalid value: {{\"Rule\":");
        error.ShouldEndWith(": " + detail);
    }

    private const string Optional = "{type: object, properties: {i: {type: integer}, s: {type: string}, b: {type: boolean}, a: {type: array, items: {type: integer}},"
        + " o: {type: object, properties: {i: {type: integer}, s: {type: string}, o: {type: object}}}, z: {type: integer, x-kubernetes-validations: [{optionalOldSelf: true, rule: \"RULE\"}]}},"
        + " x-kubernetes-validations: [{optionalOldSelf: true, rule: \"ROOT\"}]}";

    private static string[] OptionalErrors(string rule, string root) =>
        Errors(Optional.Replace("RULE", rule, StringComparison.Ordinal).Replace("ROOT", root, StringComparison.Ordinal));

    [Theory]
    [InlineData("self >= oldSelf.value()", "self.i >= oldSelf.i.value()")]
    [InlineData("self >= oldSelf.orValue(1)", "self.o == oldSelf.o.value()")]
    [InlineData("oldSelf.hasValue() ? self >= oldSelf.value() : true", "oldSelf.hasValue() ? self.o.i >= oldSelf.o.i.value() : true")]
    [InlineData("oldSelf.optMap(old, self >= old).orValue(true)", "self.o.i >= oldSelf.o.i.orValue(1)")]
    [InlineData("oldSelf == optional.none() || oldSelf == optional.of(self)", "self.b == oldSelf.b.value() && self.o.o == oldSelf.o.o.value()")]
    public void Old_value_may_be_an_optional_whose_fields_are_optional(string rule, string root) => OptionalErrors(rule, root).ShouldBeEmpty();

    [Theory]
    [InlineData("self >= oldSelf", "found no matching overload for '_>=_' applied to '(int, optional_type(int))'")]
    [InlineData("self >= oldSelf.orValue('')", "found no matching overload for 'orValue' applied to 'optional_type(int).(string)'")]
    [InlineData("self == oldSelf", "found no matching overload for '_==_' applied to '(int, optional_type(int))'")]
    [InlineData("oldSelf", "cel expression must evaluate to a bool")]
    public void Optional_old_value_is_no_value(string rule, string error) =>
        OptionalErrors(rule, "oldSelf.hasValue()")[0].ShouldContain(error);

    [Theory]
    [InlineData("self.o.i >= oldSelf.o.i", "found no matching overload for '_>=_' applied to '(int, optional_type(int))'")]
    [InlineData("self.o.i >= oldSelf.o.s.orValue(0)", "found no matching overload for 'orValue' applied to 'optional_type(string).(int)'")]
    [InlineData("self.i >= oldSelf.none.value()", "undefined field 'none'")]
    public void Fields_of_an_optional_old_value_are_no_values_either(string root, string error)
    {
        var errors = OptionalErrors("oldSelf.hasValue()", root);
        errors[0].ShouldContain(error);

        // What does not compile uses nothing.
        errors[1..].ShouldBe([$"{Path}.x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule"]);
    }

    [Theory]
    [InlineData("oldSelf", "messageExpression must evaluate to a string")]
    [InlineData("'was ' + oldSelf", "found no matching overload for '_+_' applied to '(string, optional_type(string))'")]
    [InlineData("oldSelf.hasValue() ? 'changed' : 'new'", null)]
    [InlineData("oldSelf.orValue('')", null)]
    [InlineData("'was ' + oldSelf.orValue('')", "estimated messageExpression cost exceeds budget by factor of more than 100x")]
    public void Message_sees_the_old_value_as_its_rule_does(string expression, string? error)
    {
        var errors = Errors(
            "{type: object, properties: {s: {type: string, maxLength: 10, x-kubernetes-validations: [{optionalOldSelf: true, rule: \"oldSelf.hasValue()\", messageExpression: \"EXPRESSION\"}]}}}"
                .Replace("EXPRESSION", expression, StringComparison.Ordinal));
        if (error is null) errors.ShouldBeEmpty();
        else errors[0].ShouldContain(error);
    }

    [Fact]
    public void Old_values_cannot_be_used_where_items_cannot_be_told_from_each_other()
    {
        Errors("""
            type: object
            properties:
              l:
                type: array
                maxItems: 10
                items: {type: string, maxLength: 10, x-kubernetes-validations: [{rule: self == oldSelf}]}
            """).ShouldBe([$"{Path}.properties[l].items.x-kubernetes-validations[0].rule: Invalid value: \"self == oldSelf\":"
            + $" oldSelf cannot be used on the uncorrelatable portion of the schema within {Path}.properties[l]"]);
    }

    [Fact]
    public void Rules_for_values_of_unknown_type_are_refused() => Errors("""
        type: object
        properties:
          any: {x-kubernetes-preserve-unknown-fields: true, x-kubernetes-validations: [{rule: "true"}]}
        """).ShouldBe([$"{Path}.properties[any].x-kubernetes-validations: Internal error: rule declared on schema that does not support validation rules type: ''"
        + " x-kubernetes-preserve-unknown-fields: 'true'"]);

    private const string HowToMend = "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";

    [Theory]
    [InlineData("{type: array, items: {type: string}}", "self.all(x, self.all(y, x == y))", "more than 100x")]
    [InlineData("{type: array, maxItems: 2000, items: {type: string, maxLength: 10}}", "self.all(x, self.all(y, x == y))", "3.6x")]
    [InlineData("{type: array, maxItems: 1290, items: {type: string, maxLength: 10}}", "self.all(x, self.all(y, x == y))", "1.498335x")]
    public void Rule_that_could_cost_too_much_is_refused(string schema, string rule, string factor) =>
        Errors($"{{type: object, properties: {{l: {{x-kubernetes-validations: [{{rule: '{rule}'}}], {schema[1..^1]}}}}}}}")[0]
            .ShouldBe($"{Path}.properties[l].x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of {factor} {HowToMend}");

    [Theory]
    [InlineData(16, 909_090)]
    [InlineData(63, 333_333)]
    [InlineData(253, 94_339)]
    [InlineData(1024, 24_154)]
    public void Longest_list_that_a_rule_may_have_is_that_which_the_real_validator_was_measured_to_take(int maxLength, int maxItems)
    {
        string[] Of(int items) => Errors("{type: object, properties: {tags: {type: array, maxItems: " + items + ", items: {type: string, maxLength: " + maxLength
            + "}, x-kubernetes-validations: [{rule: \"self.all(x, x.contains('gpu'))\"}]}}}");

        Of(maxItems).ShouldBeEmpty();
        Of(maxItems + 1).ShouldHaveSingleItem().ShouldContain("estimated rule cost exceeds budget by factor of 1.0000");
    }

    [Fact]
    public void Rule_within_lists_counts_as_often_as_it_can_occur()
    {
        const string rule = "x-kubernetes-validations: [{rule: \"self.contains('x')\"}]";
        string Within(string list, string text) => $"{{type: object, properties: {{l: {{type: array, {list}items: {{type: string, {text}{rule}}}}}}}}}";

        Errors(Within("maxItems: 1000, ", "maxLength: 100, ")).ShouldBeEmpty();
        Errors(Within("", "maxLength: 100, "))[0].ShouldContain("estimated rule cost exceeds budget by factor of 4.3x");
        Errors(Within("maxItems: 1000, ", "")).ShouldBe([
            $"{Path}.properties[l].items.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of 31.5x {HowToMend}",
            $"{Path}.properties[l].items.x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema",
            $"{Path}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of 3.1x {HowToMend}",
        ]);
    }

    [Fact]
    public void Message_of_unknown_length_is_refused_with_the_expensive_ones_named() => Errors(Spec("rule: \"true\", messageExpression: \"'is ' + string(self.names.size())\"")).ShouldBe([
        $"{Path}.properties[spec].x-kubernetes-validations[0].messageExpression: Forbidden: estimated messageExpression cost exceeds budget by factor of more than 100x {HowToMend}",
        $"{Path}.properties[spec].x-kubernetes-validations[0].messageExpression: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema",
        $"{Path}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x {HowToMend}",
    ]);

    [Fact]
    public void Rules_that_are_stored_already_are_not_refused_for_their_cost()
    {
        Schema Read(int items) => RuleSchemas.FromYaml(
            $"{{type: object, properties: {{l: {{type: array, maxItems: {items}, items: {{type: string, maxLength: 10}}, x-kubernetes-validations: [{{rule: 'self.all(x, self.all(y, x == y))'}}]}}}}}}");

        ValidationRulesCheck.Errors(Read(2000), Path).ShouldHaveSingleItem().Body.ShouldStartWith("Forbidden: estimated rule cost");
        ValidationRulesCheck.Errors(Read(2000), Path, costsAreAccepted: true).ShouldBeEmpty();
        ValidationRulesCheck.Errors(Read(20_000), Path).Count.ShouldBe(3);
        ValidationRulesCheck.Errors(Read(20_000), Path, costsAreAccepted: true).ShouldBeEmpty();
    }

    [ReferenceFact]
    public void Rules_of_real_CRDs_compile_and_hold()
    {
        foreach (var (file, rules) in new[] { ("tenantcontrolplanes-crd-2026-08.yaml", 19), ("dpuclusters-crd-24.10.yaml", 1), ("datastores-crd-2026-08.yaml", 9) })
        {
            var crd = RuleSchemas.ReadYaml(File.ReadAllText(ReferenceFiles.Find(file)))!;
            foreach (var version in crd["spec"]!["versions"]!.AsArray())
            {
                var schema = RuleSchemas.FromJson(version!["schema"]!["openAPIV3Schema"]!.AsObject());
                ValidationRulesCheck.Errors(schema, "schema").ShouldBeEmpty(file);
                Count(schema).ShouldBeGreaterThanOrEqualTo(rules, file);
            }
        }
    }

    [ReferenceFact]
    public void Rules_of_a_real_tenant_control_plane_are_evaluated()
    {
        var crd = RuleSchemas.ReadYaml(File.ReadAllText(ReferenceFiles.Find("tenantcontrolplanes-crd-2026-08.yaml")))!;
        var rules = ValidationRules.For(RuleSchemas.FromJson(crd["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject()));
        const string good = """
            apiVersion: kamaji.clastix.io/v1alpha1
            kind: TenantControlPlane
            metadata: {name: t}
            spec:
              dataStore: default
              dataStoreSchema: ns_t
              controlPlane: {service: {serviceType: LoadBalancer}, deployment: {replicas: 2}}
              kubernetes: {version: v1.31.0}
              networkProfile: {address: 10.0.0.1, port: 6443, podCidr: 10.244.0.0/16, serviceCidr: 10.96.0.0/16, loadBalancerSourceRanges: [10.0.0.0/8]}
            """;
        Validate(good, null).ShouldBeEmpty();
        Validate(good, good).ShouldBeEmpty();
        Validate(good.Replace("podCidr: 10.244.0.0/16", "podCidr: nonsense", StringComparison.Ordinal), null).ShouldHaveSingleItem().ShouldStartWith("spec.networkProfile.podCidr: Invalid value: \"nonsense\": ");
        Validate(good.Replace("10.0.0.0/8", "10.0.0.0/99", StringComparison.Ordinal), null).ShouldHaveSingleItem().ShouldStartWith("spec.networkProfile.loadBalancerSourceRanges: Invalid value: ");
        Validate(good.Replace("serviceType: LoadBalancer", "serviceType: NodePort", StringComparison.Ordinal), null)
            .ShouldBe(["spec: Invalid value: LoadBalancer source ranges are supported only with LoadBalancer service type"]);
        Validate(good.Replace("dataStoreSchema: ns_t", "dataStoreSchema: other", StringComparison.Ordinal), good).ShouldHaveSingleItem().ShouldStartWith("spec.dataStoreSchema: Invalid value: \"other\": ");
        Validate(good.Replace("  dataStoreSchema: ns_t\n", "", StringComparison.Ordinal), good)
            .ShouldBe(["spec: Invalid value: unsetting the dataStoreSchema is not supported"]);

        string[] Validate(string value, string? old) =>
            [.. rules.Validate(RuleSchemas.ReadYaml(value), old is null ? null : RuleSchemas.ReadYaml(old)).Errors.Select(e => e.ToString())];
    }

    private static int Count(Schema schema) => schema.Validations.Count + schema.Properties.Values.Sum(Count)
        + (schema.Items is null ? 0 : Count(schema.Items)) + (schema.AdditionalProperties is null ? 0 : Count(schema.AdditionalProperties));
}

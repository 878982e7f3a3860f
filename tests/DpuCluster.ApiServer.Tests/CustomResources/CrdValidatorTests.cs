using System.Text.Json.Nodes;
using DpuCluster.ApiServer.CustomResources;
using DpuCluster.ApiServer.Schemas;
using static DpuCluster.ApiServer.Tests.CustomResources.CrdText;
using static DpuCluster.ApiServer.Tests.Schemas.SchemaText;

namespace DpuCluster.ApiServer.Tests.CustomResources;

public sealed class CrdValidatorTests
{
    [Fact]
    public void A_plain_definition_is_accepted() => ErrorsOf(_ => { }).ShouldBeEmpty();

    [Fact]
    public void The_name_has_to_be_plural_and_group() =>
        ErrorsOf(spec => spec["group"] = "h.example.com")
            .ShouldBe("metadata.name: Invalid value: \"gadgets.g.example.com\": must be spec.names.plural+\".\"+spec.group");

    [Fact]
    public void Exactly_one_version_has_to_be_stored() =>
        ErrorsOf(spec => spec["versions"]![0]!["storage"] = false).Split('\n').ShouldBe([
            "spec.versions: Invalid value: [{\"Name\":\"v1\",\"Served\":true,\"Storage\":false,\"Deprecated\":false,\"DeprecationWarning\":null," +
            "\"Schema\":null,\"Subresources\":null,\"AdditionalPrinterColumns\":null,\"SelectableFields\":null}]: must have exactly one version marked as storage version",
            "status.storedVersions: Invalid value: null: must have at least one stored version",
        ]);

    [Theory]
    [InlineData("scope", "\"Galaxy\"", "spec.scope: Unsupported value: \"Galaxy\": supported values: \"Cluster\", \"Namespaced\"")]
    [InlineData("scope", "null", "spec.scope: Required value")]
    [InlineData("conversion", """{"strategy":"Magic"}""", "spec.conversion.strategy: Unsupported value: \"Magic\": supported values: \"None\", \"Webhook\"")]
    [InlineData("conversion", """{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"]}}""", "spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook")]
    [InlineData("preserveUnknownFields", "true", "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead")]
    public void The_spec_is_checked(string field, string value, string error) =>
        ErrorsOf(spec => spec[field] = JsonNode.Parse(value)).ShouldBe(error);

    [Theory]
    [InlineData("kind", "\"gad_get\"", "spec.names.kind: Invalid value: \"gad_get\": may have mixed case, but should otherwise match: a DNS-1035 label must")]
    [InlineData("listKind", "\"Gadget\"", "spec.names.listKind: Invalid value: \"Gadget\": kind and listKind may not be the same")]
    [InlineData("shortNames", "[\"ok\",\"G\"]", "spec.names.shortNames[1]: Invalid value: \"G\": a DNS-1035 label must")]
    public void Names_are_checked(string field, string value, string error) =>
        ErrorsOf(spec => spec["names"]![field] = JsonNode.Parse(value)).ShouldContain(error);

    [Theory]
    [InlineData("schema", "null", "spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required")]
    [InlineData("subresources", """{"scale":{"specReplicasPath":"spec.n","statusReplicasPath":".spec.n"}}""", "spec.subresources.scale.specReplicasPath: Invalid value: \"spec.n\": must be a simple json path starting with .\nspec.subresources.scale.statusReplicasPath: Invalid value: \".spec.n\": should be a json path under .status")]
    [InlineData("additionalPrinterColumns", """[{"name":"A","type":"text","jsonPath":".a"}]""", "spec.additionalPrinterColumns[0].type: Invalid value: \"text\": must be one of boolean,date,integer,number,string")]
    [InlineData("additionalPrinterColumns", """[{"name":"A","type":"string","jsonPath":"a"}]""", "spec.additionalPrinterColumns[0].JSONPath: Invalid value: \"a\": must be a simple json path starting with .")]
    [InlineData("selectableFields", """[{"jsonPath":".spec.color"}]""", "spec.selectableFields[0].jsonPath: Invalid value: \".spec.color\": is an invalid path: does not refer to a valid field")]
    [InlineData("deprecationWarning", "\"old\"", "spec.versions[0].deprecationWarning: Invalid value: \"old\": can only be set for deprecated versions")]
    public void Versions_are_checked(string field, string value, string error) =>
        ErrorsOf(spec => spec["versions"]![0]![field] = JsonNode.Parse(value)).ShouldBe(error);

    [Fact]
    public void Errors_of_versions_that_differ_name_the_version() =>
        ErrorsOf(spec => spec["versions"]!.AsArray().Add((JsonNode)Json(
            """{"name":"v2","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object","properties":{"a":{}}}}}""")))
            .ShouldBe("spec.versions[1].schema.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields");

    [Fact]
    public void Protected_groups_need_approval() =>
        ErrorsOf(spec => spec["group"] = "x.k8s.io").ShouldContain(
            "metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation \"api-approved.kubernetes.io\"");

    [Fact]
    public void Rules_are_compiled_where_the_schema_is_valid()
    {
        var rules = new CrdRuleChecks((schema, path, _) => [FieldError.Invalid(path, schema.Validations[0].Rule, "no")], (_, _, _) => []);
        Join(new CrdValidator(rules).ValidateCreate(Crd(spec =>
            spec["versions"]![0]!["schema"]!["openAPIV3Schema"]!["x-kubernetes-validations"] = JsonNode.Parse("""[{"rule":"1 +"}]"""))))
            .ShouldBe("spec.validation.openAPIV3Schema: Invalid value: \"1 +\": no");
    }
}

public sealed class CrdUpdateTests
{
    private static string Update(Action<JsonObject> change, bool established = true)
    {
        var old = Crd();
        if (established)
        {
            CrdNaming.Apply(old, [], DateTimeOffset.UnixEpoch);
        }

        var crd = old.DeepClone().AsObject();
        change(crd["spec"]!.AsObject());
        CrdDefaulter.PrepareForUpdate(crd, old);
        return Join(new CrdValidator(CrdRuleChecks.None).ValidateUpdate(crd, old));
    }

    [Fact]
    public void The_scope_of_an_established_definition_is_immutable() =>
        Update(spec => spec["scope"] = "Cluster").ShouldBe("spec.scope: Invalid value: \"Cluster\": field is immutable");

    [Fact]
    public void Before_that_it_is_not() => Update(spec => spec["scope"] = "Cluster", established: false).ShouldBeEmpty();

    [Fact]
    public void A_version_that_objects_are_stored_in_has_to_stay() =>
        Update(spec => spec["versions"]![0]!["name"] = "v2").ShouldBe(
            "status.storedVersions[0]: Invalid value: \"v1\": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until " +
            "a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions");

    [Fact]
    public void A_new_storage_version_is_noted()
    {
        var old = Crd();
        var crd = Crd(spec => spec["versions"] = JsonNode.Parse("""
            [{"name":"v1","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object"}}},
             {"name":"v2","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]
            """));
        CrdDefaulter.PrepareForUpdate(crd, old);
        crd["status"]!["storedVersions"]!.ToJsonString().ShouldBe("""["v1","v2"]""");
        new CrdValidator(CrdRuleChecks.None).ValidateUpdate(crd, old).ShouldBeEmpty();
    }
}

public sealed class CrdSchemaTests
{
    [Theory]
    [InlineData("""{"type":"object","properties":{"spec":{"properties":{"a":{"type":"string"}}}}}""", ".properties[spec].type: Required value: must not be empty for specified object fields")]
    [InlineData("""{"properties":{}}""", ".type: Required value: must not be empty at the root")]
    [InlineData("""{"type":"object","properties":{"l":{"type":"array"}}}""", ".properties[l].items: Required value: must be specified")]
    [InlineData("""{"type":"object","properties":{"l":{"type":"array","items":{}}}}""", ".properties[l].items.type: Required value: must not be empty for specified array items")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", ".additionalProperties: Forbidden: must not be used at the root")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","anyOf":[{"type":"string"}]}}}""", ".properties[a].anyOf[0].type: Forbidden: must be empty to be structural")]
    [InlineData("""{"type":"object","anyOf":[{"properties":{"a":{"minLength":1}}}]}""", ".properties[a]: Required value: because it is defined in .anyOf[0].properties[a]")]
    [InlineData("""{"type":"object","properties":{"metadata":{"type":"object","properties":{"labels":{"type":"object"}}}}}""", ".properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","pattern":"["}}}""", ".properties[a].pattern: Invalid value: \"[\": must be a valid regular expression, but isn't: error parsing regexp: missing closing ]: `[`")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"text"}}}""", ".properties[a].type: Unsupported value: \"text\": supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", \"string\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","uniqueItems":true,"items":{"type":"string"}}}}""", ".properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","$ref":"#/b"}}}""", ".properties[a].$ref: Forbidden: $ref is not supported")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"additionalProperties":{"type":"string"}}}}""", ".properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":"x"}}}""", ".properties[a].default: Invalid value: \"string\":  in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","default":{"b":1}}}}""", ".properties[a].default: Invalid value: {\"b\":1}: must not have unknown fields")]
    [InlineData("""{"type":"object","properties":{"kind":{"type":"string","default":"K"}}}""", ".properties[kind].default: Forbidden: must not be set in top-level kind")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object"}}}}""", ".properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object"}}}}""", ".properties[a].x-kubernetes-list-map-keys: Invalid value: [\"k\"]: entries must all be names of item properties")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"}}}}}}""", ".properties[a].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"bag","items":{"type":"string"}}}}""", ".properties[a].x-kubernetes-list-type: Unsupported value: \"bag\": supported values: \"atomic\", \"set\", \"map\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"object"}}}}""", ".properties[a].items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","x-kubernetes-map-type":"atomic"}}}""", ".properties[a].type: Invalid value: \"string\": must be object if x-kubernetes-map-type is specified")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","x-kubernetes-embedded-resource":true}}}""", ".properties[a].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields")]
    [InlineData("""{"type":"object","properties":{"a":{"x-kubernetes-int-or-string":true,"x-kubernetes-preserve-unknown-fields":true}}}""", ".properties[a].x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","x-kubernetes-preserve-unknown-fields":false}}}""", ".properties[a].x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined")]
    [InlineData("""{"type":"object","x-kubernetes-validations":[{"rule":" "}]}""", ".x-kubernetes-validations[0].rule: Required value: rule is not specified")]
    [InlineData("""{"type":"object","x-kubernetes-validations":[{"rule":"true","reason":"Odd"}]}""", ".x-kubernetes-validations[0].reason: Unsupported value: \"Odd\": supported values: \"FieldValueDuplicate\", \"FieldValueForbidden\", \"FieldValueInvalid\", \"FieldValueRequired\"")]
    [InlineData("""{"type":"object","x-kubernetes-validations":[{"rule":"true","fieldPath":".no"}]}""", ".x-kubernetes-validations[0].fieldPath: Invalid value: \".no\": fieldPath must be a valid path")]
    public void A_schema_that_breaks_a_rule_is_refused(string schema, string error) => ErrorsOfSchema(schema).ShouldBe(error);

    [Theory]
    [InlineData("""{"type":"object","properties":{"p":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}}}""")]
    [InlineData("""{"type":"object","properties":{"p":{"x-kubernetes-int-or-string":true,"allOf":[{"anyOf":[{"type":"integer"},{"type":"string"}]},{"pattern":"^a"}]}}}""")]
    [InlineData("""{"type":"object","properties":{"metadata":{"type":"object","properties":{"name":{"type":"string","maxLength":10}}}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","default":{},"properties":{"b":{"type":"integer","default":5}}}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"oneOf":[{"required":["b"]},{"not":{"required":["b"]}}]}}}""")]
    public void A_structural_schema_is_accepted(string schema) => ErrorsOfSchema(schema).ShouldBeEmpty();

    [Fact]
    public void With_a_status_subresource_the_root_says_nothing_about_the_status()
    {
        var errors = ErrorsOf(spec =>
        {
            spec["versions"]![0]!["subresources"] = Json("""{"status":{}}""");
            spec["versions"]![0]!["schema"]!["openAPIV3Schema"] = Json("""{"type":"object","maxProperties":5}""");
        });
        errors.ShouldStartWith("spec.validation.openAPIV3Schema: Invalid value: {\"ID\":\"\",\"Schema\":\"\",\"Ref\":null,\"Description\":\"\",\"Type\":\"object\",");
        errors.ShouldContain("\"MaxProperties\":5,");
        errors.ShouldContain(": only [Description Type Format Title ");
    }
}

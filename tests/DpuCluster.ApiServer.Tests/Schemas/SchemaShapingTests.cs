using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;
using static DpuCluster.ApiServer.Tests.Schemas.SchemaText;

namespace DpuCluster.ApiServer.Tests.Schemas;

public sealed class SchemaDefaulterTests
{
    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":5}}}""", "{}", """{"a":5}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":5}}}""", """{"a":1}""", """{"a":1}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":5}}}""", """{"a":null}""", """{"a":5}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","nullable":true,"default":5}}}""", """{"a":null}""", """{"a":null}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"}}}""", """{"a":null}""", "{}")]
    [InlineData("""{"type":"object","properties":{"o":{"type":"object","properties":{"a":{"type":"integer","default":5}}}}}""", "{}", "{}")]
    [InlineData("""{"type":"object","properties":{"o":{"type":"object","properties":{"a":{"type":"integer","default":5}}}}}""", """{"o":{}}""", """{"o":{"a":5}}""")]
    [InlineData("""{"type":"object","properties":{"o":{"type":"object","default":{},"properties":{"a":{"type":"integer","default":5}}}}}""", "{}", """{"o":{"a":5}}""")]
    [InlineData("""{"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{"a":{"type":"integer","default":5}}}}}}""", """{"l":[{},{"a":1}]}""", """{"l":[{"a":5},{"a":1}]}""")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"object","properties":{"a":{"type":"integer","default":5}}}}""", """{"k":{}}""", """{"k":{"a":5}}""")]
    public void Defaults_are_filled_in_beneath_what_is_there(string schema, string value, string filled)
    {
        var json = Json(value);
        SchemaDefaulter.Apply(Schema(schema), json);
        json.ToJsonString().ShouldBe(filled);
    }

    [Fact]
    public void A_default_is_copied_for_each_object()
    {
        var schema = Schema("""{"type":"object","properties":{"o":{"type":"object","default":{"a":1}}}}""");
        var (one, other) = (new JsonObject(), new JsonObject());
        SchemaDefaulter.Apply(schema, one);
        SchemaDefaulter.Apply(schema, other);
        one["o"]!["a"] = 2;
        other["o"]!["a"]!.GetValue<int>().ShouldBe(1);
    }
}

public sealed class SchemaPrunerTests
{
    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}}}""", """{"a":"x","b":1,"apiVersion":"v1"}""", """{"a":"x","apiVersion":"v1"}""", "b")]
    [InlineData("""{"type":"object","properties":{"o":{"type":"object","properties":{"a":{}}}}}""", """{"o":{"b":1,"kind":"k"}}""", """{"o":{}}""", "o.b o.kind")]
    [InlineData("""{"type":"object","properties":{"l":{"type":"array","items":{"type":"object"}}}}""", """{"l":[{},{"b":1}]}""", """{"l":[{},{}]}""", "l[1].b")]
    [InlineData("""{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"o":{"type":"object"}}}""", """{"z":{"b":1},"o":{"b":1}}""", """{"z":{"b":1},"o":{}}""", "o.b")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"object","properties":{"a":{}}}}""", """{"k":{"a":1,"b":2}}""", """{"k":{"a":1}}""", "k.b")]
    [InlineData("""{"type":"object","properties":{"e":{"type":"object","x-kubernetes-embedded-resource":true,"properties":{"spec":{"type":"object"}}}}}""", """{"e":{"kind":"K","metadata":{"name":"n"},"spec":{"b":1},"b":2}}""", """{"e":{"kind":"K","metadata":{"name":"n"},"spec":{}}}""", "e.b e.spec.b")]
    [InlineData("""{"type":"object","properties":{"f":{"x-kubernetes-preserve-unknown-fields":true}}}""", """{"f":[{"a":[{"b":1}]}]}""", """{"f":[{"a":[{"b":1}]}]}""", "")]
    [InlineData("""{"type":"object","additionalProperties":true}""", """{"k":1,"o":{"a":1}}""", """{"k":1,"o":{}}""", "o.a")]
    public void Unknown_fields_go_and_are_told(string schema, string value, string pruned, string removed)
    {
        var json = Json(value);
        string.Join(' ', SchemaPruner.Prune(Schema(schema), json, isResourceRoot: true)).ShouldBe(removed);
        json.ToJsonString().ShouldBe(pruned);
    }

    [Fact]
    public void Embedded_metadata_keeps_only_what_metadata_has()
    {
        var json = Json("""{"t":{"metadata":{"name":"n","colour":"red","labels":{"a":"b"}}}}""");
        EmbeddedResources.PruneMetadata(Schema("""{"type":"object","properties":{"t":{"type":"object","x-kubernetes-embedded-resource":true}}}"""), json)
            .ShouldBe(["t.metadata.colour"]);
        json.ToJsonString().ShouldBe("""{"t":{"metadata":{"name":"n","labels":{"a":"b"}}}}""");
    }
}

public sealed class ListTypeValidatorTests
{
    [Theory]
    [InlineData("\"x-kubernetes-list-type\":\"set\"", """["x","y","x","x"]""", "l[2]: Duplicate value: \"x\"")]
    [InlineData("\"x-kubernetes-list-type\":\"set\"", """[1,"1"]""", "")]
    [InlineData("\"x-kubernetes-list-type\":\"atomic\"", "[1,1]", "")]
    [InlineData("""  "x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"]""", """[{"k":"a","v":1},{"k":"a","v":2}]""", "l[1]: Duplicate value: {\"k\":\"a\"}")]
    [InlineData("""  "x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k","j"]""", """[{"k":"a","j":1},{"k":"a","j":2},{"j":1,"k":"a"}]""", "l[2]: Duplicate value: {\"j\":1,\"k\":\"a\"}")]
    [InlineData("""  "x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"]""", """[{},{}]""", "l[1]: Duplicate value: {}")]
    public void Duplicates_are_told_at_their_second_place(string listType, string list, string error) =>
        Join(ListTypeValidator.Validate(
            Schema("""{"type":"object","properties":{"l":{"type":"array","items":{},TYPE}}}""".Replace("TYPE", listType, StringComparison.Ordinal)), Json($$"""{"l":{{list}}}"""))).ShouldBe(error);
}

public sealed class EmbeddedResourcesTests
{
    private static readonly Schema WithTemplate = Schema("""{"type":"object","properties":{"t":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}}""");

    [Theory]
    [InlineData("""{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"a":"b"}}}""", "")]
    [InlineData("""{"kind":"Pod"}""", "t.apiVersion: Required value")]
    [InlineData("""{"apiVersion":"v1","kind":5}""", "t.kind: Invalid value: 5: must be a string")]
    [InlineData("""{"apiVersion":"a/b/c","kind":"Pod"}""", "t.apiVersion: Invalid value: \"a/b/c\": unexpected GroupVersion string: a/b/c")]
    [InlineData("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a/b"}}""", "t.metadata.name: Invalid value: \"a/b\": may not contain '/'")]
    public void The_type_and_metadata_of_an_embedded_object_are_checked(string template, string error) =>
        Join(EmbeddedResources.Validate(WithTemplate, Json($$"""{"t":{{template}}}"""))).ShouldBe(error);
}

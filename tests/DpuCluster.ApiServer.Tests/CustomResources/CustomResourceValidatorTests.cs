using System.Text.Json.Nodes;
using DpuCluster.ApiServer.CustomResources;
using DpuCluster.ApiServer.Schemas;
using static DpuCluster.ApiServer.Tests.Schemas.SchemaText;

namespace DpuCluster.ApiServer.Tests.CustomResources;

public sealed class CustomResourceValidatorTests
{
    private const string NotChecked =
        "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

    private static readonly Schema Gadgets = Schema("""
        {"type":"object","required":["spec"],"properties":{"spec":{"type":"object",
          "x-kubernetes-validations":[{"rule":"self.n < 9"}],
          "properties":{"n":{"type":"integer","minimum":1},"replicas":{"type":"integer"},"tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}}}}}
        """);

    private static readonly FieldError Broken = FieldError.Invalid("spec", "object", "failed rule: self.n < 9");

    private static string Create(string spec, string kind = "Gadget") =>
        Join(Validator().ValidateCreate(Json($$"""{"apiVersion":"g.example.com/v1","kind":"{{kind}}","spec":{{spec}}}"""), []));

    private static CustomResourceValidator Validator(Func<JsonNode, JsonNode?, IReadOnlyList<FieldError>>? rules = null) =>
        new("g.example.com/v1", "Gadget", Gadgets, new ScalePaths(".spec.replicas", ".status.replicas", null), rules ?? ((_, _) => [Broken]));

    [Fact]
    public void Rules_run_where_the_schema_holds() => Create("""{"n":9}""").ShouldBe(Broken.ToString());

    [Fact]
    public void Rules_are_left_out_where_an_error_of_the_schema_blocks_them() =>
        Create("""{"n":"9"}""").Split('\n').ShouldBe(["spec.n: Invalid value: \"string\": spec.n in body must be of type integer: \"string\"", NotChecked]);

    [Fact]
    public void Rules_run_beside_an_error_that_does_not_block_them() =>
        Create("""{"n":0}""").Split('\n').ShouldBe(["spec.n: Invalid value: 0: spec.n in body should be greater than or equal to 1", Broken.ToString()]);

    [Fact]
    public void Rules_run_beside_duplicates() =>
        Create("""{"tags":["x","x"]}""").Split('\n').ShouldBe(["spec.tags[1]: Duplicate value: \"x\"", Broken.ToString()]);

    [Fact]
    public void An_object_of_another_kind_is_not_held_to_the_schema_but_to_the_rules() =>
        Create("""{"n":0}""", kind: "Gizmo").Split('\n').ShouldBe(["kind: Invalid value: \"Gizmo\": must be Gadget", Broken.ToString()]);

    [Fact]
    public void A_schema_without_rules_says_nothing_of_them()
    {
        var plain = new CustomResourceValidator("v1", "Plain", Schema("""{"type":"object","required":["a"]}"""), null, (_, _) => [Broken]);
        Join(plain.ValidateCreate(Json("""{"apiVersion":"v1","kind":"Plain"}"""), [])).ShouldBe("a: Required value");
    }

    [Fact]
    public void Errors_of_the_metadata_come_before_those_of_the_schema() =>
        Join(Validator((_, _) => []).ValidateCreate(Json("""{"apiVersion":"g.example.com/v1","kind":"Gadget","spec":{"n":0}}"""), [FieldError.Invalid("metadata.name", "A", "no name")]))
            .Split('\n').ShouldBe(["metadata.name: Invalid value: \"A\": no name", "spec.n: Invalid value: 0: spec.n in body should be greater than or equal to 1"]);

    [Fact]
    public void Replicas_out_of_range_are_told() =>
        Create("""{"replicas":-1}""").Split('\n')[0].ShouldBe(".spec.replicas: Invalid value: -1: should be a non-negative integer");

    [Fact]
    public void An_update_gives_both_objects_to_the_rules()
    {
        JsonNode? seen = null;
        var validator = Validator((_, old) => { seen = old; return []; });
        var old = Json("""{"apiVersion":"g.example.com/v1","kind":"Gadget","spec":{"n":1}}""");
        validator.ValidateUpdate(Json("""{"apiVersion":"g.example.com/v1","kind":"Gadget","spec":{"n":2}}"""), old, []).ShouldBeEmpty();
        seen.ShouldBeSameAs(old);
    }

    [Fact]
    public void Duplicates_that_were_there_before_are_tolerated()
    {
        var old = Json("""{"apiVersion":"g.example.com/v1","kind":"Gadget","spec":{"tags":["x","x"]}}""");
        var now = Json("""{"apiVersion":"g.example.com/v1","kind":"Gadget","spec":{"n":2,"tags":["x","x"]}}""");
        Validator((_, _) => []).ValidateUpdate(now, old, []).ShouldBeEmpty();
    }
}

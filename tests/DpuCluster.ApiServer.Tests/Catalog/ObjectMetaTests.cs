using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Tests.Catalog;

public sealed class ObjectMetaTests
{
    private readonly Requests _requests = new();

    [Theory]
    [InlineData("""{"name":"a","finalizers":["x"]}""", """metadata.finalizers[0]: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified""")]
    [InlineData("""{"name":"a","annotations":{"/":""}}""", "metadata.annotations: Invalid value: \"/\": prefix part must be non-empty", "metadata.annotations: Invalid value: \"/\": name part must be non-empty", "*")]
    [InlineData("""{"name":"a","labels":{"a":"b c"}}""", "metadata.labels: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")]
    [InlineData("""{"name":"a","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"x"}]}""", """metadata.ownerReferences[0].uid: Invalid value: "": must not be empty""")]
    public void Metadata_is_checked_on_creation(string meta, params string[] expected)
    {
        var errors = _requests.Refused("configmaps", $$"""{"metadata":{{meta}}}""").ToList();
        if (expected[^1] == "*") errors.Take(expected.Length - 1).ShouldBe(expected[..^1]);
        else errors.ShouldBe(expected);
    }

    [Fact]
    public void Name_must_be_a_name() =>
        _requests.Refused("configmaps", """{"metadata":{"name":"Not_A_Name"}}""").ShouldBe(
            ["""metadata.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"""]);

    [Fact]
    public void Object_without_a_name_is_refused()
    {
        var errors = new List<FieldError>();
        ObjectMetaValidation.Validate(new JsonObject { ["namespace"] = "n" }, _requests.Resource("configmaps"), errors);
        errors.ShouldHaveSingleItem().ToString().ShouldBe("metadata.name: Required value: name or generateName is required");
    }

    [Fact]
    public void Generated_names_may_begin_with_anything_that_ends_in_a_hyphen() =>
        NameRule.Dns1123Subdomain.Check("my-", prefix: true).ShouldBeEmpty();

    [Fact]
    public void Object_of_the_cluster_has_no_namespace() =>
        _requests.Refused("namespaces", """{"metadata":{"namespace":"n"}}""").ShouldBe(["metadata.namespace: Forbidden: not allowed on this type"]);

    [Fact]
    public void Object_that_is_being_deleted_gets_no_new_finalizers()
    {
        var old = _requests.Made("configmaps", """{"metadata":{"finalizers":["example.com/x"],"deletionTimestamp":"2026-01-02T03:04:05Z"}}""");
        const string Expected = "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/z\"}";
        _requests.Update("configmaps", old, m => m["metadata"]!["finalizers"]!.AsArray().Add("example.com/z")).Errors.Select(e => e.ToString()).ShouldBe([Expected, Expected]);
        _requests.Update("configmaps", old, m => m["metadata"]!.AsObject().Remove("finalizers")).Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Identity_cannot_change_but_may_be_left_out()
    {
        var old = _requests.Made("configmaps", """{"metadata":{"uid":"u","creationTimestamp":"2026-01-02T03:04:05Z"}}""");
        var (updated, errors) = _requests.Update("configmaps", old, m => m["metadata"]!.AsObject().Remove("uid"));
        errors.ShouldBeEmpty();
        updated["metadata"]!["uid"]!.GetValue<string>().ShouldBe("u");
        _requests.Update("configmaps", old, m => m["metadata"]!["uid"] = "v").Errors[0].ToString().ShouldBe("metadata.uid: Invalid value: \"v\": field is immutable");
    }

    [Fact]
    public void Only_one_owner_can_be_the_controller() =>
        _requests.Refused("configmaps", """
            {"metadata":{"name":"a","ownerReferences":[{"apiVersion":"v1","kind":"A","name":"x","uid":"1","controller":true},{"apiVersion":"v1","kind":"A","name":"y","uid":"2","controller":true}]}}
            """).ShouldHaveSingleItem().ShouldEndWith("Only one reference can have Controller set to true. Found \"true\" in references for x and y");

    [Fact]
    public void Only_new_finalizers_without_a_path_are_warned_of() =>
        ObjectMetaValidation.FinalizerWarnings(Requests.Json("""{"finalizers":["a.com","b.com","c.com/x","orphan"]}"""), Requests.Json("""{"finalizers":["b.com"]}"""))
            .ShouldHaveSingleItem().ShouldStartWith("metadata.finalizers: \"a.com\": prefer a domain-qualified finalizer name");

    [Fact]
    public void Fields_that_cannot_be_selected_by_are_named()
    {
        _requests.Resource("configmaps").UnknownFieldMessage("data.x").ShouldBe("\"data.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
        _requests.Resource("pods").UnknownFieldMessage("spec.x").ShouldBe("field label not supported: spec.x");
    }

    [Fact]
    public void Errors_of_metadata_and_data_are_told_together() =>
        _requests.Refused("configmaps", """{"metadata":{"name":"a","finalizers":["x"]},"data":{"..":""}}""").Select(e => e.Split(':')[0])
            .ShouldBe(["metadata.finalizers[0]", "data[..]"]);

    [Theory]
    [InlineData("configmaps", 3)]
    [InlineData("namespaces", 2)]
    public void Error_stands_as_often_among_the_causes_as_it_is_found(string plural, int times)
    {
        var old = _requests.Made(plural, "{}");
        _requests.Update(plural, old, o => o["metadata"]!.AsObject().Ensure("labels")["a"] = "b c").Errors.Count.ShouldBe(times);
    }

    [Fact]
    public void Owners_are_shown_with_their_fields_in_order() =>
        _requests.Refused("configmaps", """{"metadata":{"ownerReferences":[{"uid":"u","name":"n","controller":true,"kind":"Pod","apiVersion":"v1"},{"apiVersion":"v1","kind":"Pod","name":"m","uid":"v","controller":true}]}}""").ShouldBe(
            ["""metadata.ownerReferences: Invalid value: [{"apiVersion":"v1","kind":"Pod","name":"n","uid":"u","controller":true},{"apiVersion":"v1","kind":"Pod","name":"m","uid":"v","controller":true}]: Only one reference can have Controller set to true. Found "true" in references for n and m"""]);
}

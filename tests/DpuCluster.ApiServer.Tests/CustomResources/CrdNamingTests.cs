using System.Text.Json.Nodes;
using DpuCluster.ApiServer.CustomResources;
using static DpuCluster.ApiServer.Tests.CustomResources.CrdText;

namespace DpuCluster.ApiServer.Tests.CustomResources;

public sealed class CrdDefaulterTests
{
    [Fact]
    public void Names_and_conversion_are_filled_in()
    {
        var spec = Crd()["spec"]!;
        spec["names"]!.ToJsonString().ShouldBe("""{"kind":"Gadget","plural":"gadgets","singular":"gadget","listKind":"GadgetList"}""");
        spec["conversion"]!.ToJsonString().ShouldBe("""{"strategy":"None"}""");
    }

    [Fact]
    public void A_new_definition_has_no_names_yet_but_its_storage_version() =>
        Crd()["status"]!.ToJsonString().ShouldBe("""{"conditions":null,"acceptedNames":{"plural":"","kind":""},"storedVersions":["v1"]}""");
}

public sealed class CrdNamingTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 1, 2, 3, TimeSpan.Zero);

    private static JsonObject Named(string plural, string kind, params string[] shortNames)
    {
        var crd = Crd(spec =>
        {
            spec["names"] = new JsonObject { ["plural"] = plural, ["kind"] = kind };
            if (shortNames.Length > 0)
            {
                spec["names"]!["shortNames"] = new JsonArray([.. shortNames.Select(name => (JsonNode)name)]);
            }
        });
        crd["metadata"]!["name"] = plural + ".g.example.com";
        return crd;
    }

    private static string Conditions(JsonObject crd) => string.Join(' ', crd["status"]!["conditions"]!.AsArray()
        .Select(condition => $"{condition!["type"]}={condition["status"]}/{condition["reason"]}"));

    [Fact]
    public void Names_that_are_free_are_accepted_and_the_definition_is_established()
    {
        var crd = Named("gadgets", "Gadget", "gd");
        CrdNaming.Apply(crd, [crd], Now).ShouldBeTrue();
        Conditions(crd).ShouldBe("NamesAccepted=True/NoConflicts Established=True/InitialNamesAccepted");
        crd["status"]!["acceptedNames"]!.ToJsonString()
            .ShouldBe("""{"plural":"gadgets","singular":"gadget","shortNames":["gd"],"kind":"Gadget","listKind":"GadgetList"}""");
        crd["status"]!["conditions"]![0]!["lastTransitionTime"]!.GetValue<string>().ShouldBe("2026-11-21T01:02:03Z");
    }

    [Fact]
    public void A_second_look_changes_nothing()
    {
        var crd = Named("gadgets", "Gadget", "gd");
        CrdNaming.Apply(crd, [crd], Now);
        CrdNaming.Apply(crd, [crd], Now.AddHours(1)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("others", "Gadget", null, "ListKindConflict", "\"GadgetList\" is already in use")]
    [InlineData("gd", "Other", null, "PluralConflict", "\"gd\" is already in use")]
    [InlineData("others", "Other", "gadget", "ShortNamesConflict", "\"gadget\" is already in use")]
    public void Names_that_another_definition_has_are_refused(string plural, string kind, string? shortName, string reason, string message)
    {
        var first = Named("gadgets", "Gadget", "gd");
        CrdNaming.Apply(first, [], Now);
        var second = shortName is null ? Named(plural, kind) : Named(plural, kind, shortName);
        CrdNaming.Apply(second, [first, second], Now);
        second["status"]!["conditions"]![0]!["reason"]!.GetValue<string>().ShouldBe(reason);
        second["status"]!["conditions"]![0]!["message"]!.GetValue<string>().ShouldBe(message);
        CrdNaming.IsConditionTrue(second, CrdNaming.Established).ShouldBeFalse();
    }

    [Fact]
    public void Names_become_free_with_the_definition_that_had_them()
    {
        var first = Named("gadgets", "Gadget");
        CrdNaming.Apply(first, [], Now);
        var second = Named("others", "Gadget");
        CrdNaming.Apply(second, [first, second], Now);
        CrdNaming.Apply(second, [second], Now).ShouldBeTrue();
        Conditions(second).ShouldBe("NamesAccepted=True/NoConflicts Established=True/InitialNamesAccepted");
    }

    [Fact]
    public void The_same_names_in_another_group_are_no_conflict()
    {
        var first = Named("gadgets", "Gadget");
        CrdNaming.Apply(first, [], Now);
        var second = Named("gadgets", "Gadget");
        second["spec"]!["group"] = "h.example.com";
        second["metadata"]!["name"] = "gadgets.h.example.com";
        CrdNaming.Apply(second, [first, second], Now);
        CrdNaming.IsConditionTrue(second, CrdNaming.Established).ShouldBeTrue();
    }
}

public sealed class CustomResourceDefinitionTests
{
    [Fact]
    public void The_view_tells_what_the_definition_says()
    {
        var crd = Crd(spec =>
        {
            spec["versions"]![0]!["subresources"] = JsonNode.Parse("""{"status":{},"scale":{"specReplicasPath":".spec.n","statusReplicasPath":".status.n"}}""");
            spec["versions"]![0]!["selectableFields"] = JsonNode.Parse("""[{"jsonPath":".spec.color"}]""");
        });
        CrdNaming.Apply(crd, [], DateTimeOffset.UnixEpoch);
        var view = new CustomResourceDefinition(crd);
        (view.Name, view.Group, view.Plural, view.Kind, view.ListKind, view.IsNamespaced, view.IsEstablished)
            .ShouldBe(("gadgets.g.example.com", "g.example.com", "gadgets", "Gadget", "GadgetList", true, true));
        var version = view.StorageVersion;
        (version.ApiVersion, version.HasStatus, version.Scale).ShouldBe(("g.example.com/v1", true, new ScalePaths(".spec.n", ".status.n", null)));
        version.SelectableFields.ShouldBe(["spec.color"]);
        version.PrinterColumns.ShouldBe([PrinterColumn.Age]);
        version.Schema.ShouldBeSameAs(version.Schema);
    }

    [Fact]
    public void The_storage_version_hash_is_the_one_that_clients_know()
    {
        var crd = Crd(spec =>
        {
            spec["group"] = "conformance.example.com";
            spec["names"]!["kind"] = "Widget";
        });
        CrdNaming.Apply(crd, [], DateTimeOffset.UnixEpoch);
        new CustomResourceDefinition(crd).StorageVersion.StorageVersionHash.ShouldBe("ymGBWOX53mo=");
    }

    [Fact]
    public void A_deprecated_version_warns_and_names_the_newer_one()
    {
        var crd = Crd(spec => spec["versions"] = JsonNode.Parse("""
            [{"name":"v1beta1","served":true,"storage":false,"deprecated":true,"schema":{"openAPIV3Schema":{"type":"object"}}},
             {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]
            """));
        CrdNaming.Apply(crd, [], DateTimeOffset.UnixEpoch);
        new CustomResourceDefinition(crd).Version("v1beta1")!.DeprecationWarning
            .ShouldBe("g.example.com/v1beta1 Gadget is deprecated; use g.example.com/v1 Gadget");
    }

    [Theory]
    [InlineData("v10", "v2")]
    [InlineData("v1", "v2beta1")]
    [InlineData("v1beta2", "v1beta1")]
    [InlineData("v1beta1", "v2alpha1")]
    [InlineData("v1alpha1", "foo")]
    [InlineData("foo1", "foo10")]
    public void Versions_have_an_order(string preferred, string other) =>
        KubernetesVersionOrder.Compare(preferred, other).ShouldBePositive();
}

using DpuCluster.ApiServer.Catalog.Kinds;

namespace DpuCluster.ApiServer.Tests.Catalog;

public sealed class GroupKindsTests
{
    private const string Rbac = "rbac.authorization.k8s.io";

    private readonly Requests _requests = new();

    [Fact]
    public void Lease_does_not_keep_what_belongs_to_coordinated_elections()
    {
        var made = _requests.Made("leases", """{"spec":{"holderIdentity":"a","preferredHolder":"b","strategy":"OldestEmulationVersion"}}""", "coordination.k8s.io");
        Requests.ShouldBeJson(made["spec"], """{"holderIdentity":"a"}""");
        var (updated, errors) = _requests.Update("leases", made, lease => lease["spec"]!["preferredHolder"] = "b", "coordination.k8s.io");
        errors.ShouldBeEmpty();
        Requests.ShouldBeJson(updated["spec"], """{"holderIdentity":"a"}""");
    }

    [Fact]
    public void Lease_must_last_longer_than_nothing() =>
        _requests.Refused("leases", """{"spec":{"leaseDurationSeconds":-1}}""", "coordination.k8s.io").ShouldBe(
            ["spec.leaseDurationSeconds: Invalid value: -1: must be greater than 0"]);

    [Fact]
    public void Times_are_written_in_microseconds_or_seconds()
    {
        var lease = _requests.Made("leases", """{"metadata":{"deletionTimestamp":"2026-01-02T05:04:05.5+02:00"},"spec":{"renewTime":"2026-01-02T03:04:05Z"}}""", "coordination.k8s.io");
        lease["spec"]!["renewTime"]!.GetValue<string>().ShouldBe("2026-01-02T03:04:05.000000Z");
        lease["metadata"]!["deletionTimestamp"]!.GetValue<string>().ShouldBe("2026-01-02T03:04:05Z");
    }

    [Fact]
    public void Event_is_the_same_in_both_groups()
    {
        var made = _requests.Made("events", """
            {"eventTime":"2026-01-02T03:04:05.000006Z","reportingController":"example.com/c","reportingInstance":"i","action":"Reconcile",
             "reason":"Created","regarding":{"kind":"ConfigMap","namespace":"default","name":"a"},"note":"hello","type":"Normal"}
            """, "events.k8s.io");
        Requests.ShouldBeJson(made["deprecatedSource"], "{}");
        made.ContainsKey("deprecatedFirstTimestamp").ShouldBeTrue();

        var stored = EventStrategy.ToCore(made);
        Requests.ShouldBeJson(stored, """
            {"kind":"Event","apiVersion":"v1","metadata":{"name":"a","namespace":"default"},
             "involvedObject":{"kind":"ConfigMap","namespace":"default","name":"a"},"reason":"Created","message":"hello","source":{},
             "firstTimestamp":null,"lastTimestamp":null,"type":"Normal","eventTime":"2026-01-02T03:04:05.000006Z","action":"Reconcile",
             "reportingComponent":"example.com/c","reportingInstance":"i"}
            """);
        Requests.ShouldBeJson(EventStrategy.FromCore(stored), made.ToJsonString());
    }

    [Fact]
    public void Event_must_be_where_its_object_is() =>
        _requests.Refused("events", """{"involvedObject":{"kind":"ConfigMap","namespace":"elsewhere","name":"a"},"reason":"R","message":"m","type":"Normal"}""").ShouldBe(
            ["""involvedObject.namespace: Invalid value: "elsewhere": does not match event.namespace"""]);

    [Fact]
    public void Events_can_be_selected_by_their_object()
    {
        var stored = _requests.Made("events", """{"involvedObject":{"namespace":"default","name":"x"},"source":{"component":"c"}}""");
        _requests.Resource("events").SelectableFields.Single(f => f.Label == "involvedObject.name").Value(stored).ShouldBe("x");
        _requests.Resource("events", "events.k8s.io").SelectableFields.Single(f => f.Label == "regarding.name").Value(stored).ShouldBe("x");
        _requests.Resource("events").SelectableFields.Single(f => f.Label == "source").Value(stored).ShouldBe("c");
    }

    [Theory]
    [InlineData("""{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role"},"subjects":[{"kind":"Group"}]}""", "roleRef.name: Required value", "subjects[0].name: Required value")]
    [InlineData("""{"roleRef":{"kind":"Thing","name":"x"}}""", """roleRef.kind: Unsupported value: "Thing": supported values: "Role", "ClusterRole" """)]
    [InlineData("""{"roleRef":{"kind":"Role","name":"x"},"subjects":[{"kind":"Robot","name":"r"}]}""", """subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group" """)]
    public void Role_binding_must_say_what_and_who(string json, params string[] errors) =>
        _requests.Refused("rolebindings", json, Rbac).ShouldBe(errors.Select(e => e.TrimEnd()));

    [Fact]
    public void Role_of_a_binding_cannot_change()
    {
        var made = _requests.Made("rolebindings", """{"metadata":{"name":"system:x"},"roleRef":{"kind":"Role","name":"x"},"subjects":[{"kind":"User","name":"u"}]}""", Rbac);
        made["subjects"]![0]!["apiGroup"]!.GetValue<string>().ShouldBe(Rbac);
        _requests.Update("rolebindings", made, b => b["roleRef"]!["name"] = "y", Rbac).Errors.ShouldHaveSingleItem().ToString().ShouldBe(
            """roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"y"}: cannot change roleRef""");
    }

    [Fact]
    public void Rules_must_be_complete()
    {
        _requests.Refused("roles", """{"rules":[{}]}""", Rbac).ShouldBe(
        [
            "rules[0].verbs: Required value: verbs must contain at least one value",
            "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
            "rules[0].resources: Required value: resource rules must supply at least one resource",
        ]);
        _requests.Refused("roles", """{"rules":[{"verbs":["get"],"nonResourceURLs":["/x"]}]}""", Rbac).ShouldBe(
            ["""rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs"""]);
        _requests.Made("roles", "{}", Rbac).ContainsKey("rules").ShouldBeTrue();
    }

    [Fact]
    public void New_CRD_has_remembered_its_storage_version()
    {
        var crd = _requests.Made("customresourcedefinitions", """
            {"spec":{"group":"e.com","scope":"Namespaced","names":{"kind":"Thing","plural":"things"},"versions":[{"name":"v1","served":true,"storage":true}]}}
            """, "apiextensions.k8s.io");
        Requests.ShouldBeJson(crd["status"], """{"conditions":null,"acceptedNames":{"plural":"","kind":""},"storedVersions":["v1"]}""");
        Requests.ShouldBeJson(crd["spec"]!["names"], """{"plural":"things","singular":"thing","kind":"Thing","listKind":"ThingList"}""");
        Requests.ShouldBeJson(crd["spec"]!["conversion"], """{"strategy":"None"}""");
    }

    [Fact]
    public void Schema_of_CRDs_contains_itself()
    {
        var crd = _requests.Resource("customresourcedefinitions", "apiextensions.k8s.io").Schema;
        var props = crd.Properties["spec"].Properties["versions"].Items!.Properties["schema"].Properties["openAPIV3Schema"];
        props.Properties["properties"].AdditionalProperties!.Properties.ContainsKey("x-kubernetes-validations").ShouldBeTrue();
    }
}

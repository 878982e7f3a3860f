using System.Text.Json;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.EndToEnd.Chaos;

/// <summary>The judge of <see cref="ChaosTests"/> finds what is against the rules, and nothing else.</summary>
public sealed class WriteRulesTests
{
    private const string Phase = """{"f:status":{"f:phase":{}}}""";
    private const string Ready = """{"f:status":{"f:conditions":{"k:{\"type\":\"Ready\"}":{"f:status":{}}}}}""";
    private const string Created = """{"f:status":{"f:conditions":{"k:{\"type\":\"Created\"}":{"f:status":{}}}}}""";

    private readonly Writer _provisioning = new(Part.Provisioning, "p-1", new([new("p-a", true)]));
    private readonly Writer _manager = new(Part.Static, "s-1", new([new("s-a", true)]));
    private readonly Writer _other = new(Part.Static, "s-2", new([new("s-b", true)]));
    private readonly List<ObjectVersion> _history = [];
    private readonly List<Written> _written = [];

    public WriteRulesTests()
    {
        Lease(1, Part.Provisioning, "p-a");
        Lease(2, Part.Static, "s-a");
        Cluster(3, "Pending", "False");
    }

    [Fact]
    public void What_everybody_may_write_is_not_against_the_rules()
    {
        Writes(_provisioning, Cluster(10, "Creating", "False", manager: (Part.Provisioning, Phase)));
        Writes(_manager, Cluster(11, "Creating", "False", manager: (Part.Static, Created)));
        Lease(12, Part.Static, "s-b");
        Writes(_other, Cluster(13, "Creating", "False", manager: (Part.Static, Created)));

        Violations().ShouldBeEmpty();
        new WriteRules(_history, _written).Judged.ShouldBe(3);
    }

    [Theory]
    [InlineData(Phase)]
    [InlineData(Ready)]
    public void Manager_with_a_say_in_phase_or_Ready_is_found(string fields)
    {
        Cluster(10, "Ready", "True", manager: (Part.Static, fields));

        Violations().ShouldHaveSingleItem().ShouldContain("phase or Ready of dpuclusters one at 10");
    }

    [Fact]
    public void Manager_that_changes_the_phase_is_found_whatever_managedFields_say()
    {
        Writes(_manager, Cluster(10, "Ready", "False"));

        Violations().ShouldHaveSingleItem().ShouldContain("s-1 wrote phase or Ready");
    }

    [Fact]
    public void Provisioning_controller_that_changes_the_spec_is_found()
    {
        Writes(_provisioning, Cluster(10, "Pending", "False", kubeconfig: "another", manager: (Part.Provisioning, """{"f:spec":{"f:kubeconfig":{}}}""")));

        Violations().Count.ShouldBe(2, "once by managedFields, once by what changed");
    }

    [Fact]
    public void Manager_that_writes_to_a_cluster_of_another_type_is_found()
    {
        Writes(_manager, Cluster(10, "Pending", "False", type: "kamaji", manager: (Part.Static, Created)));

        Violations().Count.ShouldBe(2);
    }

    [Fact]
    public void Write_to_what_is_not_ones_business_is_found()
    {
        _written.Add(new Written(_manager, "services", "one", 10));

        Violations().ShouldHaveSingleItem().ShouldContain("not its business");
    }

    [Fact]
    public void Change_that_was_answered_but_never_told_is_found()
    {
        _written.Add(new Written(_manager, "dpuclusters", "one", 10));

        new WriteRules(_history, _written).Untold(since: 10, until: 10).ShouldBeEmpty();
        new WriteRules(_history, _written).Untold(since: 9, until: 9).ShouldBeEmpty();
        new WriteRules(_history, _written).Untold(since: 9, until: 10).ShouldHaveSingleItem().ShouldBe("dpuclusters one at 10 by s-1");
    }

    [Theory]
    [InlineData("s-b")]
    [InlineData("")]
    public void Write_without_the_lease_is_found(string holder)
    {
        Lease(10, Part.Static, holder);
        Writes(_manager, Cluster(11, "Pending", "False", manager: (Part.Static, Created)));

        Violations().ShouldHaveSingleItem().ShouldContain("held the lease since 10");
    }

    [Fact]
    public void Write_that_changed_nothing_is_not_taken_for_the_one_that_made_the_object_so()
    {
        Writes(_manager, Cluster(10, "Pending", "False", manager: (Part.Static, Created)));
        Lease(11, Part.Static, "s-b");

        // Answered with the object as the former leader has made it, after the new one had the lease.
        _written.Add(new Written(_other, "dpuclusters", "one", 10, After: 11));

        Violations().ShouldBeEmpty();
    }

    private IReadOnlyList<string> Violations() => new WriteRules(_history, _written).Violations();

    private void Writes(Writer writer, long version) => _written.Add(new Written(writer, "dpuclusters", "one", version));

    private void Lease(long version, Part part, string holder) => Add("leases", version, $$"""
        {"metadata":{"name":"{{part.Lease}}" },"spec":{"holderIdentity":"{{holder}}"} }
        """);

    private long Cluster(long version, string phase, string ready, string type = "static", string kubeconfig = "one", (Part Part, string Fields)? manager = null)
    {
        var managed = manager is { } who ? $$"""[{"manager":"{{who.Part.FieldManager}}","fieldsV1":{{who.Fields}} }]""" : "[]";
        Add("dpuclusters", version, $$"""
            {
                "metadata": {"name": "one", "managedFields": {{managed}} },
                "spec": {"type": "{{type}}", "kubeconfig": "{{kubeconfig}}"},
                "status": {"phase": "{{phase}}", "conditions": [{"type": "Ready", "status": "{{ready}}"}] }
            }
            """);
        return version;
    }

    private void Add(string resource, long version, string json) =>
        _history.Add(new ObjectVersion(resource, version, JsonSerializer.Deserialize(json, Unstructured.JsonType)!, IsGone: false));
}

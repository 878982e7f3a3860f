using DpuCluster.Standalone.Scheduling;

namespace DpuCluster.Standalone.Tests.Scheduling;

public sealed class NodeSelectorTests
{
    [Theory]
    [InlineData("In", "a,b", "b", true)]
    [InlineData("In", "a,b", "c", false)]
    [InlineData("In", "a,b", null, false)]
    [InlineData("NotIn", "a,b", "b", false)]
    [InlineData("NotIn", "a,b", "c", true)]
    [InlineData("NotIn", "a,b", null, true)]
    [InlineData("Exists", "", "", true)]
    [InlineData("Exists", "", null, false)]
    [InlineData("DoesNotExist", "", null, true)]
    [InlineData("DoesNotExist", "", "", false)]
    [InlineData("Gt", "9", "10", true)]
    [InlineData("Gt", "10", "10", false)]
    [InlineData("Gt", "9", "ten", false)]
    [InlineData("Gt", "9", null, false)]
    [InlineData("Lt", "9", "-10", true)]
    [InlineData("Lt", "9", "9", false)]
    [InlineData("Lt", "nine", "8", false)]
    [InlineData("Like", "a", "a", false)]
    public void Requirement_holds_as_its_operator_says(string op, string values, string? label, bool holds) =>
        new NodeSelectorRequirement { Key = "key", Operator = op, Values = values.Length == 0 ? null : values.Split(',') }.Holds(label).ShouldBe(holds);

    [Fact]
    public void Gt_with_two_bounds_never_holds() =>
        new NodeSelectorRequirement { Key = "key", Operator = "Gt", Values = ["1", "2"] }.Holds("3").ShouldBeFalse();

    [Fact]
    public void Terms_are_alternatives_and_requirements_of_a_term_are_not()
    {
        var labels = new Dictionary<string, string> { ["zone"] = "a", ["disk"] = "ssd" };
        Selector([Requires("zone", "a"), Requires("disk", "hdd")]).Matches("node", labels).ShouldBeFalse();
        Selector([Requires("zone", "a")], [Requires("disk", "hdd")]).Matches("node", labels).ShouldBeTrue();
    }

    [Fact]
    public void Term_without_requirements_and_selector_without_terms_match_nothing()
    {
        Selector([]).Matches("node", new Dictionary<string, string>()).ShouldBeFalse();
        new NodeSelector().Matches("node", new Dictionary<string, string>()).ShouldBeFalse();
    }

    [Fact]
    public void Fields_select_by_name_only()
    {
        Fields("metadata.name", "In", "node").ShouldBeTrue();
        Fields("metadata.name", "In", "other").ShouldBeFalse();
        Fields("metadata.name", "NotIn", "other").ShouldBeTrue();
        Fields("metadata.uid", "In", "node").ShouldBeFalse();
        Fields("metadata.name", "Exists", "node").ShouldBeFalse();
    }

    private static bool Fields(string key, string op, string value) => new NodeSelector
    {
        NodeSelectorTerms = [new() { MatchFields = [new() { Key = key, Operator = op, Values = [value] }] }],
    }.Matches("node", new Dictionary<string, string>());

    private static NodeSelector Selector(params NodeSelectorRequirement[][] terms) =>
        new() { NodeSelectorTerms = [.. terms.Select(requirements => new NodeSelectorTerm { MatchExpressions = requirements })] };

    private static NodeSelectorRequirement Requires(string key, string value) => new() { Key = key, Operator = "In", Values = [value] };
}

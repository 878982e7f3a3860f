using DpuCluster.Standalone.Scheduling;

namespace DpuCluster.Standalone.Tests.Scheduling;

public sealed class TolerationTests
{
    private static readonly Taint Taint = new() { Key = "role", Value = "control", Effect = Taint.NoSchedule };

    [Theory]
    [InlineData("role", "Exists", null, null, true)]
    [InlineData("role", "Exists", null, "NoSchedule", true)]
    [InlineData("role", "Exists", null, "NoExecute", false)]
    [InlineData(null, "Exists", null, null, true)]
    [InlineData("", "Exists", null, "NoSchedule", true)]
    [InlineData("other", "Exists", null, null, false)]
    [InlineData("role", "Equal", "control", null, true)]
    [InlineData("role", null, "control", null, true)]
    [InlineData("role", "Equal", "worker", null, false)]
    [InlineData("role", "Equal", null, null, false)]
    [InlineData("role", "Nearly", "control", null, false)]
    [InlineData(null, null, null, null, false)]
    public void Toleration_tolerates_as_its_fields_say(string? key, string? op, string? value, string? effect, bool tolerates) =>
        new Toleration { Key = key, Operator = op, Value = value, Effect = effect }.Tolerates(Taint).ShouldBe(tolerates);

    [Fact]
    public void Absent_value_equals_an_absent_value() =>
        new Toleration { Key = "role" }.Tolerates(Taint with { Value = null }).ShouldBeTrue();
}

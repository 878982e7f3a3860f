using DpuCluster.Api;
using DpuCluster.ClusterManager.Kamaji.Versions;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

public sealed class VersionPlanTests
{
    [Theory]
    [InlineData("v1.30.2", "v1.30.2")]
    [InlineData("1.30.2", "v1.30.2")]
    [InlineData("v1.31.0-rc.1", "v1.31.0-rc.1")]
    public void A_new_control_plane_gets_the_version_asked_for(string wanted, string version) => VersionPlan.Make(wanted, null).ShouldBe(new(version));

    [Theory]
    [InlineData("latest")]
    [InlineData("v1.30")]
    [InlineData("v1.30.2+build")]
    [InlineData("v1.030.2")]
    [InlineData("v1.30.2\n")]
    [InlineData("")]
    [InlineData(null)]
    public void What_is_no_version_is_refused_with_an_example(string? wanted)
    {
        var plan = VersionPlan.Make(wanted, null);

        plan.Version.ShouldBeNull();
        plan.Refusal!.ShouldContain("v1.30.2");
    }

    [Theory]
    [InlineData("v1.30.2", "v1.30.5")]
    [InlineData("v1.30.2", "v1.31.0")]
    [InlineData("v1.31.0-rc.1", "v1.31.0")]
    public void A_patch_or_the_next_minor_is_followed(string runs, string wanted)
    {
        var plan = VersionPlan.Make(wanted, Tenant(runs, runs));

        plan.Version.ShouldBe(wanted);
        plan.Refusal.ShouldBeNull();
        plan.Upgrade.ShouldBe($"from {runs} to {wanted}");
    }

    [Theory]
    [InlineData("v1.30.2", "v1.32.0", "set spec.version to a 1.31 first")]
    [InlineData("v1.30.2", "v2.0.0", "skipped")]
    [InlineData("v1.30.2", "v1.29.9", "downgrade")]
    [InlineData("v1.30.2", "v1.30.1", "downgrade")]
    [InlineData("v1.31.0", "v1.31.0-rc.1", "downgrade")]
    [InlineData("v1.30.2", "nonsense", "stays at v1.30.2")]
    public void A_downgrade_and_a_skipped_minor_are_refused_and_the_version_stays(string runs, string wanted, string message)
    {
        var plan = VersionPlan.Make(wanted, Tenant(runs, runs));

        plan.Version.ShouldBe(runs);
        plan.Refusal!.ShouldContain(message);
    }

    [Fact]
    public void The_next_minor_waits_until_the_one_under_way_runs()
    {
        var plan = VersionPlan.Make("v1.32.0", Tenant(told: "v1.31.0", runs: "v1.30.2", TenantState.Upgrading));

        plan.Version.ShouldBe("v1.31.0");
        plan.Upgrade.ShouldBe("from v1.30.2 to v1.31.0; then it goes on to v1.32.0");
    }

    [Fact]
    public void A_version_that_never_ran_can_be_put_right() =>
        VersionPlan.Make("v1.30.2", Tenant(told: "v1.99.0", runs: null)).ShouldBe(new("v1.30.2"));

    [Fact]
    public void What_runs_as_wanted_is_left_alone() => VersionPlan.Make("v1.30.2", Tenant("v1.30.2", "v1.30.2")).ShouldBe(new("v1.30.2"));

    private static TenantControlPlane Tenant(string told, string? runs, string status = TenantState.Ready) => new()
    {
        Spec = new() { Kubernetes = new() { Version = told } },
        Status = new() { KubernetesResources = new() { Version = new() { Version = runs, Status = status } } },
    };
}

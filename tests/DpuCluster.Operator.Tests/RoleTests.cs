using DpuCluster.Api;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing.Servers;
using static DpuCluster.Operator.Tests.OperatorSite;

namespace DpuCluster.Operator.Tests;

/// <summary>The role of the operator, which is computed from those of its components, is enough, and no rule of it is too much.</summary>
public sealed class RoleTests
{
    private static readonly ControllerRole Role = OperatorHost.Role(OperatorSite.Components);

    public static TheoryData<string> Rules => [.. Refusals.Narrowed(Role).Select(one => one.Without)];

    [Fact]
    public async Task Installing_and_removing_everything_needs_nothing_that_the_role_refuses() => (await LiveAsync(Role)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Without_a_rule_something_is_refused(string without) =>
        (await LiveAsync(Refusals.Narrowed(Role).Single(one => one.Without == without).Role)).ShouldNotBeEmpty();

    private static async Task<IReadOnlyList<string>> LiveAsync(ControllerRole role)
    {
        await using var site = await StartAsync(role);
        return await Refusals.OfAsync(site.Host.Admin, async until =>
        {
            await site.ApplyAsync("""{"staticClusterManager":{},"imagePullSecrets":["pull"]}""");
            await site.Host.PutSecretAsync("pull", "x");
            foreach (var name in new[] { Provisioning, Kamaji, Static })
            {
                await until(async () => await site.Deployments.FindAsync(Ns, name, default) is not null, $"Deployment {name}");
                await site.MakeReadyAsync(name);
            }

            await until(async () => (await ConfigAsync())?.Status?.Conditions.Find(OperatorConditionType.Ready)?.IsTrue is true, "Ready");
            await until(
                async () => (await site.Host.Admin.Resources<Event>().ListAsync(Ns, null, default)).Items.Any(one => one.Reason == OperatorReason.Success), "an event");
            await site.Configs.DeleteAsync(Ns, OperatorHost.Config.Name, null, default);
            await until(async () => await ConfigAsync() is null, "everything is removed");
        });

        Task<DPFOperatorConfig?> ConfigAsync() => site.Configs.FindAsync(Ns, OperatorHost.Config.Name, default);
    }
}

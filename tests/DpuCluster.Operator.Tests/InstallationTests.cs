using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using static DpuCluster.Operator.Tests.OperatorSite;

namespace DpuCluster.Operator.Tests;

/// <summary>What a DPFOperatorConfig leads to.</summary>
public sealed class InstallationTests
{
    private const string Plain = """{"provisioningController":{"bfbPVCName":"bfb-pvc"}}""";
    private const string WithStatic = """{"provisioningController":{"bfbPVCName":"bfb-pvc"},"staticClusterManager":{}}""";

    [Fact]
    public async Task Plain_config_installs_two_components_and_is_Ready_when_their_pods_are()
    {
        await using var site = await StartAsync();
        await site.ApplyAsync(Plain);

        await site.HasDeploymentsAsync(Provisioning, Kamaji);
        (await site.IsAsync(OperatorConditionType.SystemComponentsReady, OperatorReason.Pending)).IsTrue.ShouldBeFalse();
        (await site.IsAsync(OperatorConditionType.SystemComponentsReconciled, OperatorReason.Success)).IsTrue.ShouldBeTrue();
        await site.MakeReadyAsync(Provisioning);
        await site.MakeReadyAsync(Kamaji);

        (await site.IsAsync(OperatorConditionType.Ready, OperatorReason.Success)).IsTrue.ShouldBeTrue();
        (await site.MembersAsync()).Order(StringComparer.Ordinal).ShouldBe(
            new[] { Kamaji, Provisioning }.SelectMany(name => new[]
            {
                $"ServiceAccount {name}", $"ClusterRole {name}", $"ClusterRoleBinding {name}", $"Role {name}", $"RoleBinding {name}", $"Deployment {name}",
            }).Order(StringComparer.Ordinal));
        var config = await site.Configs.GetAsync(Ns, OperatorHost.Config.Name, default);
        config.Status!.ObservedGeneration.ShouldBe(config.Metadata.Generation);
        config.Spec!.ProvisioningController!.BfbPersistentVolumeClaim.ShouldBe("bfb-pvc");

        // The identity is sha256("name.namespace.kind.group") in base64 for URLs, computed with other tools.
        config.Metadata.Labels!["applyset.kubernetes.io/id"].ShouldBe("applyset-vp7FozJV4FqoIQbzSynCx7xFrxsMorznBen3767gUV0-v1");
        config.Metadata.Annotations!["applyset.kubernetes.io/contains-group-kinds"].ShouldBe(
            "ClusterRole.rbac.authorization.k8s.io,ClusterRoleBinding.rbac.authorization.k8s.io,Deployment.apps,"
            + "Role.rbac.authorization.k8s.io,RoleBinding.rbac.authorization.k8s.io,ServiceAccount");
    }

    [Fact]
    public async Task Static_manager_comes_with_an_empty_section_and_goes_without_it_and_when_disabled()
    {
        await using var site = await StartAsync();
        await site.ApplyAsync(WithStatic);
        await site.HasDeploymentsAsync(Provisioning, Kamaji, Static);

        await site.ApplyAsync(Plain);
        await site.HasDeploymentsAsync(Provisioning, Kamaji);
        await Eventually.Get(site.MembersAsync, all => !all.Any(one => one.EndsWith(Static, StringComparison.Ordinal)), "nothing of it is left");

        await site.ApplyAsync(WithStatic);
        await site.HasDeploymentsAsync(Provisioning, Kamaji, Static);
        await site.ApplyAsync("""{"provisioningController":{"disable":true},"kamajiClusterManager":{"disable":true},"staticClusterManager":{"disable":true}}""");
        await Eventually.Get(site.MembersAsync, all => all.Count == 0, "nothing is left");
        await site.IsAsync(OperatorConditionType.Ready, OperatorReason.Success);
    }

    [Fact]
    public async Task Image_is_the_operators_own_unless_the_section_names_another()
    {
        await using var site = await StartAsync();
        await site.ApplyAsync("""{"kamajiClusterManager":{"image":"example.test/kamaji:v2"}}""");

        Container(await site.DeploymentAsync(Provisioning)).Image.ShouldBe("ours:1");
        var kamaji = Container(await site.DeploymentAsync(Kamaji));
        kamaji.Image.ShouldBe("example.test/kamaji:v2");
        kamaji.Command.ShouldBe(["/kamaji-cluster-manager"]);
        kamaji.Env!.ToDictionary(one => one.Name!, one => one.Value).ShouldBe(
            new() { ["DPUCLUSTER_IMAGE"] = "example.test/kamaji:v2", ["DPUCLUSTER_KEEPALIVED_IMAGE"] = "kept:2" });

        await site.ApplyAsync("{}");
        await site.DeploymentAsync(Kamaji, one => Container(one).Image == "ours:1");
    }

    [Fact]
    public async Task Pull_secrets_must_exist_first_and_then_reach_every_pod()
    {
        await using var site = await StartAsync();
        await site.ApplyAsync("""{"imagePullSecrets":["first","second"]}""");

        var missing = await site.IsAsync(OperatorConditionType.ImagePullSecretsReconciled, OperatorReason.Error);
        missing.Message.ShouldContain("Secret first does not exist");
        missing.Message.ShouldContain("Secret second does not exist");
        await site.IsAsync(OperatorConditionType.SystemComponentsReconciled, OperatorReason.Pending);
        (await site.MembersAsync()).ShouldBeEmpty();

        await site.Host.PutSecretAsync("first", "x");
        await site.Host.PutSecretAsync("second", "x");

        var deployment = await site.DeploymentAsync(Kamaji);
        deployment.Spec!.Template!.Spec!.ImagePullSecrets!.Select(one => one.Name).ShouldBe(["first", "second"]);
        Container(deployment).Env!.Single(one => one.Name == "DPUCLUSTER_IMAGE_PULL_SECRETS").Value.ShouldBe("first,second");
        (await site.Host.Admin.Resources<ServiceAccount>().GetAsync(Ns, Kamaji, default)).ImagePullSecrets!.Count.ShouldBe(2);
        await site.IsAsync(OperatorConditionType.ImagePullSecretsReconciled, OperatorReason.Success);

        await site.ApplyAsync("""{"imagePullSecrets":["second"]}""");
        await site.DeploymentAsync(Kamaji, one => one.Spec!.Template!.Spec!.ImagePullSecrets is [{ Name: "second" }]);
        await site.ApplyAsync("{}");
        await site.DeploymentAsync(Kamaji, one => one.Spec!.Template!.Spec!.ImagePullSecrets is null or []);
    }

    [Fact]
    public async Task Paused_operator_changes_nothing_until_it_is_not_paused_any_more()
    {
        await using var site = await StartAsync();
        await site.ApplyAsync(Plain);
        await site.HasDeploymentsAsync(Provisioning, Kamaji);

        await site.ApplyAsync("""{"overrides":{"paused":true},"staticClusterManager":{},"kamajiClusterManager":{"disable":true}}""");
        await site.IsAsync(OperatorConditionType.Ready, OperatorReason.Paused);
        await site.Deployments.DeleteAsync(Ns, Provisioning, null, default);
        var turns = site.Running.Reconciliations;
        await site.ApplyAsync("""{"overrides":{"paused":true},"staticClusterManager":{},"kamajiClusterManager":{"image":"other:3"}}""");
        await Eventually.Holds(() => site.Running.Reconciliations > turns, "the change is looked at");
        await site.HasDeploymentsAsync(Kamaji);
        Container(await site.DeploymentAsync(Kamaji)).Image.ShouldBe("ours:1");

        await site.ApplyAsync("""{"staticClusterManager":{}}""");
        await site.HasDeploymentsAsync(Provisioning, Kamaji, Static);
    }

    [Fact]
    public async Task Deleted_config_takes_everything_with_it_rights_last()
    {
        await using var site = await StartAsync();
        await site.ApplyAsync(WithStatic);
        await site.HasDeploymentsAsync(Provisioning, Kamaji, Static);
        await site.IsAsync(OperatorConditionType.SystemComponentsReconciled, OperatorReason.Success);
        await site.Deployments.PatchAsync(Ns, Kamaji, Patch.Merge(Finalizers("example.test/held")), null, default);

        await site.Configs.DeleteAsync(Ns, OperatorHost.Config.Name, null, default);

        await site.HasDeploymentsAsync(Kamaji);
        (await site.IsAsync(OperatorConditionType.Ready, OperatorReason.AwaitingDeletion)).Message.ShouldContain($"Deployment {Kamaji}");
        await Eventually.Get(
            site.MembersAsync,
            all => all.All(one => one.EndsWith(Kamaji, StringComparison.Ordinal)) && all.Count == 6,
            "what the last Deployment needs is there as long as it is, and nothing else");

        await site.Deployments.PatchAsync(Ns, Kamaji, Patch.Merge(Finalizers()), null, default);
        await Eventually.Get(() => site.Configs.FindAsync(Ns, OperatorHost.Config.Name, default), one => one is null, "the config is gone");
        (await site.MembersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_somebody_edits_or_deletes_is_put_right()
    {
        await using var site = await StartAsync();
        await site.ApplyAsync(Plain);
        await site.HasDeploymentsAsync(Provisioning, Kamaji);
        await site.IsAsync(OperatorConditionType.SystemComponentsReconciled, OperatorReason.Success);

        await site.Deployments.PatchAsync(Ns, Kamaji, Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["replicas"] = 0 } }), null, default);
        await site.DeploymentAsync(Kamaji, one => one.Spec!.Replicas == 2);

        var roles = site.Host.Admin.Resources<ClusterRole>();
        await roles.PatchAsync(null, Kamaji, Patch.Merge(new JsonObject { ["rules"] = null }), null, default);
        await Eventually.Get(() => roles.GetAsync(null, Kamaji, default), one => one.Rules is { Count: 1 }, "the rules are back");
        await roles.DeleteAsync(null, Kamaji, null, default);
        await Eventually.Get(() => roles.FindAsync(null, Kamaji, default), one => one is not null, "the role is back");
    }

    [Fact]
    public async Task Foreign_object_of_the_same_name_is_left_alone_and_named_and_the_others_are_installed()
    {
        await using var site = await StartAsync();
        await site.Host.Admin.Resources<ClusterRole>().CreateAsync(new() { Metadata = new() { Name = Kamaji }, Rules = [] }, null, default);

        await site.ApplyAsync(Plain);

        (await site.IsAsync(OperatorConditionType.SystemComponentsReconciled, OperatorReason.Error)).Message.ShouldContain($"ClusterRole {Kamaji} exists and was not made by the operator");
        await site.IsAsync(OperatorConditionType.Ready, OperatorReason.Error);
        await site.HasDeploymentsAsync(Provisioning);
        var foreign = await site.Host.Admin.Resources<ClusterRole>().GetAsync(null, Kamaji, default);
        foreign.Metadata.Labels.ShouldBeNull();
        foreign.Rules.ShouldBeEmpty();
    }

    [Fact]
    public async Task Operator_that_lacks_what_it_should_grant_says_which_right_is_missing()
    {
        var full = OperatorHost.Role(OperatorSite.Components);
        await using var site = await StartAsync(full with { Everywhere = [.. full.Everywhere.Where(one => !one.Resources.Contains("configmaps"))] });

        await site.ApplyAsync(Plain);

        var refused = await site.IsAsync(OperatorConditionType.SystemComponentsReconciled, OperatorReason.Error);
        refused.Message.ShouldContain($"ClusterRole {Kamaji}");
        refused.Message.ShouldContain("""{APIGroups:[""], Resources:["configmaps"], Verbs:["list"]}""");
        await site.HasDeploymentsAsync(Provisioning);
    }

    [Fact]
    public async Task Config_of_another_name_is_told_that_nobody_reads_it()
    {
        await using var site = await StartAsync();
        await site.ApplyAsync(Plain, "another");

        (await site.IsAsync(OperatorConditionType.Ready, OperatorReason.Error, "another")).Message.ShouldContain("dpfoperatorconfig");
        (await site.MembersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task In_steady_state_nothing_is_written()
    {
        await using var site = await StartAsync();
        await site.ApplyAsync(Plain);
        await site.MakeReadyAsync(Provisioning);
        await site.MakeReadyAsync(Kamaji);
        await site.IsAsync(OperatorConditionType.Ready, OperatorReason.Success);
        var before = await VersionsAsync();

        for (var turn = 0; turn < 3; turn++)
        {
            var turns = site.Running.Reconciliations;
            await site.Host.Admin.Resources<Deployment>().PatchAsync(
                Ns, Kamaji, Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["turn"] = $"{turn}" } } }), null, default);
            await Eventually.Holds(() => site.Running.Reconciliations > turns, "the change is looked at");
        }

        var after = await VersionsAsync();
        after.ShouldBe(before);

        async Task<string> VersionsAsync()
        {
            var config = await site.Configs.GetAsync(Ns, OperatorHost.Config.Name, default);
            var other = await site.DeploymentAsync(Provisioning);
            var role = await site.Host.Admin.Resources<ClusterRole>().GetAsync(null, Kamaji, default);
            var generation = (await site.DeploymentAsync(Kamaji)).Metadata.Generation;
            return $"{config.Metadata.ResourceVersion} {other.Metadata.ResourceVersion} {role.Metadata.ResourceVersion} {generation}";
        }
    }

    private static Container Container(Deployment deployment) => deployment.Spec!.Template!.Spec!.Containers!.Single();

    private static JsonObject Finalizers(params string[] finalizers) =>
        new() { ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray([.. finalizers.Select(one => (JsonNode)one)]) } };
}

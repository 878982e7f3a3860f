using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.ClusterManager.Static.Tests;

/// <summary>The static cluster manager against a real API server, with no more rights than its role gives.</summary>
public sealed class StaticClusterManagerTests(StaticSite site) : IClassFixture<StaticSite>
{
    private readonly string _name = site.NewName();

    private HostCluster Host => site.Host;

    private string SecretName => $"{_name}-kubeconfig";

    [Fact]
    public async Task Cluster_without_a_kubeconfig_waits_until_its_name_is_injected()
    {
        await site.CreateAsync(_name, null);
        var waiting = await site.CreatedIsAsync(_name, ClusterReason.EmptyKubeconfig);
        waiting.Status.ShouldBe(ConditionStatus.False);
        waiting.Message.ShouldContain("spec.kubeconfig");

        await Host.PutSecretAsync(SecretName, Host.Server.AdminKubeconfig);
        await Host.PatchAsync(_name, new() { ["spec"] = new JsonObject { ["kubeconfig"] = SecretName } });

        (await site.CreatedIsAsync(_name, ClusterReason.Created)).IsTrue.ShouldBeTrue();
    }

    [Fact]
    public async Task Secret_that_is_missing_is_named_and_its_appearance_noticed()
    {
        await site.CreateAsync(_name, SecretName);
        var missing = await site.CreatedIsAsync(_name, ClusterReason.KubeconfigNotFound);
        missing.Status.ShouldBe(ConditionStatus.False);
        missing.Message.ShouldContain($"{HostCluster.Namespace}/{SecretName}");

        await Host.PutSecretAsync(SecretName, Host.Server.AdminKubeconfig);

        await site.CreatedIsAsync(_name, ClusterReason.Created);
    }

    [Fact]
    public async Task Kubeconfig_that_breaks_a_rule_is_refused_without_its_credentials_and_healed_by_a_good_one()
    {
        const string kubeconfig = """
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "https://127.0.0.1:6443"}}]
            users: [{name: u, user: {token: s3cr3t-token, tokenFile: /etc/passwd}}]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            current-context: x
            """;
        await Host.PutSecretAsync(SecretName, kubeconfig);
        await site.CreateAsync(_name, SecretName);
        var refused = await site.CreatedIsAsync(_name, ClusterReason.KubeconfigInvalid);
        refused.Message.ShouldContain("tokenFile");
        refused.Message.ShouldNotContain("s3cr3t-token");
        var events = await Eventually.Get(() => Host.EventsAsync(_name), all => all.Any(one => one.Reason == ClusterReason.KubeconfigInvalid), "an event tells");
        events.ShouldAllBe(one => !one.Note!.Contains("s3cr3t-token"));
        site.Running.Logs.Text.ShouldNotContain("s3cr3t-token");

        await Host.PutSecretAsync(SecretName, Host.Server.AdminKubeconfig);

        await site.CreatedIsAsync(_name, ClusterReason.Created);
    }

    [Fact]
    public async Task Secret_that_goes_bad_or_disappears_is_noticed()
    {
        await Host.PutSecretAsync(SecretName, Host.Server.AdminKubeconfig);
        await site.CreateAsync(_name, SecretName);
        await site.CreatedIsAsync(_name, ClusterReason.Created);

        await Host.PutSecretAsync(SecretName, "no kubeconfig: at all");
        await site.CreatedIsAsync(_name, ClusterReason.KubeconfigInvalid);

        await Host.Secrets.DeleteAsync(HostCluster.Namespace, SecretName, null, default);
        await site.CreatedIsAsync(_name, ClusterReason.KubeconfigNotFound);
    }

    [Fact]
    public async Task Every_cluster_that_names_the_Secret_reacts()
    {
        var other = site.NewName();
        await site.CreateAsync(_name, SecretName);
        await site.CreateAsync(other, SecretName);
        await site.CreatedIsAsync(_name, ClusterReason.KubeconfigNotFound);
        await site.CreatedIsAsync(other, ClusterReason.KubeconfigNotFound);

        await Host.PutSecretAsync(SecretName, Host.Server.AdminKubeconfig);

        await site.CreatedIsAsync(_name, ClusterReason.Created);
        await site.CreatedIsAsync(other, ClusterReason.Created);
    }

    [Theory]
    [InlineData("super-admin.conf")]
    [InlineData("value")]
    [InlineData("kubeconfig")]
    public async Task Kubeconfig_may_stand_under_the_other_known_keys(string key)
    {
        await Host.PutSecretAsync(SecretName, Host.Server.AdminKubeconfig, key);
        await site.CreateAsync(_name, SecretName);

        await site.CreatedIsAsync(_name, ClusterReason.Created);
    }

    [Fact]
    public async Task Insecure_kubeconfig_is_refused_unless_it_is_allowed()
    {
        await Host.PutSecretAsync(SecretName, Insecure(Host.Server.AdminKubeconfig));
        await site.CreateAsync(_name, SecretName);

        (await site.CreatedIsAsync(_name, ClusterReason.KubeconfigInvalid)).Message.ShouldContain("insecure-skip-tls-verify");

        await using var lenient = await HostCluster.StartAsync();
        await lenient.RunAsync("static-cluster-manager", builder => builder.AddStaticClusterManager(new() { AllowInsecure = true }));
        await lenient.PutSecretAsync(SecretName, Insecure(lenient.Server.AdminKubeconfig));
        await lenient.CreateAsync(_name, ClusterType.Static, SecretName);
        await lenient.PatchStatusAsync(_name, new() { ["phase"] = ClusterPhase.Creating });
        await lenient.BecomesAsync(_name, ClusterConditionType.Created, ClusterReason.Created);
    }

    [Fact]
    public async Task Deletion_leaves_the_users_Secret()
    {
        await Host.PutSecretAsync(SecretName, Host.Server.AdminKubeconfig);
        await site.CreateAsync(_name, SecretName);
        await site.CreatedIsAsync(_name, ClusterReason.Created);
        var secret = await Host.Secrets.GetAsync(HostCluster.Namespace, SecretName, default);

        await Host.DeleteAsync(_name);
        await Host.IsGoneAsync(_name);

        var after = await Host.Secrets.GetAsync(HostCluster.Namespace, SecretName, default);
        after.Metadata.ResourceVersion.ShouldBe(secret.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task In_steady_state_nothing_is_written_and_a_relabelled_Secret_is_no_change()
    {
        await Host.PutSecretAsync(SecretName, Host.Server.AdminKubeconfig);
        await site.CreateAsync(_name, SecretName);
        await site.CreatedIsAsync(_name, ClusterReason.Created);
        var before = await Host.GetAsync(_name);

        for (var turn = 0; turn < 3; turn++)
        {
            var ended = site.Running.Reconciliations;
            var labels = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["turn"] = $"{turn}" } } };
            await Host.Secrets.PatchAsync(HostCluster.Namespace, SecretName, Patch.Merge(labels), new() { FieldManager = "test" }, default);
            await Eventually.Holds(() => site.Running.Reconciliations > ended, "the cluster is looked at again");
        }

        (await Host.GetAsync(_name)).Metadata.ResourceVersion.ShouldBe(before.Metadata.ResourceVersion);
    }

    private static string Insecure(string kubeconfig) =>
        System.Text.RegularExpressions.Regex.Replace(kubeconfig, "certificate-authority-data: .*", "insecure-skip-tls-verify: true");
}

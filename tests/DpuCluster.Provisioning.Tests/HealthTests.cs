using System.Text;
using DpuCluster.Api;
using DpuCluster.ApiServer;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Provisioning.Tests;

/// <summary>What the provisioning controller makes of control planes that work, fail, hang and talk nonsense.</summary>
public sealed class HealthTests(ProvisioningSite site) : IClassFixture<ProvisioningSite>
{
    private readonly string _name = site.NewName();

    private HostCluster Host => site.Host;

    [Fact]
    public async Task Healthy_cluster_is_Ready_with_the_version_and_the_nodes_that_it_has()
    {
        await using var tenant = await EmbeddedApiServer.StartAsync();
        using var client = new KubernetesClient(HostCluster.ConfigurationOf(tenant.AdminKubeconfig));
        await client.Resources<Node>().CreateAsync(new() { Metadata = new() { Name = "dpu-1" } }, null, default);
        await client.Resources<Node>().CreateAsync(new() { Metadata = new() { Name = "dpu-2" } }, null, default);
        await site.CreateAsync(_name, tenant.AdminKubeconfig);

        var ready = await Host.ReachesAsync(_name, ClusterPhase.Ready);

        ready.Status!.Ready().Reason.ShouldBe(ClusterReason.HealthCheckPassed);
        ready.Status!.Version.ShouldBe((await client.GetVersionAsync(default)).GitVersion);
        ready.Status.NodesCount.ShouldBe(2);
        ready.Status.ObservedGeneration.ShouldBe(ready.Metadata.Generation);
    }

    [Fact]
    public async Task Cluster_turns_NotReady_when_its_api_server_stops_and_Ready_when_it_is_back()
    {
        // It comes back on the port that it had: one that nobody else is given while it is away.
        var tenant = await EmbeddedApiServer.StartAsync(new() { Port = FreePorts.Next() });
        var same = new EmbeddedApiServerOptions
        {
            Port = tenant.Address.Port,
            AuthorityCertificatePem = tenant.CertificateAuthority.CertificatePem,
            AuthorityKeyPem = tenant.CertificateAuthority.PrivateKeyPem,
        };
        await site.CreateAsync(_name, tenant.AdminKubeconfig);
        await Host.ReachesAsync(_name, ClusterPhase.Ready);

        await tenant.DisposeAsync();
        var down = await Host.ReachesAsync(_name, ClusterPhase.NotReady);
        down.Status!.Ready().Reason.ShouldBe(ClusterReason.HealthCheckFailed);

        await using var again = await EmbeddedApiServer.StartAsync(same);
        await Host.ReachesAsync(_name, ClusterPhase.Ready);
    }

    [Fact]
    public async Task Rotated_credentials_are_used_at_once_and_the_old_ones_never_again()
    {
        await using var tenant = await ScriptedTenant.StartAsync();
        await site.CreateAsync(_name, tenant.Kubeconfig("token-1"));
        await Host.ReachesAsync(_name, ClusterPhase.Ready);
        await ProvisioningSite.ChecksGoOnAsync(tenant, 2);
        var before = await Host.GetAsync(_name);

        await Host.PutSecretAsync(_name, tenant.Kubeconfig("token-2"));
        await Eventually.Holds(() => tenant.Requests.Any(request => request.Token == "token-2"), "the new credentials are used");
        await ProvisioningSite.ChecksGoOnAsync(tenant);

        tenant.Requests.SkipWhile(request => request.Token != "token-2").ShouldAllBe(request => request.Token == "token-2");
        (await Host.GetAsync(_name)).Metadata.ResourceVersion.ShouldBe(before.Metadata.ResourceVersion, "a rotation is no change of status");
        site.Running.Logs.Text.ShouldContain("has new credentials");
        site.Running.Logs.Text.ShouldNotContain("token-1");
        site.Running.Logs.Text.ShouldNotContain("token-2");
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    public async Task Where_readyz_is_refused_the_version_is_proof_enough(int code)
    {
        await using var tenant = await ScriptedTenant.StartAsync();
        tenant.Answer = path => path == "/readyz" ? (code, "no") : null;
        await site.CreateAsync(_name, tenant.Kubeconfig());

        (await Host.ReachesAsync(_name, ClusterPhase.Ready)).Status!.Version.ShouldBe(tenant.Version);
    }

    [Theory]
    [InlineData(500, "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed", "etcd failed")]
    [InlineData(401, "", "Secret")]
    [InlineData(503, "", "503")]
    public async Task Cause_of_a_failed_check_is_in_the_message(int code, string body, string cause)
    {
        await using var tenant = await ScriptedTenant.StartAsync();
        await site.CreateAsync(_name, tenant.Kubeconfig());
        await Host.ReachesAsync(_name, ClusterPhase.Ready);

        tenant.Answer = path => path == "/readyz" ? (code, body) : null;

        var down = await Host.ReachesAsync(_name, ClusterPhase.NotReady);
        down.Status!.Ready().Message.ShouldContain(cause);
        await ProvisioningSite.ChecksGoOnAsync(tenant, 3);
        (await Host.GetAsync(_name)).Metadata.ResourceVersion.ShouldBe(down.Metadata.ResourceVersion, "the same cause is written once");
    }

    [Fact]
    public async Task Nothing_that_a_control_plane_says_keeps_its_illness_from_being_written()
    {
        await using var tenant = await ScriptedTenant.StartAsync();
        tenant.Answer = path => path == "/version" ? (200, $$"""{"gitVersion": "{{new string('9', 50_000)}}"}""") : null;
        await site.CreateAsync(_name, tenant.Kubeconfig());
        (await Host.ReachesAsync(_name, ClusterPhase.Ready)).Status!.Version!.Length.ShouldBeLessThan(100);

        tenant.Answer = path => path == "/readyz" ? (500, $"[-]\u0007evil {new string('x', 60_000)}") : null;

        var message = (await Host.ReachesAsync(_name, ClusterPhase.NotReady)).Status!.Ready().Message;
        message.ShouldContain("evil xxx");
        message.ShouldNotContain("\u0007");
        message.Length.ShouldBeLessThan(1000);
    }

    [Theory]
    [InlineData("/version", 200, "<html>welcome</html>")]
    [InlineData("/version", 200, "[]")]
    [InlineData("/version", 200, "{\"gitVersion\": 7}")]
    [InlineData("/version", 403, "no")]
    [InlineData("/api/v1/nodes", 200, "<html>welcome</html>")]
    [InlineData("/api/v1/nodes", 200, "{\"items\": 7}")]
    [InlineData("/api/v1/nodes", 200, "{\"metadata\": {\"remainingItemCount\": 99999999999}, \"items\": []}")]
    [InlineData("/api/v1/nodes", 403, "no")]
    public async Task Nonsense_about_version_or_nodes_leaves_the_cluster_Ready_and_the_checks_going(string where, int code, string body)
    {
        await using var tenant = await ScriptedTenant.StartAsync();
        tenant.Answer = path => path == where ? (code, body) : null;
        await site.CreateAsync(_name, tenant.Kubeconfig());

        await Host.ReachesAsync(_name, ClusterPhase.Ready);
        await ProvisioningSite.ChecksGoOnAsync(tenant);
    }

    [Fact]
    public async Task Control_plane_that_hangs_is_NotReady_in_the_same_words_every_time_and_holds_up_nobody()
    {
        var impatient = await ProvisioningSite.StartAsync(healthTimeout: TimeSpan.FromSeconds(2));
        await using var host = impatient.Host;
        await using var hanging = await ScriptedTenant.StartAsync();
        hanging.Hangs = true;
        for (var other = 0; other < 8; other++)
        {
            await impatient.CreateAsync(impatient.NewName(), hanging.Kubeconfig());
        }

        await using var tenant = await ScriptedTenant.StartAsync();
        await impatient.CreateAsync(_name, tenant.Kubeconfig());
        await host.ReachesAsync(_name, ClusterPhase.Ready);

        tenant.Hangs = true;
        var down = await host.ReachesAsync(_name, ClusterPhase.NotReady);
        down.Status!.Ready().Message.ShouldContain("no answer within 2 s");
        await ProvisioningSite.ChecksGoOnAsync(tenant, 2);
        (await host.GetAsync(_name)).Metadata.ResourceVersion.ShouldBe(down.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Control_plane_with_a_certificate_of_another_authority_is_told_apart()
    {
        await using var tenant = await EmbeddedApiServer.StartAsync();
        await using var stranger = await EmbeddedApiServer.StartAsync();
        var kubeconfig = tenant.AdminKubeconfig.Replace(
            Convert.ToBase64String(Encoding.ASCII.GetBytes(tenant.CertificateAuthority.CertificatePem)),
            Convert.ToBase64String(Encoding.ASCII.GetBytes(stranger.CertificateAuthority.CertificatePem)),
            StringComparison.Ordinal);
        await site.CreateAsync(_name, kubeconfig);

        var message = (await Host.BecomesAsync(_name, ClusterConditionType.Ready, ClusterReason.HealthCheckFailed)).Message;
        message.ShouldContain($"the TLS connection to the control plane at {tenant.Address.Authority} failed");
        message.ShouldContain("certificate-authority-data", Case.Sensitive, "it says what to do");
        (await Host.GetAsync(_name)).Status!.Phase.ShouldBe(ClusterPhase.Creating, "it never was Ready");
    }

    [Fact]
    public async Task Static_cluster_that_reports_another_version_is_Ready_with_a_warning()
    {
        await using var tenant = await ScriptedTenant.StartAsync();
        tenant.Version = "v1.31.0";
        await site.CreateAsync(_name, tenant.Kubeconfig(), version: "v1.30.2");

        var ready = await Host.ReachesAsync(_name, ClusterPhase.Ready);

        ready.Status!.Ready().Message.ShouldContain("spec.version is v1.30.2");
        await Eventually.Get(() => Host.EventsAsync(_name), all => all.Any(one => one is { Reason: "VersionMismatch", Type: "Warning" }), "an event warns");
    }
}

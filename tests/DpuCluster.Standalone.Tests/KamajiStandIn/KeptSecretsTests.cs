using DpuCluster.ApiServer.Certificates;
using static DpuCluster.Standalone.Tests.KamajiStandIn.StandInSite;

namespace DpuCluster.Standalone.Tests.KamajiStandIn;

/// <summary>Whatever became of the Secrets of a control plane, and whether the stand-in looked on: in the end all of them are of one authority.</summary>
public sealed class KeptSecretsTests
{
    [Fact]
    public async Task Stand_in_that_begins_again_leaves_Secrets_that_are_good()
    {
        await using var site = await StandInSite.StartAsync();
        var before = await site.GetAsync(Admin);
        var scheduler = await site.GetAsync("t-scheduler-kubeconfig");

        await site.EndAsync();
        await site.DeleteAsync("t-scheduler-kubeconfig");
        await site.BeginAsync();

        // The last to be written: the others have been looked at.
        await site.IsOneAsync(async () => (await site.GetAsync("t-scheduler-kubeconfig")).Metadata.Uid != scheduler.Metadata.Uid);
        (await site.GetAsync(Admin)).Metadata.ResourceVersion.ShouldBe(before.Metadata.ResourceVersion);
    }

    [Theory]
    [InlineData(Ca)]
    [InlineData(Ca, Admin)]
    [InlineData(Ca, ServiceAccounts, ServerCertificate)]
    public async Task Authority_that_was_lost_while_nobody_looked_on_is_replaced_with_all_that_it_issued(params string[] lost)
    {
        await using var site = await StandInSite.StartAsync();
        var before = await site.IsOneAsync();

        await site.EndAsync();
        foreach (var secret in lost)
        {
            await site.DeleteAsync(secret);
        }

        await site.BeginAsync();
        (await site.IsOneAsync()).ShouldNotBe(before);
    }

    [Theory]
    [InlineData(Ca)]
    [InlineData(Ca, Admin, ServerCertificate)]
    [InlineData(ServiceAccounts)]
    public async Task Secrets_that_are_deleted_while_the_control_plane_runs_come_back_with_its_authority(params string[] lost)
    {
        await using var site = await StandInSite.StartAsync();
        var before = await site.IsOneAsync();
        var tokens = Text(await site.GetAsync(ServiceAccounts), "sa.key");
        var uids = await Task.WhenAll(lost.Select(async secret => (await site.GetAsync(secret)).Metadata.Uid));

        await Task.WhenAll(lost.Select(site.DeleteAsync));

        (await site.IsOneAsync(async () => !(await Task.WhenAll(lost.Select(async secret => (await site.GetAsync(secret)).Metadata.Uid))).Intersect(uids).Any()))
            .ShouldBe(before);
        Text(await site.GetAsync(ServiceAccounts), "sa.key").ShouldBe(tokens);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Secrets_of_an_earlier_authority_that_somebody_restores_are_written_anew(bool running)
    {
        await using var site = await StandInSite.StartAsync();
        string[] restored = [ServerCertificate, ClientCertificate, Admin];
        var old = await Task.WhenAll(restored.Select(site.GetAsync));
        await site.EndAsync();
        await site.DeleteAsync(Ca);
        await site.BeginAsync();
        var now = await site.IsOneAsync();

        if (!running)
        {
            await site.EndAsync();
        }

        foreach (var secret in old)
        {
            // With what it held, checksum and all, as from a copy that was made of it.
            await site.EditAsync(secret.Metadata.Name!, new(secret.Data!), secret.Metadata.Annotations);
        }

        if (!running)
        {
            await site.BeginAsync();
        }

        (await site.IsOneAsync()).ShouldBe(now);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Other_authority_in_the_Secret_becomes_that_of_the_control_plane(bool running)
    {
        await using var site = await StandInSite.StartAsync();
        using var other = CertificateAuthority.Create("another");
        if (!running)
        {
            await site.EndAsync();
        }

        await site.EditAsync(Ca, Content(("ca.crt", other.CertificatePem), ("ca.key", other.PrivateKeyPem)));
        if (!running)
        {
            await site.BeginAsync();
        }

        (await site.IsOneAsync()).ShouldBe(other.CertificatePem);
    }

    [Fact]
    public async Task Authority_that_cannot_be_used_is_put_back_while_the_control_plane_runs_and_replaced_when_it_begins()
    {
        await using var site = await StandInSite.StartAsync();
        var before = await site.IsOneAsync();
        using var other = CertificateAuthority.Create("another");
        var otherCertificate = Content(("ca.crt", other.CertificatePem));

        await site.EditAsync(Ca, otherCertificate);
        (await site.IsOneAsync()).ShouldBe(before, "the key is not that of the certificate");

        await site.EndAsync();
        await site.EditAsync(Ca, otherCertificate);
        await site.EditAsync(ServiceAccounts, Content(("sa.key", "no key")));
        await site.BeginAsync();

        var now = await site.IsOneAsync();
        now.ShouldNotBe(before);
        now.ShouldNotBe(other.CertificatePem);
        Text(await site.GetAsync(ServiceAccounts), "sa.key").ShouldStartWith("-----BEGIN PRIVATE KEY-----");
    }

    [Fact]
    public async Task Certificate_without_its_key_and_a_kubeconfig_that_is_none_are_written_anew()
    {
        await using var site = await StandInSite.StartAsync();
        var before = await site.IsOneAsync();

        await site.EditAsync(ServerCertificate, Content(("apiserver.key", "no key")));
        await site.EditAsync(Admin, Content(("admin.conf", "kind: Secret")));

        (await site.IsOneAsync()).ShouldBe(before);
    }
}

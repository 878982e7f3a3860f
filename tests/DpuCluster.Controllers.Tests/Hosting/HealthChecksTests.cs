using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;

namespace DpuCluster.Controllers.Tests.Hosting;

public sealed class HealthChecksTests : HostFixture
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task A_watch_that_fails_for_two_minutes_is_fatal_only_while_the_server_can_be_reached()
    {
        await using var informers = new InformerFactory(Client, _clock);
        var informer = informers.For<ConfigMap>();
        informers.Start();
        await informer.WaitForSyncAsync(default);
        var checks = new HealthChecks(Client, informers, _clock);

        // Requests of the collection fail, whatever the server's other answers are.
        Server.Refuse = (_, path) => path == "/version" ? null : 501;
        await Server.CutWatchesAsync();
        await Eventually.Holds(() => informer.Health.FailingSince is not null, "failing");
        (await checks.LiveAsync(default)).Passed.ShouldBeTrue("it may be over soon");
        await _clock.AdvanceUntil(() => Failing(informer) > TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(4), "failing for long");
        var report = await checks.LiveAsync(default);
        report.Passed.ShouldBeFalse();
        report.Text(verbose: false).ShouldContain("[-]informer-configmaps failed: the watch has been failing since");
        checks.Ready().Passed.ShouldBeTrue("what is known is still served");

        Server.Refuse = (_, _) => 501;
        _clock.Advance(TimeSpan.FromSeconds(11));
        (await checks.LiveAsync(default)).Passed.ShouldBeTrue("a restart does not bring the server back");

        Server.Refuse = (_, path) => path == "/version" ? null : 403;
        await _clock.AdvanceUntil(() => informer.Health.IsRefused, TimeSpan.FromMinutes(2), "refused");
        _clock.Advance(TimeSpan.FromSeconds(11));
        (await checks.LiveAsync(default)).Passed.ShouldBeTrue("a restart does not give permissions");
    }

    [Fact]
    public async Task Informers_are_shared_by_resource_and_scope_and_metadata_ones_ask_for_metadata_only()
    {
        await using var informers = new InformerFactory(Client, _clock);
        informers.For<ConfigMap>().ShouldBeSameAs(informers.For<ConfigMap>());
        informers.For<ConfigMap>(new InformerScope { Namespace = "a" }).ShouldBeSameAs(informers.For<ConfigMap>(new InformerScope { Namespace = "a" }));
        informers.For<ConfigMap>(new InformerScope { Namespace = "a" }).ShouldNotBeSameAs(informers.For<ConfigMap>());
        informers.Metadata(Secret.Resource).ShouldNotBeSameAs(informers.Metadata(ConfigMap.Resource));
        informers.Metadata(Secret.Resource, optional: true).Resource.ShouldBe(Secret.Resource);
        informers.Metadata(Secret.Resource).Optional.ShouldBeFalse("one caller needs it");
        informers.Start();
        var late = informers.For<Node>();
        await late.WaitForSyncAsync(default).WaitAsync(Eventually.Patience);
        informers.All.Count.ShouldBe(5);
    }

    private TimeSpan Failing(Informer<ConfigMap> informer) => informer.Health.FailingSince is { } since ? _clock.GetUtcNow() - since : TimeSpan.Zero;
}

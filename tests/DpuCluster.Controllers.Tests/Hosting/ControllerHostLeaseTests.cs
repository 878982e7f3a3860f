using System.Collections.Concurrent;
using System.Net;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Leases;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;

namespace DpuCluster.Controllers.Tests.Hosting;

/// <summary>That a host acts while it holds its lease, and only then.</summary>
public sealed class ControllerHostLeaseTests : HostFixture
{
    private const string LeasePath = "/apis/coordination.k8s.io/v1/namespaces/leases/leases/test.dpu.nvidia.com";

    [Fact]
    public async Task Only_the_holder_of_the_lease_acts_the_other_is_ready_and_takes_over_at_once()
    {
        var acted = new ConcurrentQueue<string>();
        var first = Host(Options with { LeaderElect = true }, (key, _) => Acted(acted, $"first {key.Name}"));
        var (stop, running) = await RunAsync(first);
        await Eventually.Holds(() => first.IsLeader, "the first leads");
        var second = Host(Options with { LeaderElect = true }, (key, _) => Acted(acted, $"second {key.Name}"));
        await RunAsync(second);
        await Eventually.Get(() => Get(second.ProbeAddress!, "/readyz"), answer => answer.Code == HttpStatusCode.OK, "who waits is ready");
        await Maps.CreateAsync(Map("a"), null, default);
        await Eventually.Holds(() => !acted.IsEmpty, "acted");
        acted.ShouldBe(["first a"]);
        await Eventually.Holds(() => Server.Requests.Contains("WATCH /apis/coordination.k8s.io/v1/namespaces/leases/leases"), "the second watches the lease");

        await stop.CancelAsync();
        await running;

        // That the second takes it within two seconds is shown where the clock is the test's own.
        Logs.Lines.ShouldContain(line => line.Text == "Gave the lease leases/test.dpu.nvidia.com back");
        await Eventually.Holds(() => acted.Contains("second a"), "the second acts");
    }

    [Fact]
    public async Task A_lease_that_is_lost_ends_the_host_with_an_error_and_nothing_is_written_any_more()
    {
        var begun = new TaskCompletionSource();
        Exception? refused = null;
        ControllerContext? context = null;
        var host = Host(Options with { LeaderElect = true }, async (_, cancellation) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            refused = await Record.ExceptionAsync(() => context!.Writer<ConfigMap>().CreateAsync(Map("late"), null, CancellationToken.None));
            return ReconcileResult.Done;
        });
        context = host.Context;
        var (_, running) = await RunAsync(host);
        await Maps.CreateAsync(Map("a"), null, default);
        await begun.Task.WaitAsync(Eventually.Patience);
        var lease = await Client.Resources<Lease>().GetAsync("leases", "test.dpu.nvidia.com", default);
        await Client.Resources<Lease>().ReplaceAsync(
            lease with { Metadata = lease.Metadata with { ResourceVersion = null }, Spec = lease.Spec! with { HolderIdentity = "thief" } }, null, default);
        await Should.ThrowAsync<LeadershipLostException>(running.WaitAsync(Eventually.Patience));
        refused.ShouldBeOfType<LeadershipLostException>();
        Server.Find(LeasePath)!["spec"]!["holderIdentity"]!.GetValue<string>().ShouldBe("thief");
    }

    [Fact]
    public async Task A_host_that_cannot_renew_its_lease_stands_by_and_then_does_what_was_cut_short_and_what_has_come_since()
    {
        var begun = new TaskCompletionSource();
        var cutShort = new TaskCompletionSource();
        var reconciled = new ConcurrentQueue<string>();
        Exception? refused = null;
        ControllerContext? context = null;
        var options = Options with { LeaderElect = true, Times = Options.Times with { LeaseDuration = TimeSpan.FromSeconds(9), RenewDeadline = TimeSpan.FromSeconds(6), RetryPeriod = TimeSpan.FromMilliseconds(200) } };
        var background = 0;
        var ended = false;
        var host = ControllerHost.CreateBuilder(options)
            .Lease("test.dpu.nvidia.com")
            .AddController(made => (context = made).Controller("configmap").For<ConfigMap>().Build(async (key, cancellation) =>
            {
                if (begun.TrySetResult())
                {
                    await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    refused = await Record.ExceptionAsync(() => made.Writer<ConfigMap>().CreateAsync(Map("late"), null, CancellationToken.None));
                    cutShort.SetResult();
                    cancellation.ThrowIfCancellationRequested();
                }

                reconciled.Enqueue(key.Name);
                return ReconcileResult.Done;
            }))
            .AddBackground(async (_, cancellation) =>
            {
                Interlocked.Increment(ref background);
                await Task.Delay(Timeout.Infinite, cancellation);
            })
            .AddCleanUp(() =>
            {
                ended = true;
                return ValueTask.CompletedTask;
            })
            .Build();
        var (stop, running) = await RunAsync(host);
        await Maps.CreateAsync(Map("cut short"), null, default);
        await begun.Task.WaitAsync(Eventually.Patience);
        var events = 0;
        Server.Refuse = (method, path) =>
        {
            if (method == "POST" && path.EndsWith("/events", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref events);
            }

            return path.Contains("/leases", StringComparison.Ordinal) ? 503 : null;
        };
        await cutShort.Task.WaitAsync(Eventually.Patience);
        await Eventually.Holds(() => Logs.Lines.Any(line => line.Text.Contains("standing by", StringComparison.Ordinal)), "it stands by");
        refused.ShouldBeOfType<LeadershipLostException>();
        context!.Events.Normal(Map("new"), "Told", "what is told while the host stands by");
        await Maps.CreateAsync(Map("new"), null, default);
        await Eventually.Holds(() => context!.Informers.For<ConfigMap>().Store.Find("ns", "new") is not null, "it has seen what is new");
        host.IsLeader.ShouldBeFalse();
        (await Get(host.MetricsAddress!, "/metrics")).Text.ShouldContain("leader_election_master_status{name=\"test.dpu.nvidia.com\"} 0");
        reconciled.ShouldBeEmpty("nobody may act without the lease");
        events.ShouldBe(0, "nor tell of it");

        Server.Refuse = (_, _) => null;
        await Eventually.Holds(() => host.IsLeader, "it has its lease again");
        await Eventually.Holds(() => reconciled.Contains("cut short") && reconciled.Contains("new"), "all is done");
        await Eventually.Holds(() => Server.Requests.Any(IsNewEvent), "and told");
        ended.ShouldBeFalse();
        running.IsCompleted.ShouldBeFalse();
        background.ShouldBeGreaterThan(1, "background work has begun anew");
        await stop.CancelAsync();
        await running.WaitAsync(Eventually.Patience);
        ended.ShouldBeTrue();
    }

    [Fact]
    public async Task Told_to_end_it_finishes_what_runs_begins_nothing_and_gives_the_lease_back_last()
    {
        var begun = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        var reconciled = new ConcurrentQueue<string>();
        var host = ControllerHost.CreateBuilder(Options with { LeaderElect = true }).Lease("test.dpu.nvidia.com").AddController(context =>
            context.Controller("configmap").For<ConfigMap>().Workers(1).Build(async (key, cancellation) =>
            {
                begun.TrySetResult();
                await finish.Task;
                cancellation.IsCancellationRequested.ShouldBeFalse();
                context.Events.Normal(Map(key.Name), "Told", "the last that is told");
                reconciled.Enqueue(key.Name);
                return ReconcileResult.Done;
            })).Build();
        var (stop, running) = await RunAsync(host);
        await Maps.CreateAsync(Map("runs"), null, default);
        await begun.Task.WaitAsync(Eventually.Patience);
        await Maps.CreateAsync(Map("waits"), null, default);
        await stop.CancelAsync();
        Server.Find(LeasePath)!["spec"]!["holderIdentity"]!.GetValue<string>().ShouldNotBeEmpty();
        running.IsCompleted.ShouldBeFalse();
        finish.SetResult();
        await running.WaitAsync(Eventually.Patience);
        reconciled.ShouldBe(["runs"]);
        var requests = Server.Requests.ToList();
        requests.FindIndex(IsNewEvent).ShouldBeInRange(0, requests.FindLastIndex(request => request == $"PUT {LeasePath}"), "told while it led");
        Server.Find(LeasePath)!["spec"]!["holderIdentity"]!.GetValue<string>().ShouldBeEmpty();
    }

    [Fact]
    public async Task While_a_write_may_still_be_on_its_way_the_lease_is_not_given_back()
    {
        var go = new TaskCompletionSource();
        using var answer = new ManualResetEventSlim();
        using var sent = new SemaphoreSlim(0);
        var host = ControllerHost.CreateBuilder(Options with { LeaderElect = true, ShutdownTimeout = TimeSpan.FromMilliseconds(100) })
            .Lease("test.dpu.nvidia.com")
            .AddController(context => context.Controller("configmap").For<ConfigMap>().Workers(1).Build(async (_, cancellation) =>
            {
                await go.Task;
                await context.Writer<ConfigMap>().CreateAsync(Map("late"), null, cancellation);
                return ReconcileResult.Done;
            }))
            .Build();
        var (stop, running) = await RunAsync(host);
        await Eventually.Holds(() => host.IsLeader, "it leads");
        await Maps.CreateAsync(Map("a"), null, default);
        Server.Refuse = (method, path) =>
        {
            if (method == "POST" && path.EndsWith("configmaps", StringComparison.Ordinal))
            {
                sent.Release();
                answer.Wait();
            }

            return null;
        };
        go.SetResult();
        await sent.WaitAsync().WaitAsync(Eventually.Patience);
        await stop.CancelAsync();
        await running.WaitAsync(Eventually.Patience);
        var holder = Server.Find(LeasePath)!["spec"]!["holderIdentity"]!.GetValue<string>();
        answer.Set();
        holder.ShouldNotBeEmpty();
    }

    private static bool IsNewEvent(string request) =>
        request.StartsWith("POST ", StringComparison.Ordinal) && request.EndsWith("/events", StringComparison.Ordinal);

    private static Task<ReconcileResult> Acted(ConcurrentQueue<string> log, string what)
    {
        log.Enqueue(what);
        return Task.FromResult(ReconcileResult.Done);
    }
}

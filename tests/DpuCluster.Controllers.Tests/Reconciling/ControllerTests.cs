using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Leases;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Controllers.Tests.Hosting;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Tests.Reconciling;

public sealed class ControllerTests : HostFixture
{
    private readonly ConcurrentQueue<string> _reconciled = [];

    [Fact]
    public async Task Objects_that_are_there_come_change_and_go_are_reconciled()
    {
        await Maps.CreateAsync(Map("there"), null, default);
        await RunAsync(Host(context => context.Controller("configmap").For<ConfigMap>().Build(Note)));
        await Eventually.Holds(() => _reconciled.SequenceEqual(["ns/there"]), "what is there");
        await Maps.CreateAsync(Map("comes"), null, default);
        await Eventually.Holds(() => _reconciled.Count == 2, "what comes");
        await Maps.PatchAsync("ns", "comes", Patch.Merge(new JsonObject { ["data"] = new JsonObject { ["a"] = "b" } }), null, default);
        await Eventually.Holds(() => _reconciled.Count == 3, "what changes");
        await Maps.DeleteAsync("ns", "comes", null, default);
        await Eventually.Holds(() => _reconciled.Count == 4, "what goes");
    }

    [Fact]
    public async Task A_change_of_an_owned_object_reconciles_its_owner_and_of_a_watched_one_what_the_map_says()
    {
        await RunAsync(Host(context => context.Controller("configmap")
            .For<ConfigMap>()
            .Owns<Secret>()
            .Watches<Node>(node => [new NamespacedName("ns", $"on-{node.Metadata.Name}")])
            .Build(Note)));
        await Client.Resources<Secret>().CreateAsync(Owned("child", "v1", "ConfigMap", controller: true), null, default);
        await Client.Resources<Secret>().CreateAsync(Owned("of-another-kind", "v1", "Namespace", controller: true), null, default);
        await Client.Resources<Secret>().CreateAsync(Owned("of-another-group", "example.com/v1", "ConfigMap", controller: true), null, default);
        await Client.Resources<Secret>().CreateAsync(Owned("not-managed", "v1", "ConfigMap", controller: false), null, default);
        await Eventually.Holds(() => _reconciled.SequenceEqual(["ns/owner-of-child"]), "the owner");
        await Client.Resources<Node>().CreateAsync(new Node { Metadata = new ObjectMeta { Name = "n1" } }, null, default);
        await Eventually.Holds(() => _reconciled.SequenceEqual(["ns/owner-of-child", "ns/on-n1"]), "the map");
    }

    [Fact]
    public async Task Predicates_keep_out_what_does_not_count()
    {
        await RunAsync(Host(context => context.Controller("configmap").For<ConfigMap>(Predicates.LabelsChanged).Build(Note)));
        await Maps.CreateAsync(Map("a"), null, default);
        await Eventually.Holds(() => _reconciled.Count == 1, "added");
        await Maps.PatchAsync("ns", "a", Patch.Merge(new JsonObject { ["data"] = new JsonObject { ["a"] = "b" } }), null, default);
        await Maps.PatchAsync("ns", "a", Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["a"] = "b" } } }), null, default);
        await Maps.CreateAsync(Map("after"), null, default);
        await Eventually.Holds(() => _reconciled.Contains("ns/after"), "the last");
        _reconciled.Count(key => key == "ns/a").ShouldBe(2);
    }

    [Fact]
    public async Task No_decision_is_taken_before_the_own_write_is_seen()
    {
        var seen = new ConcurrentQueue<string?>();
        Controller? controller = null;
        var host = Host(context =>
        {
            var writer = context.Writer<ConfigMap>();
            var maps = context.Informers.For<ConfigMap>();
            return controller = context.Controller("configmap").For<ConfigMap>().Build(async (key, cancellation) =>
            {
                var map = maps.Store.Find(key)!;
                var count = map.Data!.GetValueOrDefault("count", "0");
                seen.Enqueue(count);
                if (count == "0")
                {
                    await writer.ReplaceAsync(map with { Data = new Dictionary<string, string> { ["count"] = "1" } }, null, cancellation);
                }

                return ReconcileResult.Done;
            });
        });
        await RunAsync(host);
        await Maps.CreateAsync(Map("unrelated", ("count", "7")), null, default);
        await Eventually.Holds(() => seen.Count == 1, "running");
        await Maps.CreateAsync(Map("a", ("count", "7")), null, default);
        await Eventually.Holds(() => seen.Count == 2, "known");
        await Maps.PatchAsync("ns", "a", Patch.Merge(new JsonObject { ["data"] = new JsonObject { ["count"] = "0" } }), null, default);
        await Eventually.Holds(() => seen.Count >= 3, "written to");
        await Eventually.Holds(() => seen.Last() == "1", "the own write is seen");
        seen.Clear();

        using (Server.HoldEvents())
        {
            // The store still says 1 after this write: a decision now would be on the old state.
            var writer = host.Context.Writer<ConfigMap>();
            await writer.PatchAsync("ns", "a", Patch.Merge(new JsonObject { ["data"] = new JsonObject { ["count"] = "2" } }), null, default);
            controller!.Enqueue(new NamespacedName("ns", "a"));
            controller.Enqueue(new NamespacedName("ns", "unrelated"));
            await Eventually.Holds(() => seen.Contains("7"), "others are not held up");
        }

        await Eventually.Holds(() => seen.Contains("2"), "then it is");
        seen.ShouldNotContain("1");
    }

    [Fact]
    public async Task A_failure_is_logged_once_and_tried_again_and_a_conflict_quietly()
    {
        var tries = 0;
        await RunAsync(Host(context => context.Controller("configmap").For<ConfigMap>().Build(async (key, cancellation) =>
        {
            var one = Interlocked.Increment(ref tries);
            await Task.Yield();
            return one switch
            {
                <= 3 => throw new InvalidOperationException("the widget is broken"),
                <= 5 => throw new KubernetesException(new Kubernetes.Meta.Status { Code = 409, Reason = StatusReason.Conflict, Message = "modified" }),
                _ => ReconcileResult.Done,
            };
        })));
        await Maps.CreateAsync(Map("a"), null, default);
        await Eventually.Holds(() => tries == 6, "tried until it works");
        await Eventually.Holds(() => Logs.Lines.Any(line => line.Text.Contains("works again", StringComparison.Ordinal)), "told");
        Logs.Lines.Where(line => line.Level >= LogLevel.Warning && line.Text.Contains("ns/a", StringComparison.Ordinal)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_key_that_met_a_lapse_of_the_lease_comes_again_if_the_lease_is_held_after_all()
    {
        var lapse = new Lapse();
        await Maps.CreateAsync(Map("a", ("done", "no")), null, default);
        await RunAsync(Host(context =>
        {
            var maps = context.Informers.For<ConfigMap>();
            var writer = new ObjectWriter<ConfigMap>(context.Client.Resources<ConfigMap>(), new WriteTracker(), lapse);
            return context.Controller("configmap").For<ConfigMap>().Build(async (key, cancellation) =>
            {
                if (maps.Store.Find(key) is { Data: { } data } map && data["done"] == "no")
                {
                    await writer.ReplaceAsync(map with { Data = new Dictionary<string, string> { ["done"] = "yes" } }, null, cancellation);
                }

                return ReconcileResult.Done;
            });
        }));
        await Eventually.Get(() => Maps.GetAsync("ns", "a", default), map => map.Data!["done"] == "yes", "done, though nothing has changed since");
        lapse.Asked.ShouldBeGreaterThan(1, "it was not the leader at first");
    }

    [Fact]
    public async Task A_reconciliation_that_hangs_is_cancelled_and_holds_no_worker_for_ever()
    {
        await RunAsync(Host(context => context.Controller("configmap").For<ConfigMap>().Workers(1).Timeout(TimeSpan.FromMilliseconds(200)).Build(async (key, cancellation) =>
        {
            if (key.Name == "hangs")
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return await Note(key, cancellation);
        })));
        await Maps.CreateAsync(Map("hangs"), null, default);
        await Maps.CreateAsync(Map("well"), null, default);
        await Eventually.Holds(() => _reconciled.Contains("ns/well"), "the other one");
        await Eventually.Holds(() => Logs.Lines.Any(line => line.Text.Contains("took longer", StringComparison.Ordinal)), "told");
    }

    [Fact]
    public async Task Again_in_a_while_is_again_in_a_while()
    {
        await RunAsync(Host(context => context.Controller("configmap").For<ConfigMap>().Build((key, _) =>
        {
            _reconciled.Enqueue(key.ToString());
            return Task.FromResult(ReconcileResult.After(TimeSpan.FromMilliseconds(20)));
        })));
        await Maps.CreateAsync(Map("a"), null, default);
        await Eventually.Holds(() => _reconciled.Count > 5, "again and again");
    }

    private static Secret Owned(string name, string apiVersion, string kind, bool controller) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "ns",
            Name = name,
            OwnerReferences = [new OwnerReference { ApiVersion = apiVersion, Kind = kind, Name = $"owner-of-{name}", Uid = "u", Controller = controller }],
        },
    };

    private ControllerHost Host(Func<ControllerContext, Controller> make) => ControllerHost.CreateBuilder(Options).AddController(make).Build();

    private Task<ReconcileResult> Note(NamespacedName key, CancellationToken cancellation)
    {
        _reconciled.Enqueue(key.ToString());
        return Task.FromResult(ReconcileResult.Done);
    }

    /// <summary>A lease whose renewal was late: the first who asks is told no, everybody later yes.</summary>
    private sealed class Lapse : ILeadership
    {
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public bool IsLeader => Interlocked.Increment(ref _asked) > 1;

        public Task<TimeSpan> WaitToLeadAsync(CancellationToken cancellation) => throw new NotSupportedException("nobody waits");
    }
}

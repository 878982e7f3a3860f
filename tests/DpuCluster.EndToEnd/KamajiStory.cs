using System.Globalization;
using System.Text.RegularExpressions;
using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>
/// Everything that may happen to Kamaji clusters, in a namespace of its own: creation, drift, conflict, no matching node, upgrade and refusal,
/// a control plane that never becomes ready, deletion in every state.
/// </summary>
/// <param name="site">The environment.</param>
/// <param name="seed">Fixes the order of events, which children are hit, which events are disturbed and how long after they began; 0 to 250.</param>
/// <param name="disturb">Happens in the midst of every third event or so, before what should come of it is waited for.</param>
internal sealed partial class KamajiStory(Site site, int seed, Func<Task> disturb)
{
    private const string Unpublished = "v1.30.99";

    private static readonly string[] Edits =
    [
        """{"spec":{"selector":{"kamaji.clastix.io/name":"other"}}}""",
        """{"spec":{"controlPlane":{"deployment":{"replicas":1}}}}""",
        """{"data":{"keepalived.conf":"edited"}}""",
        """{"spec":{"template":{"spec":{"hostNetwork":false}}}}""",
    ];

    private static readonly string[] Survivors = ["first", "second", "lonely", "plain"];

    private readonly Random _random = new(seed);
    private readonly string _ns = string.Create(CultureInfo.InvariantCulture, $"story-{seed:000}");
    private readonly string _network = string.Create(CultureInfo.InvariantCulture, $"10.67.{seed}.");

    private Kubectl Kubectl => site.Kubectl;

    private string Label => $"example.test/{_ns}";

    // Every story has an interface of its own, so that router ids of one do not meet those of another.
    private VirtualIp First => new($"{_network}1", 1) { Interface = _ns };

    /// <summary>Lives the story, up to its end state.</summary>
    /// <returns>That state, in words that are the same for every seed.</returns>
    public async Task<string> Live()
    {
        (await Kubectl.Run($"create namespace {_ns}")).ShouldSucceed();
        await Happens(() => Cluster("first").Apply(First));
        await Cluster("first").IsReady();
        await Cluster("first").Says("KeepalivedReady", "True", "Deployed");

        Func<Task>[] chapters = [Drift, Conflict, NoMatchingNode, Upgrade, NeverReady, Brief, Plain];
        _random.Shuffle(chapters);
        foreach (var chapter in chapters)
        {
            await chapter();
        }

        return await EndState();
    }

    /// <summary>Waits until what lives on is as it is in another story.</summary>
    public Task EndsAs(string expected) => Becomes(EndState, expected, "the end is that of the other story");

    private async Task<string> EndState()
    {
        var states = await Task.WhenAll(Survivors.Select(State));
        return string.Join('\n', states);
    }

    /// <summary>Deletes what lives on, all at once, and waits until nothing is left in the namespace.</summary>
    public async Task End()
    {
        await Happens(async () => (await Kubectl.Run($"-n {_ns} delete dpuclusters --all --wait=false")).ShouldSucceed());
        (await Kubectl.Run($"-n {_ns} wait dpuclusters --all --for=delete --timeout=55s")).ShouldSucceed();
        await Becomes(
            async () => (await Kubectl.Run($"-n {_ns} get {KamajiCluster.Kinds} -o name")).ShouldSucceed().Output.Trim(),
            "configmap/kube-root-ca.crt",
            $"in the namespace of story {seed} there is only what every namespace has");
        (await Kubectl.Run($"label node control-plane-2 {Label}-")).ShouldSucceed();
    }

    private async Task Drift()
    {
        var cluster = Cluster("first");
        var before = await cluster.Snapshot();
        var (deleted, edited) = (Enumerable.Range(0, 4).ToArray(), Enumerable.Range(0, 4).ToArray());
        _random.Shuffle(deleted);
        _random.Shuffle(edited);
        foreach (var (one, other) in deleted.Zip(edited).Take(2))
        {
            await Happens(async () =>
            {
                if (one != other)
                {
                    (await Kubectl.RunWith(["patch", .. cluster.Children[other].Split(' '), "--type=merge", "-p", Edits[other]])).ShouldSucceed();
                }

                (await Kubectl.Run($"delete {cluster.Children[one]} --wait=false")).ShouldSucceed();
            });
            await Becomes(() => cluster.Snapshot(), before, $"{cluster.Children[one]} is back, and {cluster.Children[other]} as it was");
        }

        await cluster.IsReady();
    }

    private async Task Conflict()
    {
        var cluster = Cluster("second");
        await Happens(() => cluster.Apply(First));
        (await cluster.Says("Created", "False", "EndpointConflict")).ShouldContain($"{_ns}/first");
        await Happens(() => cluster.Apply(First with { Vip = $"{_network}2", Router = 2 }));
        await cluster.IsReady();
    }

    private async Task NoMatchingNode()
    {
        var cluster = Cluster("lonely");
        await Happens(() => cluster.Apply(First with { Vip = $"{_network}3", Router = 3, Nodes = (Label, "here") }));
        await cluster.Says("KeepalivedReady", "False", "NoMatchingNodes");
        await Happens(async () => (await Kubectl.Run($"label node control-plane-2 {Label}=here")).ShouldSucceed());
        await cluster.IsReady();
    }

    private async Task Upgrade()
    {
        var cluster = Cluster("first");
        await Happens(() => cluster.Apply(First, "v1.31.0"));
        await cluster.Runs("v1.31.0");
        await Happens(() => cluster.Apply(First, "v1.30.2"));
        await cluster.Says("Upgraded", "False", "UnsupportedVersionChange");
        await Happens(() => cluster.Apply(First, "v1.31.0"));
        await cluster.Says("Upgraded", "True", "Upgraded");
    }

    private async Task NeverReady()
    {
        var cluster = Cluster("stuck");
        await Happens(() => cluster.Apply(First with { Vip = $"{_network}4", Router = 4 }, Unpublished));
        await cluster.Says("Created", "False", "WaitingForKamaji");
        await Happens(async () => (await Kubectl.Run($"delete {cluster.This} --wait=false")).ShouldSucceed());
        await IsGone(cluster);
    }

    private async Task Brief()
    {
        var cluster = Cluster("brief");
        await Happens(() => cluster.Apply(First with { Vip = $"{_network}5", Router = 5 }));
        await Happens(async () => (await Kubectl.Run($"delete {cluster.This} --wait=false")).ShouldSucceed());
        await IsGone(cluster);
    }

    private async Task Plain()
    {
        await Happens(() => Cluster("plain").Apply(endpoint: null));
        await Cluster("plain").IsReady();
    }

    private async Task Happens(Func<Task> happening)
    {
        await happening();

        if (_random.Next(3) == 0)
        {
            // Nothing is waited for here: what comes of the happening is to be disturbed at some moment, and the seed says at which.
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(400)));
            await disturb();
        }
    }

    private async Task IsGone(KamajiCluster cluster)
    {
        (await Kubectl.Run($"wait {cluster.This} --for=delete --timeout=55s")).ShouldSucceed();
        await cluster.NothingIsLeft();
    }

    /// <summary>Asks until the answer is the one expected, and not too often: ten stories and the manager share the machine.</summary>
    private static async Task Becomes(Func<Task<string>> ask, string expected, string what)
    {
        var last = "";
        try
        {
            await Eventually.Get(
                async () =>
                {
                    last = await ask();
                    await Task.Delay(TimeSpan.FromMilliseconds(last == expected ? 0 : 200));
                    return last;
                },
                answer => answer == expected,
                what);
        }
        catch (TimeoutException)
        {
            last.ShouldBe(expected, what);
        }
    }

    private async Task<string> State(string name)
    {
        var cluster = Cluster(name);
        var port = await Kubectl.Value(cluster.Service, "{.spec.ports[0].nodePort}");
        var state = Snapshot.OfCluster(await Kubectl.Object(cluster.This)) + await cluster.Snapshot(keepalived: name != "plain");
        return Fingerprints().Replace(state, "$1 (any)")
            .Replace(_ns, "NAMESPACE", StringComparison.Ordinal)
            .Replace(_network, "NETWORK.", StringComparison.Ordinal)
            .Replace(port, "PORT", StringComparison.Ordinal);
    }

    // Made of all the rest, names and identities included.
    [GeneratedRegex("(\"dpu.nvidia.com/(?:applied|keepalived)-configuration\":) \"[0-9a-f]{16}\"")]
    private static partial Regex Fingerprints();

    private KamajiCluster Cluster(string name) => new(Kubectl, site.Executable, name, _ns);
}

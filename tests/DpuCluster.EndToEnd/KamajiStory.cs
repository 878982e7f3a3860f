using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>
/// Everything that may happen to Kamaji clusters, in a namespace of its own: creation, drift, conflict, no matching node, upgrade and refusal,
/// a control plane that never becomes ready, deletion in every state.
/// </summary>
/// <param name="site">The environment.</param>
/// <param name="seed">Fixes the order of events, which children are hit, which events are disturbed and how long after they began; 0 to 250.</param>
/// <param name="disturb">Happens in the midst of every third event or so, before what should come of it is waited for.</param>
internal sealed class KamajiStory(Site site, int seed, Func<Task> disturb)
{
    private const string Unpublished = "v1.30.99";

    /// <summary>With the manager killed every few seconds, and on a machine that has other things to do as well.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Random _random = new(seed);
    private readonly string _ns = string.Create(CultureInfo.InvariantCulture, $"story-{seed:000}");
    private readonly string _network = string.Create(CultureInfo.InvariantCulture, $"10.67.{seed}.");

    /// <summary>How many events were disturbed: the same number whenever this story is lived.</summary>
    public int Disturbances { get; private set; }

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
        await IsReady("first");

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

    /// <summary>Deletes what lives on, all at once, and waits until nothing is left in the namespace.</summary>
    public async Task End()
    {
        await Happens(async () => (await Kubectl.Run($"-n {_ns} delete dpuclusters --all --wait=false")).ShouldSucceed());
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
                    (await Kubectl.RunWith(["patch", .. cluster.Children[other].Split(' '), "--type=merge", "-p", KamajiCluster.Edits[other]])).ShouldSucceed();
                }

                (await Kubectl.Run($"delete {cluster.Children[one]} --wait=false")).ShouldSucceed();
            });
            await Becomes(cluster.Snapshot, before, $"{cluster.Children[one]} is back, and {cluster.Children[other]} as it was");
        }

        await IsReady("first");
    }

    private async Task Conflict()
    {
        var cluster = Cluster("second");
        await Happens(() => cluster.Apply(First));
        await Says(cluster, "Created", "EndpointConflict");
        await Happens(() => cluster.Apply(First with { Vip = $"{_network}2", Router = 2 }));
        await IsReady("second");
    }

    private async Task NoMatchingNode()
    {
        var cluster = Cluster("lonely");
        await Happens(() => cluster.Apply(First with { Vip = $"{_network}3", Router = 3, Nodes = (Label, "here") }));
        await Says(cluster, "KeepalivedReady", "NoMatchingNodes");
        await Happens(async () => (await Kubectl.Run($"label node control-plane-2 {Label}=here")).ShouldSucceed());
        await IsReady("lonely");
    }

    private async Task Upgrade()
    {
        var cluster = Cluster("first");
        await Happens(() => cluster.Apply(First, "v1.31.0"));
        await Kubectl.HasValue(cluster.Tenant, "{.status.kubernetesResources.version.version}", "v1.31.0", Patience);
        await Happens(() => cluster.Apply(First, "v1.30.2"));
        await Says(cluster, "Upgraded", "UnsupportedVersionChange");
        await Happens(() => cluster.Apply(First, "v1.31.0"));
        await Says(cluster, "Upgraded", "Upgraded");
    }

    private async Task NeverReady()
    {
        var cluster = Cluster("stuck");
        await Happens(() => cluster.Apply(First with { Vip = $"{_network}4", Router = 4 }, Unpublished));

        // Not until the manager says so: that it waits is written only when it has waited for some time, and it may not live that long here.
        await Kubectl.HasValue(cluster.Tenant, "{.status.kubernetesResources.version.status}", "Provisioning", Patience);
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
        await IsReady("plain");
    }

    private async Task Happens(Func<Task> happening)
    {
        await happening();

        if (_random.Next(3) == 0)
        {
            // Nothing is waited for here: what comes of the happening is to be disturbed at some moment, and the seed says at which.
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(400)));
            Disturbances++;
            await disturb();
        }
    }

    private Task IsReady(string name) => Kubectl.HasValue(Cluster(name).This, "{.status.phase}", "Ready", Patience);

    private Task Says(KamajiCluster cluster, string condition, string reason) =>
        Kubectl.HasValue(cluster.This, $"{{.status.conditions[?(@.type=='{condition}')].reason}}", reason, Patience);

    private async Task IsGone(KamajiCluster cluster) => await Becomes(
        async () => string.Join(' ', (await Kubectl.Run($"-n {_ns} get {KamajiCluster.Kinds} -o name")).ShouldSucceed().Output.Split('\n').Where(cluster.Owns)),
        "",
        $"nothing of {cluster.Name} is left");

    /// <summary>Asks until the answer is the one expected, less and less often: ten stories and the manager share the machine.</summary>
    private static async Task Becomes(Func<Task<string>> ask, string expected, string what)
    {
        var (last, pause) = ("", TimeSpan.FromMilliseconds(100));
        try
        {
            await Eventually.Get(
                async () =>
                {
                    last = await ask();
                    if (last != expected)
                    {
                        await Task.Delay(pause);
                        pause = TimeSpan.FromMilliseconds(Math.Min(1500, pause.TotalMilliseconds * 1.5));
                    }

                    return last;
                },
                answer => answer == expected,
                what,
                Patience);
        }
        catch (TimeoutException exception)
        {
            last.ShouldBe(expected, $"{what}; {exception.Message[..Math.Min(exception.Message.Length, 400)]}");
        }
    }

    /// <summary>All that there is for the clusters that live on, without what differs from one time to the next.</summary>
    private async Task<string> EndState()
    {
        var all = (await Kubectl.Object($"-n {_ns} dpuclusters,tenantcontrolplanes,services,configmaps,daemonsets"))["items"]!.AsArray()
            .Select(one => one!.AsObject()).Where(one => Name(one) != "kube-root-ca.crt").ToList();
        var ports = all.Where(one => (string?)one["kind"] == "Service").Select(service => service["spec"]!["ports"]![0]!["nodePort"]!.ToString()).ToList();
        var state = new StringBuilder();
        foreach (var one in all.OrderBy(one => $"{Name(one)} {one["kind"]}", StringComparer.Ordinal))
        {
            state.Append(one["kind"]).Append(' ').AppendLine(Name(one))
                .AppendLine((string?)one["kind"] == "DPUCluster" ? Snapshot.OfCluster(one) : Snapshot.OfChild(one));
        }

        ports.ForEach(port => state.Replace(port, "PORT"));
        return Snapshot.WithoutFingerprints(state.ToString())
            .Replace(_ns, "NAMESPACE", StringComparison.Ordinal)
            .Replace(_network, "NETWORK.", StringComparison.Ordinal);
    }

    private static string Name(JsonObject one) => (string)one["metadata"]!["name"]!;

    private KamajiCluster Cluster(string name) => new(Kubectl, site.Executable, name, _ns);
}

using System.Diagnostics;
using System.Globalization;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using Xunit.Abstractions;

namespace DpuCluster.EndToEnd.Chaos;

/// <summary>
/// The whole system while everything breaks. <c>DPUCLUSTER_CHAOS_SECONDS</c> asks for the long form, with 50 static and 20 Kamaji DPUClusters,
/// in which all must be well again within a minute; <c>DPUCLUSTER_CHAOS_SEED</c> for another course of events.
/// </summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private static readonly TimeSpan WithinAMinute = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(12);

    [ToolFact("kubectl")]
    public async Task When_chaos_ends_all_is_well_again_nothing_is_left_over_and_nobody_ever_wrote_what_is_not_theirs()
    {
        var options = ChaosOptions.FromEnvironment();
        Tell($"{options}");
        await using var site = await ChaosSite.StartAsync(options.Tenants);
        var inventory = await site.InventoryAsync();
        await using var history = await ServerHistory.StartAsync(site.Host);
        var statics = Enumerable.Range(0, options.StaticClusters).Select(i => $"static-{i:00}").ToList();
        var kamajis = Enumerable.Range(0, options.KamajiClusters).Select(i => $"kamaji-{i:00}").ToList();
        var expectations = new Expectations(site, statics, kamajis);
        await CreateAsync(site, statics, kamajis);
        await IsWellAsync(site, expectations, null);
        var children = await expectations.ChildrenAsync();

        var turmoil = new Turmoil(site, options.Seed, statics, kamajis);
        await turmoil.RageAsync(options.Time);
        Tell($"{turmoil}");
        var ended = Stopwatch.GetTimestamp();
        await IsWellAsync(site, expectations, children);
        var took = Stopwatch.GetElapsedTime(ended);
        Tell($"all is well {took.TotalSeconds:0.0} s after the last trouble; lives: {string.Join(", ", site.Replicas.Select(replica => $"{replica.Name} {replica.Lives}"))}");

        await StaysWellAsync(site, expectations, children);
        var deletion = Stopwatch.GetTimestamp();
        await NothingIsLeftAsync(site, statics, kamajis, inventory);
        Tell($"nothing is left {Stopwatch.GetElapsedTime(deletion).TotalSeconds:0.0} s after deletion");

        var end = long.Parse((await site.Host.Resources<DPUCluster>().ListAsync(ChaosSite.Namespace, null, default)).ResourceVersion!, CultureInfo.InvariantCulture);
        await Eventually.Get(() => history.HasReached(end), reached => reached, "the history is complete", ChaosSite.Patience);
        var rules = new WriteRules(history.Versions, site.Written);
        Tell($"{history.Versions.Count} states on the server, {site.Written.Count} answers to replicas, {site.Written.Count(one => one is { Version: not null, MayHaveMade: false })} of which changed nothing, {rules.Judged} changes judged");
        rules.Untold(history.Began, end).ShouldBeEmpty("a change that was answered was never told to whoever watches");
        rules.Violations().ShouldBeEmpty(rules.Course());
        rules.Judged.ShouldBeGreaterThan(statics.Count + kamajis.Count);
        foreach (var replica in site.Replicas)
        {
            (await replica.StopAsync()).ShouldBe(0, replica.Said);
        }

        if (options.IsLong)
        {
            took.ShouldBeLessThan(WithinAMinute);
        }
    }

    private static async Task CreateAsync(ChaosSite site, List<string> statics, List<string> kamajis)
    {
        foreach (var (index, name) in statics.Index())
        {
            await site.PutSecretAsync(name, await File.ReadAllBytesAsync(site.Tenants[index % site.Tenants.Count].KubeconfigFile));
            await site.CreateStaticAsync(name);
        }

        foreach (var (index, name) in kamajis.Index())
        {
            await site.Kamaji(name).Apply(VirtualIp.Numbered(index + 1));
        }
    }

    /// <summary>Waits until every DPUCluster, and everything that belongs to it, is as the specification says.</summary>
    private static async Task IsWellAsync(ChaosSite site, Expectations expectations, IReadOnlyDictionary<string, string>? children)
    {
        await Eventually.Get(async () => new Report(await expectations.ComplaintsAsync(), site), report => report.Complaints.Count == 0, "all is well", ChaosSite.Patience);
        if (children is null)
        {
            return;
        }

        // What differs is told of one at a time, as it is long.
        foreach (var (name, before) in children)
        {
            try
            {
                await Eventually.Get(async () => (await expectations.ChildrenAsync())[name], now => now == before, $"the children of {name} are as they were", ChaosSite.Patience);
            }
            catch (TimeoutException)
            {
                (await expectations.ChildrenAsync())[name].ShouldBe(before);
            }
        }
    }

    /// <summary>
    /// Waits until all is well and nobody has anything to write any more. The first time it may be well because nobody has looked since
    /// the last trouble: whose connection is dead without having been closed notices that only when a ping is not answered.
    /// </summary>
    private static async Task StaysWellAsync(ChaosSite site, Expectations expectations, IReadOnlyDictionary<string, string> children)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            await Eventually.Holds(() => Stopwatch.GetElapsedTime(site.LastWritten) > Quiet, $"nobody writes anything for {Quiet.TotalSeconds:0} s", ChaosSite.Patience);
            var complaints = await expectations.ComplaintsAsync();
            if (complaints.Count == 0)
            {
                return;
            }

            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(ChaosSite.Patience, string.Join('\n', complaints));
            await IsWellAsync(site, expectations, children);
        }
    }

    private static async Task NothingIsLeftAsync(ChaosSite site, List<string> statics, List<string> kamajis, string inventory)
    {
        foreach (var name in statics.Concat(kamajis))
        {
            await site.DeleteAsync<DPUCluster>(name);
        }

        await Eventually.Get(
            async () => (await site.Host.Resources<DPUCluster>().ListAsync(ChaosSite.Namespace, null, default)).Items.Select(cluster => cluster.Metadata.Name).ToList(),
            left => left.Count == 0,
            "the clusters are gone",
            ChaosSite.Patience);

        // A Secret that a user supplied is never touched.
        foreach (var name in statics)
        {
            (await site.Host.Resources<Secret>().GetAsync(ChaosSite.Namespace, name, default)).Data!.Keys.ShouldBe(["admin.conf"]);
            await site.DeleteAsync<Secret>(name);
        }

        await Eventually.Get(site.InventoryAsync, left => left == inventory, $"there is what there was: {inventory}", ChaosSite.Patience);
        await Eventually.Get(() => Task.FromResult(string.Join(' ', site.TenantDirectories())), left => left.Length == 0, "no data of a tenant is left", ChaosSite.Patience);
    }

    private void Tell(FormattableString line)
    {
        var text = line.ToString(CultureInfo.InvariantCulture);
        output.WriteLine(text);
    }

    /// <summary>What is wrong, in a few words; and, for whoever reads of a failure, what the replicas have said last.</summary>
    private sealed record Report(IReadOnlyList<string> Complaints, ChaosSite Site)
    {
        public override string ToString() =>
            $"{Complaints.Count} complaints: {string.Join("\n  ", Complaints.Take(10))}\n{string.Join('\n', Site.Replicas.Select(replica => $"{replica.Name}: {Last(replica.Said)}"))}";

        private static string Last(string said) => said.Length > 2000 ? said[^2000..] : said;
    }
}

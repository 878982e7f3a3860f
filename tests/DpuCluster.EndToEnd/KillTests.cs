using System.Diagnostics;
using System.Globalization;
using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>
/// A control plane with a data directory, killed again and again in the middle of load: what its clients were told is what is there.
/// </summary>
public sealed class KillTests
{
    private const int Clients = 4;

    // As many kills as there is time for. A start costs half a second of processor time, and the load as much again: two cores with nothing else
    // to do manage more than a hundred in all, four cores the 300. A machine that is busy takes longer for the fewest, which is no failure.
    private const int Fewest = 20;
    private const int Most = 150;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(65);

    /// <summary>For a single start, or a single answer: it is no failure to be slow.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>How often each of the two control planes is killed at least, by the environment variable, for a night.</summary>
    private static readonly int? Wanted =
        int.TryParse(Environment.GetEnvironmentVariable("DPUCLUSTER_TEST_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills / 2 : null;

    [Fact]
    public Task What_clients_were_told_survives_being_killed_again_and_again() =>
        Task.WhenAll(KillAgainAndAgain("one", seed: 1), KillAgainAndAgain("two", seed: 2));

    private static async Task KillAgainAndAgain(string name, int seed)
    {
        using var executable = new Executable();
        var random = new Random(seed);
        var kubeconfig = executable.File("killed.conf");
        var clients = Enumerable.Range(0, Clients).Select(i => new LoadClient($"client-{i}", seed * 100 + i)).ToList();
        string? credentials = null;
        var started = Stopwatch.GetTimestamp();
        for (var kill = 0; ; kill++)
        {
            await using var process = executable.Start("standalone", "tenant", name, "--data-dir", executable.File("data"), "--write-kubeconfig", kubeconfig);
            await process.HasSaid("To adopt it", Patience);
            process.Said.ShouldNotContain("corrupt");

            // Of the very first start: address, authority and credentials stay good.
            using var server = new LoadTarget(credentials ??= await File.ReadAllTextAsync(kubeconfig));
            var there = await server.ListAsync();
            foreach (var client in clients) client.Compare(there, $"{name} after kill {kill}: {process.Said}");
            if (kill >= (Wanted ?? Fewest) && (Wanted is not null || kill == Most || Stopwatch.GetElapsedTime(started) > Enough)) break;

            // Some are killed in their first write, some in a compaction or between two writes of one batch.
            using var ending = new CancellationTokenSource();
            var load = clients.Select(client => client.RunAsync(server, ending.Token)).ToList();
            var writes = clients.Sum(client => client.Acknowledged) + random.Next(1, 120);
            await Eventually.Holds(() => clients.Sum(client => client.Acknowledged) >= writes || load.Any(one => one.IsFaulted), "there is load", Patience);
            await process.KillAsync();
            await ending.CancelAsync();
            await Task.WhenAll(load);
        }

        clients.Sum(client => client.Acknowledged).ShouldBeGreaterThan(Wanted ?? Fewest);
    }
}

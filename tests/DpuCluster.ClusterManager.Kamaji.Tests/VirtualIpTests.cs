using DpuCluster.Testing;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

/// <summary>The real keepalived, with the configuration that the manager renders.</summary>
public sealed class VirtualIpTests
{
    /// <summary>How long nobody may have the address when it changes hands.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromSeconds(5);

    /// <summary>How long two may have it: VRRP's interval of half a second, and as much again for looking on a loaded machine.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(1);

    [NamespaceFact]
    public Task The_IPv4_address_moves_when_its_API_server_stops_and_stays_when_hosts_come_and_go() =>
        MovesAndStays("10.66.66.66", number => $"10.66.66.{number}");

    [NamespaceFact]
    public Task The_IPv6_address_moves_when_its_API_server_stops_and_stays_when_hosts_come_and_go() =>
        MovesAndStays("2001:db8:66::66", number => $"2001:db8:66::{number}");

    private static async Task MovesAndStays(string vip, Func<int, string> addressOf)
    {
        await using var hosts = new VirtualIpHosts(vip, addressOf);
        await hosts.StartAsync(3);
        var first = await hosts.HolderAsync();
        await Eventually.Holds(() => hosts.Hosts.All(host => host.IsHealthy), "every host is healthy");
        hosts.Watch.Reset();

        // The API server stops where the address is: another host takes it.
        first.StopListener();
        await Eventually.Holds(() => hosts.Watch.Holders is [var holder] && holder != first.Name, "another host has the address", Gap);

        // It comes back: the address stays.
        var second = await hosts.HolderAsync();
        first.StartListener();
        await Eventually.Holds(() => first.IsHealthy && first.Said.Split("Entering BACKUP STATE").Length > 2, "the first host is a backup again");
        hosts.Watch.Holders.ShouldBe([second.Name]);

        // A backup restarts: the address stays.
        await first.StopKeepalivedAsync();
        first.StartKeepalived();
        await Eventually.Holds(() => first.Said.Contains("Entering BACKUP STATE", StringComparison.Ordinal), "the first host is a backup again");
        hosts.Watch.Holders.ShouldBe([second.Name]);

        // The master restarts: the address moves, and stays there.
        await second.StopKeepalivedAsync();
        await Eventually.Holds(() => hosts.Watch.Holders is [var holder] && holder != second.Name, "another host has the address", Gap);
        var third = await hosts.HolderAsync();
        second.StartKeepalived();
        await Eventually.Holds(() => second.Said.Contains("Entering BACKUP STATE", StringComparison.Ordinal), "the second host is a backup again");
        hosts.Watch.Holders.ShouldBe([third.Name]);

        // A host is added: the address stays.
        var added = await hosts.AddHostAsync();
        await Eventually.Holds(() => added.Said.Contains("Entering BACKUP STATE", StringComparison.Ordinal) && added.IsHealthy, "the added host is a backup");
        hosts.Watch.Holders.ShouldBe([third.Name]);

        hosts.Hosts.ShouldAllBe(host => !host.Said.Contains(": Line ", StringComparison.Ordinal), "keepalived has nothing to say about its configuration");
        hosts.Watch.LongestNone.ShouldBeInRange(TimeSpan.FromMilliseconds(1), Gap);
        hosts.Watch.LongestSeveral.ShouldBeLessThan(Overlap);
    }
}

/// <summary>A test that needs keepalived and network namespaces; skipped with a message without, unless tools are required.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NamespaceFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Obstacle = new(VirtualIpHosts.Obstacle);

    public NamespaceFactAttribute() => Skip = Tools.Required ? null : Obstacle.Value;
}

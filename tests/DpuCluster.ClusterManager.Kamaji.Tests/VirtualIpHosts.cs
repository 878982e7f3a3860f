using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DpuCluster.ClusterManager.Kamaji.Children;
using DpuCluster.ClusterManager.Kamaji.Keepalived;
using DpuCluster.Testing;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

/// <summary>
/// Hosts in network namespaces of their own, on one bridge; each with a listener in the place of the API server, the health check as
/// it runs in the pod, and Debian's keepalived with the configuration that the manager renders. Takes everything away at the end.
/// </summary>
internal sealed class VirtualIpHosts(string vip, Func<int, string> addressOf) : IAsyncDisposable
{
    public const int Port = 30001;
    public const string Interface = "br-dpu";

    private readonly string _prefix = $"dpuka{Environment.ProcessId}x{Guid.NewGuid().ToString("N")[..4]}";
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("dpucluster-keepalived-");
    private readonly List<Host> _hosts = [];
    private readonly List<string> _namespaces = [];
    private VipWatch? _watch;

    public IReadOnlyList<Host> Hosts => _hosts;

    public VipWatch Watch => _watch!;

    private string Switch => $"{_prefix}-sw";

    /// <summary>Why this machine cannot run such hosts; <see langword="null"/> where it can.</summary>
    public static string? Obstacle()
    {
        if (Tools.Find("keepalived") is null || Tools.Find("ip") is null || Tools.Find("setpriv") is null)
        {
            return "keepalived, ip or setpriv not on the PATH";
        }

        var name = $"dpuka{Environment.ProcessId}probe";
        using var probe = Process.Start(new ProcessStartInfo("ip", ["netns", "add", name]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        if (probe.ExitCode != 0)
        {
            return "network namespaces are not permitted";
        }

        using var removal = Process.Start("ip", ["netns", "del", name]);
        removal.WaitForExit();
        return null;
    }

    public async Task StartAsync(int hosts)
    {
        await Ip("netns", "add", Switch);
        _namespaces.Add(Switch);
        await Ip("-n", Switch, "link", "add", "br0", "type", "bridge");
        await Ip("-n", Switch, "link", "set", "br0", "up");
        for (var i = 0; i < hosts; i++)
        {
            await AddHostAsync();
        }

        _watch = new VipWatch(IPAddress.Parse(vip), Names);
    }

    /// <summary>The host that has the address.</summary>
    public async Task<Host> HolderAsync()
    {
        try
        {
            await Eventually.Holds(() => Watch.Holders.Count == 1, $"one host has {vip}");
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message}\n{string.Join("\n", _hosts.Select(host => $"{host.Name}: {host.Said}"))}", exception);
        }

        return _hosts.Single(host => host.Name == Watch.Holders[0]);
    }

    private IReadOnlyList<string> Names()
    {
        lock (_hosts)
        {
            return [.. _hosts.Select(host => host.Name)];
        }
    }

    public async Task<Host> AddHostAsync()
    {
        var number = _hosts.Count + 1;
        var ns = $"{_prefix}-h{number}";
        await Ip("netns", "add", ns);
        _namespaces.Add(ns);
        await Ip("-n", ns, "link", "add", Interface, "type", "veth", "peer", "name", $"p{number}", "netns", Switch);
        await Ip("-n", Switch, "link", "set", $"p{number}", "master", "br0", "up");
        var address = addressOf(number);
        var v6 = address.Contains(':', StringComparison.Ordinal);

        // Without waiting for duplicate address detection, which a test need not sit through.
        string[] flags = v6 ? ["nodad"] : [];
        await Ip(["-n", ns, "addr", "add", $"{address}/{(v6 ? 64 : 24)}", "dev", Interface, .. flags]);
        await Ip("-n", ns, "link", "set", "lo", "up");
        await Ip("-n", ns, "link", "set", Interface, "up");
        var host = new Host(ns, IPAddress.Parse(address), _home.CreateSubdirectory($"h{number}"));
        await host.StartAsync(vip);
        lock (_hosts)
        {
            _hosts.Add(host);
        }

        return host;
    }

    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }

        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        foreach (var ns in _namespaces)
        {
            await ProcessRunner.RunAsync("ip", ["netns", "del", ns]);
        }

        _home.Delete(recursive: true);
    }

    private static async Task Ip(params string[] arguments) => (await ProcessRunner.RunAsync("ip", arguments)).ShouldSucceed();
}

/// <summary>One host.</summary>
internal sealed class Host(string ns, IPAddress address, DirectoryInfo home) : IAsyncDisposable
{
    private RunningProcess? _keepalived;
    private Socket? _listener;
    private RunningProcess? _check;

    public string Name => ns;

    public string Said => _keepalived?.Said ?? "";

    public async Task StartAsync(string vip)
    {
        await File.WriteAllTextAsync(Path.Combine(home.FullName, KeepalivedConfig.FileName), KeepalivedConfig.Render(Clusters.Settings(vip, VirtualIpHosts.Interface), home.FullName));
        StartListener();
        StartCheck();
        StartKeepalived();
    }

    /// <summary>keepalived with the capabilities that the pod gives it, and no others.</summary>
    public void StartKeepalived()
    {
        var capabilities = string.Join(",", KeepalivedChildren.Capabilities.Select(name => "+" + name.ToLowerInvariant()));
        _keepalived = InNamespace(
            ["setpriv", "--bounding-set", $"-all,{capabilities}", "keepalived", .. KeepalivedChildren.Arguments(home.FullName, home.FullName)]);
    }

    public async Task StopKeepalivedAsync()
    {
        await _keepalived!.TerminateAsync();
        await _keepalived.DisposeAsync();
        _keepalived = null;
    }

    public void StartListener() => _listener = NetworkNamespace.Run(ns, () =>
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, VirtualIpHosts.Port));
        socket.Listen();
        return socket;
    });

    public void StopListener()
    {
        _listener!.Dispose();
        _listener = null;
    }

    /// <summary>Whether the health check has found the listener.</summary>
    public bool IsHealthy => File.ReadAllText(Path.Combine(home.FullName, "api-server")).Trim() == "0";

    public async ValueTask DisposeAsync()
    {
        _listener?.Dispose();
        foreach (var process in new[] { _keepalived, _check })
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }
    }

    private void StartCheck() => _check = InNamespace(
    [
        "dotnet", Path.Combine(AppContext.BaseDirectory, "dpucluster.dll"), "keepalived-check",
        "--address", address.ToString(), "--port", VirtualIpHosts.Port.ToString(CultureInfo.InvariantCulture), "--directory", home.FullName,
    ]);

    private RunningProcess InNamespace(string[] command) => new("ip", ["netns", "exec", ns, .. command]);
}

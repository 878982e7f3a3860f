using System.Diagnostics;
using DpuCluster.Bench.Measure;
using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Bench.Scenarios;

/// <summary>What a site gets that installs it: how large it is, how fast each process starts, and how much memory each takes.</summary>
internal sealed class InstallScenario(ScenarioOptions options, Action<string> tell)
{
    public const string Operator = "operator";

    private const string SizePart = "size";
    private const string StartPart = "start";
    private const string MemoryPart = "memory";
    private const string BringUpPart = "bring-up";

    /// <summary>The smaller of the sizes with clusters.</summary>
    private const int Some = 100;

    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);
    private static readonly string[] Processes = [Operator, Controllers.ProvisioningController, Controllers.KamajiManager, Controllers.StaticManager];

    private readonly List<Figure> _figures = [];

    public static Scenario Scenario { get; } = new(
        "install",
        "What is installed",
        "The published program: its size, the start of each process and of all of them by the operator, the memory of each.",
        "clusters",
        [
            new(ScenarioOptions.ClustersOption, "How many clusters make the large case, 1 to 5000.", 1000, 1, 5000),
            new(ScenarioOptions.RoundsOption, "How often each process is started, 1 to 100.", 11, 1, 100),
        ],
        [SizePart, StartPart, BringUpPart, MemoryPart],
        (options, tell, cancellation) => new InstallScenario(options, tell).RunAsync(cancellation));

    private async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        if (options.Parts.Contains(SizePart))
        {
            MeasureSize();
        }

        if (options.Parts.Contains(StartPart))
        {
            await MeasureStartsAsync(cancellation);
        }

        if (options.Parts.Contains(BringUpPart))
        {
            await new BringUp(options, tell).MeasureAsync(_figures, cancellation);
        }

        if (options.Parts.Contains(MemoryPart))
        {
            await MeasureMemoryAsync(Controllers.StaticManager, client => new StaticSite(client), cancellation);
            await MeasureMemoryAsync(Controllers.KamajiManager, client => new KamajiSite(client), cancellation);
        }

        return _figures;
    }

    private void MeasureSize()
    {
        var published = PublishedSize.Of(Path.GetDirectoryName(options.Executable)!);
        _figures.Add(new("published: the program itself", "", new FileInfo(options.Executable).Length / PublishedSize.Mebibyte, Unit.Mebibytes) { Note = "the file dpucluster" });
        _figures.Add(new("published: all files", "", published.Mebibytes, Unit.Mebibytes) { Note = $"{published.Files} files" });
        _figures.Add(new("image: our layer", "", published.CompressedMebibytes, Unit.Mebibytes) { Note = "the same as a compressed archive, without the layers of its base and without keepalived's" });
    }

    private async Task MeasureStartsAsync(CancellationToken cancellation)
    {
        await using var workshop = new Workshop(options.Executable);
        var host = await workshop.StartTenantAsync("host", cancellation);
        using var client = host.Connect();
        await new KamajiSite(client).InstallAsync(cancellation);
        foreach (var process in Processes)
        {
            tell($"{options.Rounds} starts of {process}");
            List<double> times = [];
            for (var round = 0; round < options.Rounds; round++)
            {
                var begun = Stopwatch.GetTimestamp();
                var started = await workshop.StartControllerAsync(process, host, cancellation);
                times.Add(Time.Milliseconds(begun, started.ReadyAt));
                await workshop.EndAsync(started.Process);
            }

            AddStart(process, new(times));
        }

        tell($"{options.Rounds} starts of an API server");
        List<double> servers = [];
        for (var round = 0; round < options.Rounds; round++)
        {
            var begun = Stopwatch.GetTimestamp();
            var server = await workshop.StartTenantAsync($"start-{round}", cancellation);
            servers.Add(Time.Milliseconds(begun, server.ReadyAt));
            await workshop.EndAsync(server.Process);
        }

        AddStart("standalone tenant (the embedded API server)", new(servers));
    }

    private void AddStart(string process, Distribution times) => _figures.Add(new($"{process}: start → /readyz", "0", times.Median, Unit.Milliseconds)
    {
        Note = $"median of {times.Count}, the longest {Figure.Format(times.Max, Unit.Milliseconds)}",
    });

    /// <summary>The memory of all processes that clusters of one type need, with none, some and many of them.</summary>
    private async Task MeasureMemoryAsync(string manager, Func<KubernetesClient, ClusterSite> siteOf, CancellationToken cancellation)
    {
        await using var workshop = new Workshop(options.Executable);
        var host = await workshop.StartTenantAsync("host", cancellation);
        var tenant = await workshop.StartTenantAsync("tenant", cancellation);
        using var client = host.Connect();
        var site = siteOf(client);
        await site.InstallAsync(cancellation);
        await using var kamaji = site is KamajiSite ? await PlayedKamaji.StartAsync(client, tenant, cancellation) : null;
        if (site is StaticSite withSecrets)
        {
            await withSecrets.CreateSecretsAsync(options.Clusters, tenant, cancellation);
        }

        await using var watch = await ClusterWatch.StartAsync(site.Clusters, ClusterSite.Namespace, cancellation);
        var life = new ClusterLife(site, watch, tell);
        var idle = await workshop.StartControllerAsync(Operator, host, cancellation);
        await using var controllers = await Controllers.StartAsync(workshop, host, manager, cancellation);
        var made = 0;
        foreach (var clusters in new[] { 0, Some, options.Clusters }.Where(count => count <= options.Clusters).Distinct())
        {
            tell($"memory with {clusters} clusters, for {manager}");
            if (clusters > made)
            {
                await life.CreateTogetherAsync(made, clusters - made, cancellation);
                made = clusters;
            }

            await Task.Delay(Settle, cancellation);
            Add(manager, controllers.Manager.Process);
            Add($"{Controllers.ProvisioningController}, clusters of the {manager}", controllers.Provisioning.Process);
            Add($"{Operator}, beside the {manager}", idle.Process);
            Add($"API server, clusters of the {manager}", host.Process);

            void Add(string process, ChildProcess child) => _figures.Add(new($"resident memory, {process}", $"{clusters}", child.ResidentMebibytes(), Unit.Mebibytes));
        }
    }
}

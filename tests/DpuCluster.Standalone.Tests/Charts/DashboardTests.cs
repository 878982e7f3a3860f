using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DpuCluster.ClusterManager.Static;
using DpuCluster.Provisioning;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Standalone.Tests.Charts;

/// <summary>The dashboard asks for nothing that the processes do not tell.</summary>
public sealed partial class DashboardTests
{
    [Fact]
    public async Task Every_metric_and_label_that_a_panel_asks_for_is_told_by_a_running_controller()
    {
        await using var host = await HostCluster.StartAsync();
        await using var tenant = await HostCluster.StartAsync();
        var provisioning = await host.RunAsync(
            "provisioning-controller", builder => builder.Lease(ProvisioningHost.LeaseName).AddProvisioning(new() { MirrorOlderGroup = false }), options => options with { LeaderElect = true });
        await host.RunAsync("static-cluster-manager", builder => builder.AddStaticClusterManager(new()));
        await host.PutSecretAsync("admin", tenant.Server.AdminKubeconfig);
        await host.CreateAsync("one", kubeconfig: "admin");
        await host.BecomesAsync("one", cluster => cluster.Status is { Phase: "Ready", NodesCount: not null }, "Ready, with a number of nodes");
        var expressions = Expressions().ToList();
        expressions.Count.ShouldBeGreaterThan(10);
        foreach (var expression in expressions)
        {
            var metrics = Metric().Matches(expression).Select(match => match.Value).Distinct().ToList();
            metrics.ShouldNotBeEmpty(expression);

            // What is told of a reconciliation or a check is told a moment after all that it has done can be seen.
            var told = await Eventually.Get(
                () => Task.FromResult(provisioning.Host.Context.Metrics.Render()),
                text => metrics.TrueForAll(metric => Regex.IsMatch(text, $@"^{metric}(\{{| )", RegexOptions.Multiline)),
                expression);

            foreach (var label in Labels().Matches(expression).SelectMany(match => match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries)).Where(label => label != "pod"))
            {
                // A Prometheus adds the name of the pod; the rest is said by the process.
                metrics.ShouldContain(metric => Regex.IsMatch(told, $@"^{metric}\{{[^}}]*\b{label}=""", RegexOptions.Multiline), $"{label} of {expression}");
            }
        }
    }

    private static IEnumerable<string> Expressions() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(DeployFiles.ChartDirectory, "files", "dashboard.json")))!["panels"]!.AsArray()
            .SelectMany(panel => panel!["targets"]!.AsArray()).Select(target => target!["expr"]!.GetValue<string>());

    [GeneratedRegex(@"\b(?:controller_runtime|dotnet|dpucluster|leader_election|process|rest_client|workqueue)_[a-z_]+\b")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\bby \(([^)]*)\)")]
    private static partial Regex Labels();
}

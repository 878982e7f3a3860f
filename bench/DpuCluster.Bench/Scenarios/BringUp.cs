using System.Diagnostics;
using DpuCluster.Api;
using DpuCluster.Bench.Measure;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Bench.Scenarios;

/// <summary>How long the operator takes to bring up all processes, from its own start, where nothing runs yet.</summary>
internal sealed class BringUp(ScenarioOptions options, Action<string> tell)
{
    private const double Target = 5000;

    // What the DPFOperatorConfig of a standalone environment asks for: the provisioning controller and both cluster managers.
    private const int Deployments = 3;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public async Task MeasureAsync(List<Figure> figures, CancellationToken cancellation)
    {
        await using var workshop = new Workshop(options.Executable);
        List<double> times = [];
        for (var round = 0; round < options.Rounds; round++)
        {
            tell($"the operator brings up all processes, {round + 1} of {options.Rounds}");
            var environment = await workshop.StartEmptyAsync($"empty-{round}", cancellation);
            using var client = environment.Connect();
            await Wait.UntilAsync("there is a DPFOperatorConfig", token => ExistsAsync(client, token), Limit, cancellation);

            var begun = Stopwatch.GetTimestamp();
            var installer = await workshop.StartControllerAsync(InstallScenario.Operator, environment, cancellation, "--replicas", "1");
            var available = await Wait.UntilAsync("all Deployments are available", token => AreAvailableAsync(client, token), Limit, cancellation);
            times.Add(Time.Milliseconds(begun, available));
            await workshop.EndAsync(installer.Process);
            await workshop.EndAsync(environment.Process);
        }

        var distribution = new Distribution(times);
        figures.Add(new("operator: start → all Deployments available", "0", distribution.Median, Unit.Milliseconds)
        {
            Target = Target,
            Note = $"from an empty standalone environment, {Deployments} controllers, each a process; median of {times.Count}, the longest {Figure.Format(distribution.Max, Unit.Milliseconds)}",
        });
    }

    private static async Task<bool> ExistsAsync(KubernetesClient client, CancellationToken cancellation)
    {
        try
        {
            return (await client.Resources<DPFOperatorConfig>().ListAsync(ClusterSite.Namespace, null, cancellation)).Items.Count == 1;
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            // The definition is not there yet.
            return false;
        }
    }

    private static async Task<bool> AreAvailableAsync(KubernetesClient client, CancellationToken cancellation)
    {
        var deployments = await client.Resources<Deployment>().ListAsync(ClusterSite.Namespace, null, cancellation);
        return deployments.Items.Count == Deployments && deployments.Items.All(one => one.Status?.AvailableReplicas >= 1);
    }
}

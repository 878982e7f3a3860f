using System.CommandLine;
using DpuCluster.Api;
using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Bench.Scenarios;

/// <summary>This program as a process with one informer and nothing else: what is measured from outside by <see cref="InformerMemory"/>.</summary>
internal static class InformerProcess
{
    public const string Name = "informer";
    public const string Clusters = "dpuclusters";
    public const string Secrets = "secrets";
    public const string Nothing = "nothing";

    /// <summary>What it says when the informer has synced.</summary>
    public const string Synced = "synced";

    public static Command Create()
    {
        var kind = new Argument<string>("KIND");
        kind.AcceptOnlyFromAmong(Clusters, Secrets, Nothing);
        var kubeconfig = new Argument<string>("KUBECONFIG");
        var command = new Command(Name, "One informer, until it is told to end.") { kind, kubeconfig };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = new KubernetesClient(KubeconfigLoader.Load(parsed.GetValue(kubeconfig)!));
            await using var informers = new InformerFactory(client);
            switch (parsed.GetValue(kind))
            {
                case Clusters:
                    informers.For<DPUCluster>();
                    break;
                case Secrets:
                    informers.Metadata(Secret.Resource);
                    break;
                default:
                    informers.For<DPUCluster>(new() { Namespace = "nobody-is-here" });
                    break;
            }

            informers.Start();
            await informers.WaitForSyncAsync(cancellation);
            Console.Out.WriteLine($"{Synced} {informers.All.Sum(informer => informer.Count)}");
            await Task.Delay(Timeout.Infinite, cancellation);
            return 0;
        });
        return command;
    }
}

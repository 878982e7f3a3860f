// Runs the manager: acme-cluster-manager [KUBECONFIG of the host cluster].
using System.Runtime.InteropServices;
using Acme.ClusterManager;
using DpuCluster.Api;
using DpuCluster.ClusterManager;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

using var told = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

var options = new ControllerHostOptions
{
    Name = "acme-cluster-manager",
    Client = KubeconfigLoader.Load(args.FirstOrDefault(), null),
    LeaderElect = true,
    MetricsBindAddress = "0",
    HealthProbeBindAddress = "0",
};
await ControllerHost.CreateBuilder(options)
    .Lease("fast.acme.example")
    .AddClusterManager(
        context => new PoolManager(PoolOf(context), context.Writer<Secret>()),
        (controller, context) => controller.Watches(PoolOf(context), secret => context.Informers.For<DPUCluster>().Store.All
            .Where(cluster => cluster.Metadata.Namespace == secret.Metadata.Namespace)
            .Select(cluster => cluster.Key)))
    .Build()
    .RunAsync(told.Token);

static Informer<PartialObjectMetadata> PoolOf(ControllerContext context) =>
    context.Informers.Metadata(Secret.Resource, new InformerScope { LabelSelector = PoolManager.Pool });

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    told.Cancel();
}

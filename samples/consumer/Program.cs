// Lists the nodes of every Ready DPU cluster: dpu-nodes [KUBECONFIG of the host cluster].
using DpuCluster.Client;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

using var told = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    told.Cancel();
};

using var host = new KubernetesClient(KubeconfigLoader.Load(args.FirstOrDefault(), null));
var clusters = new DpuClusterCatalog(host);
var exitCode = 0;
await foreach (var cluster in clusters.ListReadyAsync(null, told.Token))
{
    try
    {
        await using var connection = await clusters.OpenAsync(cluster, told.Token);
        var nodes = await connection.UseAsync((dpu, cancellation) => dpu.Resources<Node>().ListAsync(null, null, cancellation), told.Token);
        foreach (var node in nodes.Items)
        {
            Console.WriteLine($"{cluster.Key}\t{node.Metadata.Name}");
        }
    }
    catch (Exception exception) when (exception is KubernetesException or DpuKubeconfigException or HttpRequestException or TimeoutException)
    {
        // One cluster that has just gone away is no reason to be silent about the others.
        await Console.Error.WriteLineAsync($"{cluster.Key}: {exception.Message}");
        exitCode = 1;
    }
}

return exitCode;

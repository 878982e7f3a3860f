using DpuCluster.ApiServer;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Provisioning.Health;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Provisioning.Tests.Health;

public sealed class KubernetesControlPlaneTests
{
    [Fact]
    public async Task Watch_does_not_outlive_its_connection_for_long_and_ends_before_the_server_would_end_it()
    {
        await using var server = await EmbeddedApiServer.StartAsync();
        var client = new KubernetesClientOptions { ConnectionLifetime = TimeSpan.FromSeconds(3) };
        using var nothing = new MemoryStream();
        using var controlPlane = new KubernetesControlPlane(
            new KubernetesClient(HostCluster.ConfigurationOf(server.AdminKubeconfig), client), nothing, client.ConnectionLifetime);
        (await controlPlane.CheckAsync(default)).ShouldBeNull();

        await controlPlane.WatchAsync(default).WaitAsync(Eventually.Patience);

        (await controlPlane.CheckAsync(default)).ShouldBeNull("the server is as well as it was");
    }
}

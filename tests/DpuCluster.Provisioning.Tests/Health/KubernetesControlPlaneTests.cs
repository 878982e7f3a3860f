using DpuCluster.ApiServer;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Provisioning.Health;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Provisioning.Tests.Health;

public sealed class KubernetesControlPlaneTests
{
    [Fact]
    public async Task Watch_ends_soon_after_its_connection_is_replaced_and_not_when_the_server_likes()
    {
        await using var server = await EmbeddedApiServer.StartAsync();
        var client = new KubernetesClientOptions { ConnectionLifetime = TimeSpan.FromSeconds(1) };
        using var nothing = new MemoryStream();
        using var controlPlane = new KubernetesControlPlane(
            new KubernetesClient(HostCluster.ConfigurationOf(server.AdminKubeconfig), client), nothing, client.ConnectionLifetime);
        (await controlPlane.CheckAsync(default)).ShouldBeNull();

        await controlPlane.WatchAsync(default).WaitAsync(Eventually.Patience);

        (await controlPlane.CheckAsync(default)).ShouldBeNull("the server is as well as it was");
    }
}

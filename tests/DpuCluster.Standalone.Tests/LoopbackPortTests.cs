using System.Net;
using System.Net.Sockets;

namespace DpuCluster.Standalone.Tests;

public sealed class LoopbackPortTests
{
    [Fact]
    public void Port_is_free_only_while_nobody_listens_on_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        LoopbackPort.IsFree(port).ShouldBeFalse();

        listener.Stop();
        LoopbackPort.IsFree(port).ShouldBeTrue();
    }
}

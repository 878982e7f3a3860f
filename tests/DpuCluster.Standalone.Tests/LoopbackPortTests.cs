using System.Net;
using System.Net.Sockets;
using DpuCluster.Testing;

namespace DpuCluster.Standalone.Tests;

public sealed class LoopbackPortTests
{
    [Fact]
    public void Port_is_free_only_while_nobody_listens_on_it()
    {
        var port = FreePorts.Next();
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();

        LoopbackPort.IsFree(port).ShouldBeFalse();

        listener.Stop();
        LoopbackPort.IsFree(port).ShouldBeTrue();
    }
}

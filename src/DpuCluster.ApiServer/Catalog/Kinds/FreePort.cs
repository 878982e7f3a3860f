using System.Net;
using System.Net.Sockets;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Finds out whether a program may begin to listen on a port.</summary>
internal static class FreePort
{
    /// <summary>Whether a TCP port of an address of this machine can be listened on now.</summary>
    public static bool IsFree(IPAddress address, int port)
    {
        using var probe = new TcpListener(address, port);
        try
        {
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            // Somebody has it, or this process may not: it is of no use either way.
            return false;
        }
    }
}

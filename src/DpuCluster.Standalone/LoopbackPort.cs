using System.Net;
using System.Net.Sockets;

namespace DpuCluster.Standalone;

/// <summary>The ports of this machine's loopback address, which several environments share.</summary>
internal static class LoopbackPort
{
    /// <summary>
    /// Whether nobody listens on a port. The node port of a control plane is listened on here, and must be neither another
    /// environment's nor that of a control plane which is still being taken down.
    /// </summary>
    /// <param name="port">1 to 65535.</param>
    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace DpuCluster.Testing;

/// <summary>
/// Ports for programs that must be told one. None is of the range from which systems give out ports by themselves (Linux from 32768 on), so that
/// no connection of anybody's gets it by chance before it is listened on; and none is given to two tests of a process.
/// </summary>
public static class FreePorts
{
    private static readonly Range Any = new(20000, 29999);
    private static readonly Range ForNodes = new(30000, 32767);

    /// <summary>A port on which nobody listens on loopback.</summary>
    public static int Next() => Any.Next();

    /// <summary>One that can be a node port too.</summary>
    public static int NextNodePort() => ForNodes.Next();

    private static bool IsFree(int port)
    {
        using var probe = new TcpListener(IPAddress.Loopback, port);
        try
        {
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            // Somebody's.
            return false;
        }
    }

    // Processes begin at different places, since they know nothing of each other.
    private sealed class Range(int first, int last)
    {
        private int _last = Random.Shared.Next(last - first);

        public int Next()
        {
            for (var tries = first; tries <= last; tries++)
            {
                var port = first + (int)((uint)Interlocked.Increment(ref _last) % (last - first + 1));
                if (IsFree(port))
                {
                    return port;
                }
            }

            throw new InvalidOperationException($"no port from {first} to {last} is free");
        }
    }
}

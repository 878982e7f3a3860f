using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

/// <summary>Looks all the time at which hosts have an address, and keeps how long at least none had it and several had.</summary>
internal sealed class VipWatch : IAsyncDisposable
{
    private readonly IPAddress _vip;
    private readonly Func<IReadOnlyList<string>> _hosts;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private volatile bool _stop;
    private List<string> _holders = [];
    private long _since = Stopwatch.GetTimestamp();
    private TimeSpan _longestNone;
    private TimeSpan _longestSeveral;

    public VipWatch(IPAddress vip, Func<IReadOnlyList<string>> hosts)
    {
        (_vip, _hosts) = (vip, hosts);
        _thread = new Thread(Look) { IsBackground = true };
        _thread.Start();
    }

    public IReadOnlyList<string> Holders
    {
        get
        {
            lock (_gate)
            {
                return _holders;
            }
        }
    }

    public TimeSpan LongestNone
    {
        get
        {
            lock (_gate)
            {
                return _longestNone;
            }
        }
    }

    public TimeSpan LongestSeveral
    {
        get
        {
            lock (_gate)
            {
                return _longestSeveral;
            }
        }
    }

    /// <summary>Forgets what was, such as that nobody had the address before it was first taken.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _longestNone = _longestSeveral = default;
        }
    }

    public ValueTask DisposeAsync()
    {
        _stop = true;
        _thread.Join();
        return default;
    }

    private void Look()
    {
        while (!_stop)
        {
            var holders = _hosts().Where(Has).ToList();
            lock (_gate)
            {
                // What two looks in a row have seen lasted from the one to the other. What only one has seen may have ended at once: on a busy machine
                // the next look can be late.
                if (holders.Count != _holders.Count)
                {
                    _since = Stopwatch.GetTimestamp();
                }

                var lasted = Stopwatch.GetElapsedTime(_since);
                _longestNone = holders.Count == 0 && lasted > _longestNone ? lasted : _longestNone;
                _longestSeveral = holders.Count > 1 && lasted > _longestSeveral ? lasted : _longestSeveral;

                _holders = holders;
            }

            Thread.Sleep(10);
        }
    }

    // An address can be bound to where it is, and nowhere else.
    private bool Has(string host)
    {
        NetworkNamespace.Enter(host);
        using var socket = new Socket(_vip.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(_vip, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

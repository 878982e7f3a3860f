using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

/// <summary>Looks all the time at which hosts have an address, and keeps how long none had it and how long several had.</summary>
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
                // What was the case until now lasted until now.
                var lasted = Stopwatch.GetElapsedTime(_since);
                _longestNone = _holders.Count == 0 && lasted > _longestNone ? lasted : _longestNone;
                _longestSeveral = _holders.Count > 1 && lasted > _longestSeveral ? lasted : _longestSeveral;
                if (holders.Count != _holders.Count)
                {
                    _since = Stopwatch.GetTimestamp();
                }

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

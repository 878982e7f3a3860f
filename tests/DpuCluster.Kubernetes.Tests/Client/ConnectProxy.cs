using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DpuCluster.Kubernetes.Tests.Client;

/// <summary>An HTTP proxy that makes tunnels (<c>CONNECT</c>), as the ones between sites do; wants a password where it is told one.</summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly string? _authorization;
    private readonly Task _running;

    public ConnectProxy(string? userAndPassword = null)
    {
        _authorization = userAndPassword is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(userAndPassword));
        _listener.Start();
        _running = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Where tunnels went: <c>host:port</c>.</summary>
    public ConcurrentQueue<string> Tunnels { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> tunnels = [];
        try
        {
            while (true)
            {
                tunnels.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (_stop.IsCancellationRequested && exception is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(tunnels).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeAsync(TcpClient accepted)
    {
        using var client = accepted;
        var stream = client.GetStream();
        while (await HeadAsync(stream) is { } head)
        {
            var target = head.Split(' ')[1];
            if (_authorization is not null && !head.Contains($"Proxy-Authorization: {_authorization}\r\n", StringComparison.OrdinalIgnoreCase))
            {
                await stream.WriteAsync("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _stop.Token);
                continue;
            }

            Tunnels.Enqueue(target);
            using var server = new TcpClient();
            await server.ConnectAsync(IPEndPoint.Parse(target), _stop.Token);
            await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stop.Token);
            await Task.WhenAny(stream.CopyToAsync(server.GetStream(), _stop.Token), server.GetStream().CopyToAsync(stream, _stop.Token));
            return;
        }
    }

    private async Task<string?> HeadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, _stop.Token) > 0)
        {
            head.Add(one[0]);
            if (head is [.., (byte)'\r', (byte)'\n', (byte)'\r', (byte)'\n'])
            {
                return Encoding.ASCII.GetString([.. head]);
            }
        }

        return null;
    }
}

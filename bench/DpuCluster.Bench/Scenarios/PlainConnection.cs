using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using DpuCluster.Bench.Measure;
using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Bench.Scenarios;

/// <summary>
/// One TLS connection to an API server, and as much of HTTP/1.1 on it as a benchmark needs: for what shares two cores with the server that is
/// measured, and would be on another machine on a site.
/// </summary>
internal sealed class PlainConnection : IDisposable
{
    private const string EndOfHead = "\r\n\r\n";

    private readonly SslStream _stream;
    private readonly string _host;

    private PlainConnection(Socket socket, SslStream stream, string host) => (Socket, _stream, _host) = (socket, stream, host);

    /// <summary>What it reads from: to wait for many.</summary>
    public Socket Socket { get; }

    /// <summary>Connects with the certificate of a kubeconfig. Waits for everything: a socket that was once waited for by .NET's own thread would wake that for each event.</summary>
    public static PlainConnection Connect(ClientConfiguration server)
    {
        using var handler = Connections.CreateHandler(server, new KubernetesClientOptions(), server.ClientCertificate, server.ClientCertificateChain);
        var tls = handler.SslOptions;
        tls.TargetHost ??= server.Server.Host;
        tls.ApplicationProtocols = [SslApplicationProtocol.Http11];
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? stream = null;
        try
        {
            socket.Connect(server.Server.Host, server.Server.Port);
            stream = new SslStream(new NetworkStream(socket));
            stream.AuthenticateAsClient(tls);
            return new PlainConnection(socket, stream, server.Server.Authority);
        }
        catch
        {
            stream?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A request, ready to be sent.</summary>
    public byte[] Request(string method, string target, string body = "") => Encoding.ASCII.GetBytes(
        $"{method} {target} HTTP/1.1\r\nHost: {_host}\r\nAccept: application/json\r\n{(body.Length == 0 ? "" : $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n")}\r\n{body}");

    /// <summary>Sends a request.</summary>
    public void Send(byte[] request) => _stream.Write(request);

    /// <summary>What has come, of whatever it is; waits when nothing has.</summary>
    /// <exception cref="BenchException">The server has ended the connection.</exception>
    public int Read(Span<byte> buffer) => _stream.Read(buffer) is > 0 and var length ? length : throw new BenchException("the server has ended the connection");

    /// <summary>Reads the head of an answer, and nothing of what follows it.</summary>
    /// <exception cref="BenchException">It is not the answer that was expected.</exception>
    public string ReadHead(int status)
    {
        var head = new StringBuilder();
        Span<byte> one = stackalloc byte[1];
        while (head.Length < EndOfHead.Length || head.ToString(head.Length - EndOfHead.Length, EndOfHead.Length) != EndOfHead)
        {
            Read(one);
            head.Append((char)one[0]);
        }

        var text = head.ToString();
        return text.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal) ? text : throw new BenchException($"{status} was expected: {text}");
    }

    /// <summary>Reads an answer whose length its head says.</summary>
    /// <exception cref="BenchException">It is not the answer that was expected.</exception>
    public void ReadAnswer(int status)
    {
        const string Length = "Content-Length: ";
        var head = ReadHead(status);
        var at = head.IndexOf(Length, StringComparison.OrdinalIgnoreCase);
        if (at < 0) throw new BenchException($"an answer without a length: {head}");
        var left = int.Parse(head.AsSpan(at + Length.Length, head.IndexOf('\r', at) - at - Length.Length), System.Globalization.CultureInfo.InvariantCulture);
        Span<byte> buffer = stackalloc byte[4096];
        while (left > 0) left -= Read(buffer[..Math.Min(left, buffer.Length)]);
    }

    public void Dispose()
    {
        _stream.Dispose();
        Socket.Dispose();
    }
}

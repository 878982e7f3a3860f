using System.Net.Security;

namespace DpuCluster.Bench.Measure;

/// <summary>Asks servers on this machine that are about to start whether they answer already.</summary>
internal sealed class Probe : IDisposable
{
#pragma warning disable CA5359 // It asks nothing that is secret, and the authority of a server that is about to start is not known yet.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        PooledConnectionLifetime = TimeSpan.Zero,
        UseProxy = false,
    })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };
#pragma warning restore CA5359

    /// <summary>Whether the address answers with success.</summary>
    public async Task<bool> AnswersAsync(Uri address, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.GetAsync(address, cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>What the address answers; empty where it does not.</summary>
    public async Task<string> ReadAsync(Uri address, CancellationToken cancellation)
    {
        try
        {
            return await _http.GetStringAsync(address, cancellation);
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    public void Dispose() => _http.Dispose();
}

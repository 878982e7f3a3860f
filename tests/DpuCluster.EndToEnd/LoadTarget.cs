using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DpuCluster.EndToEnd;

/// <summary>The ConfigMaps of an API server as a client sees them that never tries again.</summary>
internal sealed class LoadTarget : IDisposable
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _user;
    private readonly HttpClient _client;

    public LoadTarget(string kubeconfig)
    {
        string Field(string name) => Regex.Match(kubeconfig, $@"\b{name}:\s*(\S+)").Groups[1].Value;
        string Pem(string name) => Encoding.ASCII.GetString(Convert.FromBase64String(Field(name)));
        _authority = X509Certificate2.CreateFromPem(Pem("certificate-authority-data"));
        _user = X509Certificate2.CreateFromPem(Pem("client-certificate-data"), Pem("client-key-data"));
        var handler = new SocketsHttpHandler();
        handler.SslOptions.ClientCertificates = [_user];
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { _authority },
        };
        _client = new HttpClient(handler) { BaseAddress = new Uri(Field("server")), Timeout = TimeSpan.FromMinutes(5) };
    }

    /// <summary>Sends a write.</summary>
    /// <returns>The status and the answer; null where the server ended before it answered.</returns>
    public async Task<(HttpStatusCode Status, JsonNode Answer)?> WriteAsync(HttpMethod method, string name, JsonObject? body)
    {
        using var request = new HttpRequestMessage(method, method == HttpMethod.Post ? Maps : $"{Maps}/{name}");
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        try
        {
            using var response = await _client.SendAsync(request);
            return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }

    /// <summary>All ConfigMaps by name, and the revision of the list.</summary>
    public async Task<(Dictionary<string, JsonNode> Maps, long Revision)> ListAsync()
    {
        var list = JsonNode.Parse(await _client.GetStringAsync(Maps))!;
        return (list["items"]!.AsArray().ToDictionary(map => (string)map!["metadata"]!["name"]!, map => map!), Revision(list));
    }

    public static long Revision(JsonNode obj) => long.Parse((string)obj["metadata"]!["resourceVersion"]!, System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _client.Dispose();
        _authority.Dispose();
        _user.Dispose();
    }
}

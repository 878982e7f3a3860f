using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DpuCluster.EndToEnd;

/// <summary>An API server as its clients see it, without anything that tries again.</summary>
internal sealed partial class LoadTarget : IDisposable
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    // The credentials of the very first start: they have to be good after all others.
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> FirstKubeconfigs = new();

    private readonly HttpClient _client;

    public LoadTarget(string kubeconfig, bool firstKubeconfig)
    {
        _ = firstKubeconfig;
        Address = Field(kubeconfig, "server");
        _client = Connect(kubeconfig);
    }

    public string Address { get; }

    private static HttpClient Connect(string kubeconfig) => throw new NotImplementedException(kubeconfig);

    private static string Field(string kubeconfig, string name) => "";

    public void Dispose() => _client.Dispose();
}

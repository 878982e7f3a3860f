using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.ApiServer.Certificates;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Standalone.KamajiStandIn;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Standalone.Tests.KamajiStandIn;

/// <summary>
/// A host cluster with one TenantControlPlane and the stand-in for Kamaji alone, which can be ended and begun again while the cluster
/// stays. Nothing makes pods: the control plane answers, and is never <c>Ready</c>.
/// </summary>
internal sealed class StandInSite : IAsyncDisposable
{
    public const string Ca = "t-ca";
    public const string ServiceAccounts = "t-sa-certificate";
    public const string ServerCertificate = "t-api-server-certificate";
    public const string ClientCertificate = "t-api-server-kubelet-client-certificate";
    public const string Admin = "t-admin-kubeconfig";

    private static readonly (string Secret, string File)[] Kubeconfigs =
        [(Admin, "admin.conf"), (Admin, "super-admin.conf"), ("t-controller-manager-kubeconfig", "controller-manager.conf"), ("t-scheduler-kubeconfig", "scheduler.conf")];

    private static readonly (string Secret, string File)[] Certificates =
    [
        (ServerCertificate, "apiserver"), (ClientCertificate, "apiserver-kubelet-client"), ("t-front-proxy-client-certificate", "front-proxy-client"),
    ];

    private readonly HostCluster _host;
    private RunningHost? _standIn;

    private StandInSite(HostCluster host) => _host = host;

    public static async Task<StandInSite> StartAsync()
    {
        var site = new StandInSite(await HostCluster.StartAsync());
        await site._host.DefineAsync<TenantControlPlane>(ApiCrds.StandIns["tenantcontrolplanes.kamaji.clastix.io"]);
        await site.BeginAsync();
        await site._host.Admin.Resources<TenantControlPlane>().CreateAsync(
            new()
            {
                Metadata = new() { Name = "t", Namespace = HostCluster.Namespace },
                Spec = new()
                {
                    ControlPlane = new() { Deployment = new() { Replicas = 1 }, Service = new() { ServiceType = "NodePort" } },
                    Kubernetes = new() { Version = "v1.30.2", Kubelet = new() { Cgroupfs = "systemd" } },
                    NetworkProfile = new() { Address = "192.0.2.7", Port = FreePorts.NextNodePort() },
                },
            },
            null,
            default);
        await site.IsOneAsync();
        return site;
    }

    public async Task BeginAsync() => _standIn = await _host.RunAsync("kamaji-stand-in", builder => builder.AddKamajiStandIn(null));

    public Task EndAsync() => _standIn!.StopAsync();

    public Task<Secret> GetAsync(string secret) => _host.Secrets.GetAsync(HostCluster.Namespace, secret, default);

    public Task DeleteAsync(string secret) => _host.Secrets.DeleteAsync(HostCluster.Namespace, secret, null, default);

    /// <summary>Puts data, and annotations if any are given, into a Secret, and leaves all else.</summary>
    public Task EditAsync(string secret, Dictionary<string, byte[]> data, IReadOnlyDictionary<string, string>? annotations = null) =>
        _host.Secrets.PatchAsync(
            HostCluster.Namespace,
            secret,
            Patch.Merge(new JsonObject
            {
                ["data"] = new JsonObject(data.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)Convert.ToBase64String(entry.Value)))),
                ["metadata"] = new JsonObject
                {
                    ["annotations"] = new JsonObject((annotations ?? new Dictionary<string, string>()).Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value))),
                },
            }),
            null,
            default);

    /// <summary>Waits until everybody who uses any of the Secrets is served: all are of one authority, which the control plane has.</summary>
    /// <param name="also">What must hold besides; <see langword="null"/>: nothing.</param>
    /// <returns>The authority's certificate.</returns>
    public Task<string> IsOneAsync(Func<Task<bool>>? also = null) => Eventually.Get(
        async () => also is null || await also() ? await AgreeAsync() : throw new InvalidOperationException("not yet what is awaited"),
        _ => true,
        "the control plane and its Secrets agree");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _host.DisposeAsync();

    public static Dictionary<string, byte[]> Content(params (string Key, string Text)[] entries) =>
        entries.ToDictionary(entry => entry.Key, entry => Encoding.UTF8.GetBytes(entry.Text));

    public static string Text(Secret secret, string key) => Encoding.UTF8.GetString(secret.Data![key]);

    private async Task<string> AgreeAsync()
    {
        var ca = await GetAsync(Ca);
        using var authority = CertificateAuthority.Load(Text(ca, "ca.crt"), Text(ca, "ca.key"));
        Text(ca, "tls.crt").ShouldBe(Text(ca, "ca.crt"));
        foreach (var (name, file) in Certificates)
        {
            var secret = await GetAsync(name);
            using var pair = X509Certificate2.CreateFromPem(Text(secret, $"{file}.crt"), Text(secret, $"{file}.key"));
            (name == ServerCertificate ? authority.VouchesForServer(pair) : authority.VouchesForClient(pair)).ShouldBeTrue($"{name} is of another authority");
        }

        foreach (var (name, file) in Kubeconfigs)
        {
            var connection = HostCluster.ConfigurationOf(Text(await GetAsync(name), file));
            connection.CertificateAuthorities!.ShouldHaveSingleItem().ExportCertificatePem().ShouldBe(authority.CertificatePem.TrimEnd(), $"{file} trusts another authority");
            using var client = new KubernetesClient(connection, new() { MaxRetries = 0 });
            (await client.GetRawAsync("/readyz", default)).Code.ShouldBe(HttpStatusCode.OK, file);
        }

        return authority.CertificatePem;
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;

namespace DpuCluster.Standalone.Tests.KamajiStandIn;

public sealed class TenantTests
{
    private static readonly string[] SecretNames =
    [
        "t-admin-kubeconfig", "t-api-server-certificate", "t-api-server-kubelet-client-certificate", "t-ca", "t-controller-manager-kubeconfig",
        "t-front-proxy-ca-certificate", "t-front-proxy-client-certificate", "t-sa-certificate", "t-scheduler-kubeconfig",
    ];

    [Fact]
    public async Task Tenant_becomes_Ready_with_what_Kamaji_leaves_behind()
    {
        await using var world = await World.StartAsync();
        var port = FreePorts.NextNodePort();
        await world.Apply(TenantControlPlane.Resource, Manifest(port));

        var ready = await IsReady(world, "v1.30.2");

        ready["status"]!["controlPlaneEndpoint"]!.GetValue<string>().ShouldBe(string.Create(CultureInfo.InvariantCulture, $"192.0.2.7:{port}"));
        ready["status"]!["storage"]!["dataStoreName"]!.GetValue<string>().ShouldBe("default");
        ready["metadata"]!["finalizers"]!.AsArray().Select(one => one!.GetValue<string>()).ShouldBe(["finalizer.kamaji.clastix.io"]);
        var deployment = ready["status"]!["kubernetesResources"]!["deployment"]!;
        deployment["readyReplicas"]!.GetValue<int>().ShouldBe(1);
        deployment["unavailableReplicas"].ShouldBeNull();
        (await world.List(Secret.Resource, "kamaji.clastix.io/name=t")).Select(Name).ShouldBe(SecretNames);
        var service = await world.Read(Service.Resource, "t");
        service!["spec"]!["ports"]![0]!["port"]!.GetValue<int>().ShouldBe(port);
        service["spec"]!["ports"]![0]!["nodePort"]!.GetValue<int>().ShouldBe(port);
        using var client = await Connect(world, "admin.conf");
        client.Configuration.Server.ShouldBe(new Uri(string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{port}/")));
        (await client.GetVersionAsync(default)).GitVersion.ShouldBe("v1.30.2+dpucluster");
    }

    [Fact]
    public async Task Upgrade_keeps_objects_and_tells_the_new_version()
    {
        await using var world = await World.StartAsync();
        await world.Apply(TenantControlPlane.Resource, Manifest(FreePorts.NextNodePort()));
        await IsReady(world, "v1.30.2");
        using var client = await Connect(world, "super-admin.conf");
        await client.Resources<Namespace>().CreateAsync(new() { Metadata = new() { Name = "kept" } }, null, default);

        await world.Patch(TenantControlPlane.Resource, "t", """{"spec":{"kubernetes":{"version":"v1.31.4"}}}""");
        await IsReady(world, "v1.31.4");

        (await client.GetVersionAsync(default)).GitVersion.ShouldBe("v1.31.4+dpucluster");
        (await client.Resources<Namespace>().FindAsync(null, "kept", default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Another_port_leads_to_another_address_in_the_kubeconfig()
    {
        await using var world = await World.StartAsync();
        await world.Apply(TenantControlPlane.Resource, Manifest(FreePorts.NextNodePort()));
        await IsReady(world, "v1.30.2");
        var port = FreePorts.NextNodePort();

        await world.Patch(TenantControlPlane.Resource, "t", $$$"""{"spec":{"networkProfile":{"port":{{{port}}} } } }""");

        await Eventually.Get(
            () => Content(world, "admin.conf"), now => now.Contains($":{port}", StringComparison.Ordinal), "the kubeconfig names the new port");
        using var client = await Connect(world, "admin.conf");
        (await client.GetRawAsync("/readyz", default)).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Port_that_somebody_else_has_is_told_and_tried_again()
    {
        await using var world = await World.StartAsync();
        using var other = new TcpListener(IPAddress.Loopback, FreePorts.NextNodePort());
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        await world.Apply(TenantControlPlane.Resource, Manifest(port));
        var waiting = await world.Becomes(TenantControlPlane.Resource, "t", tenant => Listening(tenant) is not null, "the port is told of");
        Listening(waiting)!["status"]!.GetValue<string>().ShouldBe("False");
        Listening(waiting)!["reason"]!.GetValue<string>().ShouldBe("PortNotFree");
        State(waiting).ShouldBe("Provisioning");

        other.Stop();
        await IsReady(world, "v1.30.2");
    }

    [Fact]
    public async Task Secret_that_is_deleted_comes_back_and_one_to_be_rotated_gets_new_content()
    {
        await using var world = await World.StartAsync();
        await world.Apply(TenantControlPlane.Resource, Manifest(FreePorts.NextNodePort()));
        await IsReady(world, "v1.30.2");
        var before = await Content(world, "admin.conf");

        await world.Patch(Secret.Resource, "t-admin-kubeconfig", """{"metadata":{"annotations":{"certs.kamaji.clastix.io/rotate":""}}}""");
        await Eventually.Get(() => Content(world, "admin.conf"), now => now != before, "the kubeconfig is a new one");
        using var rotated = await Connect(world, "admin.conf");
        (await rotated.GetRawAsync("/readyz", default)).Code.ShouldBe(HttpStatusCode.OK);

        await world.Admin.Resources<Secret>().DeleteAsync(World.Ns, "t-scheduler-kubeconfig", null, default);
        await world.Becomes(Secret.Resource, "t-scheduler-kubeconfig", _ => true, "the Secret is back");
    }

    [Fact]
    public async Task Service_of_another_controller_is_not_adopted()
    {
        await using var world = await World.StartAsync();
        var owner = await world.Admin.Resources<ConfigMap>().CreateAsync(new() { Metadata = new() { Name = "owner", Namespace = World.Ns } }, null, default);
        await world.Apply(Service.Resource, $$"""
            apiVersion: v1
            kind: Service
            metadata:
              name: t
              namespace: default
              ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: owner, uid: {{owner.Metadata.Uid}}, controller: true}]
            spec: {type: ClusterIP, ports: [{port: 80}]}
            """);

        await world.Apply(TenantControlPlane.Resource, Manifest(FreePorts.NextNodePort()));

        var waiting = await world.Becomes(TenantControlPlane.Resource, "t", tenant => Listening(tenant) is not null, "the Service is told of");
        Listening(waiting)!["reason"]!.GetValue<string>().ShouldBe("ServiceNotOurs");
        Listening(waiting)!["message"]!.GetValue<string>().ShouldContain("ConfigMap owner");
    }

    [Fact]
    public async Task Deletion_ends_the_control_plane_and_leaves_nothing()
    {
        await using var world = await World.StartAsync();
        await world.Apply(TenantControlPlane.Resource, Manifest(FreePorts.NextNodePort()));
        await IsReady(world, "v1.30.2");
        using var client = await Connect(world, "admin.conf");

        await world.Admin.Resources<TenantControlPlane>().DeleteAsync(World.Ns, "t", null, default);

        await Eventually.Get(
            async () => (await world.Read(TenantControlPlane.Resource, "t")) is null
                && (await world.List(Secret.Resource, "kamaji.clastix.io/name=t")).Count == 0
                && (await world.List(Standalone.Workloads.Pod.Resource)).Count == 0
                && (await world.Read(Service.Resource, "t")) is null,
            gone => gone,
            "everything is gone");
        await Should.ThrowAsync<HttpRequestException>(() => client.GetRawAsync("/readyz", default));
    }

    private static string Manifest(int port) => $$"""
        apiVersion: kamaji.clastix.io/v1alpha1
        kind: TenantControlPlane
        metadata: {name: t, namespace: default}
        spec:
          controlPlane:
            deployment: {replicas: 1}
            service: {serviceType: NodePort}
          kubernetes: {version: v1.30.2, kubelet: {cgroupfs: systemd} }
          networkProfile: {address: 192.0.2.7, port: {{port}} }
        """;

    private static Task<JsonNode> IsReady(World world, string version) => world.Becomes(
        TenantControlPlane.Resource,
        "t",
        tenant => State(tenant) == "Ready" && tenant["status"]!["kubernetesResources"]!["version"]!["version"]!.GetValue<string>() == version,
        $"the control plane is Ready with {version}");

    private static string? State(JsonNode tenant) => (string?)tenant["status"]?["kubernetesResources"]?["version"]?["status"];

    private static JsonNode? Listening(JsonNode tenant) => tenant["status"]?["kubernetesResources"]?["service"]?["conditions"]?[0];

    private static string Name(JsonNode value) => value["metadata"]!["name"]!.GetValue<string>();

    private static async Task<string> Content(World world, string key) =>
        Encoding.UTF8.GetString((await world.Admin.Resources<Secret>().GetAsync(World.Ns, "t-admin-kubeconfig", default)).Data![key]);

    private static async Task<KubernetesClient> Connect(World world, string key) => new(World.Connection(await Content(world, key)), new() { MaxRetries = 0 });
}

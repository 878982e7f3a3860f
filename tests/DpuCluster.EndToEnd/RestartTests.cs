using System.Text.Json.Nodes;
using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>An environment with a data directory ends, in one way or the other, and is started again: as if nothing had been.</summary>
public sealed class RestartTests : IDisposable
{
    private const string Ns = KamajiCluster.SystemNamespace;

    /// <summary>What nobody has a reason to write, only because the environment was started again.</summary>
    private const string Settled = "tenantcontrolplanes,services,secrets,configmaps,daemonsets,deployments";

    private static readonly string[] KamajiClusters = ["one", "two"];

    private readonly Executable _executable = new();

    private string Data => _executable.File("data");

    [ToolFact("kubectl")]
    public async Task Clusters_outlive_an_environment_that_is_ended_and_one_that_is_killed()
    {
        await using var adopted = new Tenant(_executable, "site");
        await adopted.Start();
        var environment = await Start("first.conf");
        try
        {
            var host = new Kubectl(_executable.File("first.conf"));
            await CreateClusters(host, adopted);
            var tenants = await Task.WhenAll(KamajiClusters.Select(name => Kamaji(host, name).Admin()));
            foreach (var tenant in tenants) (await tenant.Run("create configmap kept --from-literal=a=b")).ShouldSucceed();
            Directory.GetDirectories(Path.Combine(Data, "tenants")).Length.ShouldBe(KamajiClusters.Length);

            foreach (var isKilled in new[] { false, true })
            {
                var before = await State.Of(host);
                if (isKilled) await environment.KillAsync();
                else (await environment.TerminateAsync()).ShouldBe(0, environment.Said);
                await environment.DisposeAsync();
                (await host.Run("get namespaces --request-timeout=5s")).ExitCode.ShouldNotBe(0);

                environment = await Start(isKilled ? "third.conf" : "second.conf");

                foreach (var tenant in tenants) await Keeps(tenant);
                await Acts(host, isKilled ? "four" : "three");
                await AllAreReady(host);
                (await State.Of(host)).ShouldContinue(before, isKilled);
            }

            (await host.Run($"-n {Ns} delete dpuclusters --all --timeout=110s")).ShouldSucceed();
            foreach (var name in KamajiClusters) await Kamaji(host, name).NothingIsLeft();
            await Eventually.Holds(() => Directory.GetFileSystemEntries(Path.Combine(Data, "tenants")).Length == 0, "no tenant's directory is left");
            foreach (var tenant in tenants) (await tenant.Run("get namespaces --request-timeout=5s")).ExitCode.ShouldNotBe(0);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{exception.Message}\nThe environment said: {environment.Said}", exception);
        }
        finally
        {
            await environment.DisposeAsync();
        }
    }

    public void Dispose() => _executable.Dispose();

    /// <summary>Starts the environment in the one data directory. Its kubeconfig goes where none was, so that the old one stays what it was.</summary>
    private async Task<RunningProcess> Start(string kubeconfig)
    {
        var environment = _executable.Start("standalone", "--data-dir", Data, "--write-kubeconfig", _executable.File(kubeconfig));
        await environment.HasSaid("kubectl get dpuclusters");
        return environment;
    }

    private async Task CreateClusters(Kubectl host, Tenant adopted)
    {
        (await host.Run($"-n {Ns} create secret generic adopted --from-file=admin.conf={adopted.KubeconfigFile}")).ShouldSucceed();
        await host.Apply($"""
            apiVersion: provisioning.dpu.nvidia.com/v1alpha1
            kind: DPUCluster
            metadata:
              name: adopted
              namespace: {Ns}
            spec:
              type: static
              maxNodes: 10
              version: v1.30.2
              kubeconfig: adopted
            """);
        foreach (var (name, number) in KamajiClusters.Select((name, index) => (name, index + 1))) await Kamaji(host, name).Apply(VirtualIp.Numbered(number));
        await AllAreReady(host);

        // The last that changes by itself: a pod counts as available when it has been ready for some seconds.
        foreach (var name in KamajiClusters) await host.HasValue(Kamaji(host, name).DaemonSet, "{.status.numberAvailable}", "1");
    }

    /// <summary>A control plane has the address, authority, credentials and objects that it had. It comes up when the environment already answers.</summary>
    private static async Task Keeps(Kubectl tenant) =>
        await Eventually.Get(() => tenant.Run("get configmap kept -o jsonpath={.data.a}"), answer => answer is { ExitCode: 0, Output: "b" }, "what was in the tenant is there");

    /// <summary>The controllers are at work: they make a cluster, and remove it with its directory.</summary>
    private async Task Acts(Kubectl host, string name)
    {
        var cluster = Kamaji(host, name);
        await cluster.Apply(VirtualIp.Numbered(9));
        await cluster.IsReady();
        await cluster.Delete();
        await Eventually.Holds(() => Directory.GetDirectories(Path.Combine(Data, "tenants")).Length == KamajiClusters.Length, "the tenant's directory is gone");
    }

    private async Task AllAreReady(Kubectl host)
    {
        foreach (var name in KamajiClusters.Append("adopted")) await Kamaji(host, name).IsReady();
    }

    private KamajiCluster Kamaji(Kubectl host, string name) => new(host, _executable, name);

    /// <summary>What of an environment must not change by its being started again.</summary>
    /// <param name="Identities">Kind, name and uid of everything that was made for clusters, of the clusters, and of the controllers' Deployments.</param>
    /// <param name="Specs">Generation of each cluster, and of each Deployment whose status tells of processes that are started again.</param>
    /// <param name="Versions">Resource version of what nobody writes who has nothing to change.</param>
    /// <param name="Leases">Holder and number of changes of hands of each lease.</param>
    private sealed record State(IReadOnlyList<string> Identities, IReadOnlyList<string> Specs, IReadOnlyList<string> Versions, IReadOnlyList<string> Leases)
    {
        public static async Task<State> Of(Kubectl host)
        {
            var objects = (await host.Object($"-n {Ns} dpuclusters,leases,{Settled}"))["items"]!.AsArray().Select(one => one!.AsObject()).ToList();
            var clusters = objects.Where(one => Kind(one) == "DPUCluster").ToList();
            var leases = objects.Where(one => Kind(one) == "Lease").ToList();
            var controllers = objects.Where(one => one["metadata"]!["labels"]?["app.kubernetes.io/managed-by"] is { } by && (string?)by == "dpucluster-operator").ToList();
            var settled = objects.Except([.. clusters, .. leases, .. controllers]).ToList();
            return new(
                [.. clusters.Concat(controllers).Concat(settled).Select(one => $"{Name(one)} {one["metadata"]!["uid"]}")],
                [.. clusters.Concat(controllers).Select(one => $"{Name(one)} {one["metadata"]!["generation"]}")],
                [.. settled.Select(one => $"{Name(one)} {one["metadata"]!["resourceVersion"]}")],
                [.. leases.Select(one => $"{Name(one)} {one["spec"]!["holderIdentity"]} {one["spec"]!["leaseTransitions"]}")]);
        }

        public void ShouldContinue(State before, bool wasKilled)
        {
            Identities.ShouldBe(before.Identities);
            Specs.ShouldBe(before.Specs);
            Versions.ShouldBe(before.Versions);

            // Who was killed could not give its leases back. They are its successor's at once, and not by running out: nobody else has had them.
            if (wasKilled) Leases.ShouldBe(before.Leases);
        }

        private static string Kind(JsonObject one) => (string)one["kind"]!;

        private static string Name(JsonObject one) => $"{Kind(one)} {one["metadata"]!["name"]}";
    }
}

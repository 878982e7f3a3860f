using System.Diagnostics.CodeAnalysis;
using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>One standalone environment for the tests of a class, and as many control planes to adopt as they want.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xUnit calls DisposeAsync of IAsyncLifetime.")]
public class Site : IAsyncLifetime
{
    private readonly string[] _arguments;
    private readonly Executable _executable = new();
    private readonly List<Tenant> _tenants = [];
    private RunningProcess? _standalone;
    private int _names;

    public Site()
        : this(inProcess: true)
    {
    }

    /// <param name="inProcess">
    /// Whether the controllers run inside the environment's process. What they do is the same, under the same accounts and roles; it starts in a
    /// fraction of the time, and most tests are about what controllers do, not about how they are run.
    /// </param>
    /// <param name="arguments">More arguments for the environment.</param>
    protected Site(bool inProcess, params string[] arguments) => _arguments = inProcess ? ["--in-process", .. arguments] : arguments;

    internal Kubectl Kubectl { get; private set; } = null!;

    internal Executable Executable => _executable;

    /// <summary>Process id of the environment.</summary>
    internal int Process => _standalone!.Id;

    public async Task InitializeAsync()
    {
        if (Tools.Find("kubectl") is null && !Tools.Required)
        {
            // Every test is skipped then: nothing to start.
            return;
        }

        var kubeconfig = _executable.File("host.conf");
        _standalone = _executable.Start(["standalone", "--write-kubeconfig", kubeconfig, .. _arguments]);
        await _standalone.HasSaid("kubectl get dpuclusters");
        Kubectl = new Kubectl(kubeconfig);
    }

    public async Task DisposeAsync()
    {
        foreach (var tenant in _tenants)
        {
            await tenant.DisposeAsync();
        }

        if (_standalone is not null)
        {
            (await _standalone.TerminateAsync()).ShouldBe(0, _standalone.Said);
            await _standalone.DisposeAsync();
        }

        _executable.Dispose();
    }

    /// <summary>A name that no other test has.</summary>
    internal string NewName(string what) => $"{what}-{NewNumber()}";

    /// <summary>A number that no other test has, from 1.</summary>
    internal int NewNumber() => Interlocked.Increment(ref _names);

    /// <summary>Writes a kubeconfig for a service account of the system's namespace, which may be about to be made.</summary>
    /// <returns>The file; its context has the account's name.</returns>
    internal async Task<string> KubeconfigOf(string account)
    {
        var token = (await Eventually.Get(
            () => Kubectl.Run($"-n {KamajiCluster.SystemNamespace} create token {account}"), made => made.ExitCode == 0, $"{account} has a token")).Output.Trim();
        var kubeconfig = _executable.File($"{account}.conf");
        File.Copy(_executable.File("host.conf"), kubeconfig);
        var config = new Kubectl(kubeconfig);
        (await config.Run($"config set-credentials {account} --token={token}")).ShouldSucceed();
        (await config.Run($"config set-context {account} --cluster=dpucluster-default --user={account}")).ShouldSucceed();
        return kubeconfig;
    }

    /// <summary>Starts a control plane to adopt.</summary>
    internal async Task<Tenant> StartTenant()
    {
        var tenant = new Tenant(_executable, NewName("site"));
        lock (_tenants)
        {
            _tenants.Add(tenant);
        }

        await tenant.Start();
        return tenant;
    }
}

/// <summary>A control plane to adopt, in a process of its own.</summary>
internal sealed class Tenant(Executable executable, string name) : IAsyncDisposable
{
    private RunningProcess? _process;

    public string KubeconfigFile { get; } = executable.File($"{name}.conf");

    public Kubectl Kubectl => new(KubeconfigFile);

    public RunningProcess Process => _process!;

    public async Task Start()
    {
        _process = executable.Start("standalone", "tenant", name, "--write-kubeconfig", KubeconfigFile);
        await _process.HasSaid("To adopt it", TimeSpan.FromMinutes(5));
    }

    public async Task Kill()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}

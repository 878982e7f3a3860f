using System.CommandLine;
using DpuCluster.Client;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Standalone;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Cli.Commands;

/// <summary>
/// The flags that every controller process takes. Names, defaults and the forms <c>--flag</c>, <c>--flag=true</c> are the
/// reference implementation's, so that its operator can start these processes.
/// </summary>
internal sealed class ControllerOptions
{
    private readonly Option<bool> _leaderElect = Flags.Switch(
        "--leader-elect", "Act only while holding the lease, so that several replicas can run.");

    private readonly Option<string> _metricsAddress = new("--metrics-bind-address")
    {
        Description = "Where /metrics is served, as HOST:PORT or :PORT; 0: nowhere.",
        DefaultValueFactory = _ => ":8080",
    };

    private readonly Option<bool> _metricsSecure = Flags.Switch(
        "--metrics-secure", "Serve /metrics over HTTPS, to callers that the API server authenticates and allows.");

    private readonly Option<string> _probeAddress = new("--health-probe-bind-address")
    {
        Description = "Where /healthz and /readyz are served, as HOST:PORT or :PORT; 0: nowhere.",
        DefaultValueFactory = _ => ":8081",
    };

    private readonly Option<bool> _enableHttp2 = Flags.Switch("--enable-http2", "Offer HTTP/2 on the metrics address.");

    private readonly Option<string?> _kubeconfig = new("--kubeconfig")
    {
        Description = "Kubeconfig of the host cluster. Default: KUBECONFIG, ~/.kube/config, or the pod's service account.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _context = new("--context") { Description = "Context of the kubeconfig; default: its current one." };

    private readonly Option<string?> _leaseNamespace = new("--leader-election-namespace")
    {
        Description = "Namespace of the lease; default: the pod's own, or dpf-operator-system.",
    };

    private readonly Option<int> _workers = Flags.Number(
        "--workers", 1, 64, 4, "How many objects are reconciled at a time, 1 to 64.");

    private readonly Option<bool> _allowInsecure = Flags.Switch(
        "--allow-insecure-dpu-clusters", "Accept admin kubeconfigs that switch the verification of the server's certificate off.");

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
        {
            _leaderElect, _metricsAddress, _metricsSecure, _probeAddress, _enableHttp2, _kubeconfig, _context, _leaseNamespace, _workers,
            _allowInsecure,
        })
        {
            command.Add(option);
        }
    }

    /// <summary>What admin kubeconfigs may say beyond the rules.</summary>
    public DpuKubeconfigOptions Kubeconfigs(ParseResult parsed) => new() { AllowInsecure = parsed.GetValue(_allowInsecure) };

    /// <summary>What the host of a controller process is started with.</summary>
    /// <exception cref="KubeconfigException">The kubeconfig cannot be used.</exception>
    public ControllerHostOptions Host(ParseResult parsed, string name, ILoggerFactory loggers) => new()
    {
        Name = name,
        Client = KubeconfigLoader.Load(parsed.GetValue(_kubeconfig), parsed.GetValue(_context)),
        LeaderElect = parsed.GetValue(_leaderElect),
        LeaseNamespace = parsed.GetValue(_leaseNamespace),
        LeaseIdentity = Environment.GetEnvironmentVariable(StandaloneOptions.LeaseIdentityVariable) is { Length: > 0 } identity ? identity : null,
        MetricsBindAddress = parsed.GetValue(_metricsAddress)!,
        MetricsSecure = parsed.GetValue(_metricsSecure),
        HealthProbeBindAddress = parsed.GetValue(_probeAddress)!,
        EnableHttp2 = parsed.GetValue(_enableHttp2),
        Workers = parsed.GetValue(_workers),
        LoggerFactory = loggers,
    };
}

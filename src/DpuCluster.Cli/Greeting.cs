using DpuCluster.Standalone;
using Spectre.Console;

namespace DpuCluster.Cli;

/// <summary>What the person who has started an environment needs to know: what runs where, and what to type next.</summary>
internal static class Greeting
{
    public static void Print(StandaloneEnvironment environment)
    {
        Line($"[bold]DPUCluster[/] runs on this machine, {Where(environment.DataDirectory)}, until Ctrl-C.");
        Line($"  host cluster   {environment.Address}");
        Line($"  operator       {(environment.RunsOperator ? "installs what the DPFOperatorConfig asks for" : "left out: nobody installs the controllers")}");
        Line($"  controllers    {Controllers(environment)}");
        Line($"  stand-ins      {Listed(environment.StandIns)}");
        Line($"  kubeconfig     {environment.KubeconfigFile} (context {environment.Name})");
        Line($"");
        Line($"In another terminal:");
        Command($"export KUBECONFIG={environment.KubeconfigFile}");
        Command($"kubectl get dpuclusters -A");
        Line($"A second control plane, for a static DPUCluster to adopt: [bold]dpucluster standalone tenant NAME[/]");
        Line($"For development, tests and training only: this is not a Kubernetes distribution.");
    }

    public static void Print(StandaloneTenant tenant)
    {
        Line($"A control plane with nothing in it runs on this machine, {Where(tenant.DataDirectory)}, until Ctrl-C.");
        Line($"  address        {tenant.Address}");
        Line($"  kubeconfig     {tenant.KubeconfigFile} (context {tenant.Name})");
        Line($"");
        Line($"To adopt it, with kubectl talking to the host cluster:");
        Command($"kubectl -n {StandaloneEnvironment.SystemNamespace} create secret generic {tenant.Name} --from-file=admin.conf={tenant.KubeconfigFile}");
        Line($"and name that Secret in [bold]spec.kubeconfig[/] of a DPUCluster of type static.");
    }

    private static string Controllers(StandaloneEnvironment environment) => environment switch
    {
        { RunsPods: false } => "none: their pods wait, as there are no nodes to run them",
        { Controllers.Count: 0 } => "none",
        { RunsProcesses: true } => $"{Listed(environment.Controllers)}: as pods, each a process of its own",
        _ => $"{Listed(environment.Controllers)}: as pods, inside this process",
    };

    private static string Listed(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);

    private static string Where(string? dataDirectory) => dataDirectory is null ? "in memory" : $"with everything kept in {dataDirectory}";

    // What a person copies must stand in one piece, however narrow the terminal is.
    private static void Command(string text) => Console.Out.WriteLine($"  {text}");

    private static void Line(FormattableString text)
    {
        var arguments = text.GetArguments().Select(argument => Markup.Escape(argument?.ToString() ?? "")).ToArray<object>();
        AnsiConsole.Profile.Capabilities.Ansi &= !Console.IsOutputRedirected;
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 400);
        AnsiConsole.MarkupLine(string.Format(System.Globalization.CultureInfo.InvariantCulture, text.Format, arguments));
    }
}

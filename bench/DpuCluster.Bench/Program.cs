using System.CommandLine;
using DpuCluster.Bench.Measure;
using DpuCluster.Bench.Scenarios;

var parsed = new RootCommand("Measures DPUCluster; each command is one scenario.")
{
    ScenarioCommand.Create(StaticScenario.Scenario), ScenarioCommand.Create(KamajiScenario.Scenario), ScenarioCommand.Create(ApiServerScenario.Scenario),
    ScenarioCommand.Create(InstallScenario.Scenario), ScenarioCommand.Create(SoakScenario.Scenario), ScenarioCommand.Create(RuntimeScenario.Scenario),
    ScenarioCommand.Create(OutageScenario.Scenario), InformerProcess.Create(),
}.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        Console.Error.WriteLine($"bench: {error.Message}");
    }

    Console.Error.WriteLine("  see: --help");
    return 2;
}

try
{
    return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
}
catch (BenchException exception)
{
    Console.Error.WriteLine($"bench: {exception.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("bench: cancelled");
    return 1;
}

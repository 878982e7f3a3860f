using System.Text.Json.Nodes;
using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>The real kubectl, with one kubeconfig.</summary>
internal sealed class Kubectl(string kubeconfig)
{
    /// <summary>Runs a command line, split at blanks.</summary>
    public Task<ProcessResult> Run(string arguments, string? input = null) =>
        RunWith(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), input);

    /// <summary>Runs a command line whose arguments have blanks in them.</summary>
    public Task<ProcessResult> RunWith(IEnumerable<string> arguments, string? input = null, string editor = "false") =>
        ProcessRunner.RunAsync(
            Tools.Require("kubectl"), ["--kubeconfig", kubeconfig, .. arguments], input, new Dictionary<string, string?>(Environment) { ["KUBE_EDITOR"] = editor });

    /// <summary>Applies a manifest.</summary>
    public async Task Apply(string manifest) => (await Run("apply -f -", manifest)).ShouldSucceed();

    /// <summary>The value at a JSONPath of an object; empty where there is none.</summary>
    public async Task<string> Value(string what, string jsonPath) =>
        (await RunWith(["get", .. what.Split(' '), "-o", $"jsonpath={jsonPath}"])).ShouldSucceed().Output;

    /// <summary>Waits, with a watch, until the value at a JSONPath of one object, which may not be there yet, is the one expected.</summary>
    public async Task HasValue(string what, string jsonPath, string expected, TimeSpan? patience = null)
    {
        string[] arguments = ["wait", .. what.Split(' '), $"--for=jsonpath={jsonPath}={expected}", "--timeout=20s"];
        try
        {
            await Eventually.Get(() => RunWith(arguments), result => result.ExitCode == 0, $"{jsonPath} of {what} is {expected}", patience);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message}\n{(await RunWith(["get", .. what.Split(' '), "-o", "yaml"])).Output}", exception);
        }
    }

    /// <summary>The object as it is.</summary>
    public async Task<JsonObject> Object(string what) => JsonNode.Parse((await Run($"get {what} -o json")).ShouldSucceed().Output)!.AsObject();

    // A cache of discovery in the home directory must not carry over from one environment to the next on the same port.
    private static readonly Dictionary<string, string?> Environment = new()
    {
        ["KUBECACHEDIR"] = Path.Combine(Path.GetTempPath(), $"dpucluster-kubectl-{System.Environment.ProcessId}-{Guid.NewGuid():N}"),
        ["KUBECONFIG"] = "",
    };
}

/// <summary>Shortens what tests do with results most often.</summary>
internal static class ProcessResults
{
    /// <summary>The result, which must be a success.</summary>
    public static async Task<ProcessResult> Succeeds(this Task<ProcessResult> result) => (await result).ShouldSucceed();

    /// <summary>What was printed; it must be a success.</summary>
    public static async Task<string> Output(this Task<ProcessResult> result) => (await result.Succeeds()).Output;
}

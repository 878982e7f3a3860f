using DpuCluster.Standalone.Pods;
using DpuCluster.Testing;

namespace DpuCluster.Standalone.Tests.Pods;

public sealed class ChildProcessesTests
{
    [ToolFact("sh")]
    public async Task Child_that_is_asked_to_end_may_finish()
    {
        var (log, stop) = (new PodLog(), new CancellationTokenSource());
        var running = Run("echo runs; read word; echo \"told to $word\"; exit 3", log, stop.Token, CancellationToken.None);
        await Says(log, "runs");

        await stop.CancelAsync();

        (await running.WaitAsync(Eventually.Patience)).ShouldBe(3);
        await Says(log, "told to end");
    }

    [ToolFact("sh")]
    public async Task Child_that_does_not_end_is_killed_and_not_before_its_time()
    {
        var (log, stop, kill) = (new PodLog(), new CancellationTokenSource(), new CancellationTokenSource());
        var running = Run("echo runs; read word; echo \"told to $word\"; exec sleep 600", log, stop.Token, kill.Token);
        await Says(log, "runs");

        await stop.CancelAsync();
        await Says(log, "told to end");
        running.IsCompleted.ShouldBeFalse();
        await kill.CancelAsync();

        (await running.WaitAsync(Eventually.Patience)).ShouldBe(128 + 9);
    }

    [Fact]
    public async Task Program_that_is_not_there_ends_at_once_and_the_log_says_why()
    {
        var log = new PodLog();

        (await new ChildProcesses(["/no/such/program"]).RunAsync(Start(log), CancellationToken.None, CancellationToken.None)).ShouldBe(127);

        await Says(log, "/no/such/program");
    }

    private static Task<int> Run(string script, PodLog log, CancellationToken stop, CancellationToken kill) =>
        new ChildProcesses([Tools.Require("sh"), "-c", script]).RunAsync(Start(log), stop, kill);

    private static ContainerStart Start(PodLog log) =>
        new(new("ns", "pod"), "static-cluster-manager", [], new Dictionary<string, string>(), "kubeconfig", "identity", null, log);

    private static Task<string> Says(PodLog log, string text) => Eventually.Get(
        async () =>
        {
            using var reader = new StreamReader(log.Open(follow: false, tailLines: null, default));
            return await reader.ReadToEndAsync();
        },
        said => said.Contains(text, StringComparison.Ordinal),
        $"the log has \"{text}\"");
}

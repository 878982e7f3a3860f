using Xunit.Abstractions;

namespace DpuCluster.ApiServer.Tests.Conformance;

/// <summary>Plays what a real API server was recorded to answer, and expects the same.</summary>
public sealed class ConformanceTests(ITestOutputHelper output)
{
    /// <summary>Steps that are not answered as recorded, and why. One that passes must leave this table.</summary>
    private static readonly Dictionary<(string Scenario, int Step), string> KnownFailures = [];

    public static TheoryData<string> Scenarios()
    {
        var names = new TheoryData<string>();
        foreach (var name in Recordings.Names()) names.Add(name);
        return names;
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Answers_are_those_of_a_real_server(string name)
    {
        // Managers that wrote in the same second are listed by name: the clock stands still, so that it is the same second.
        await using var server = await TestServer.StartAsync(new EmbeddedApiServerOptions { Clock = new StandingClock() });
        if (name != Recordings.First) await new Replay(server, Recordings.Read(Recordings.First)).PlayAsync();
        var results = await new Replay(server, Recordings.Read(name)).PlayAsync();
        var problems = new List<string>();
        foreach (var (step, difference) in results)
        {
            var known = KnownFailures.GetValueOrDefault((name, step));
            if (difference is null && known is not null) problems.Add($"step {step} passes and must leave the table of known failures");
            if (difference is not null && known is null) problems.Add($"step {step}: {difference}");
        }

        output.WriteLine($"{results.Count(r => r.Value is null)} of {results.Count} steps as recorded");
        problems.ShouldBeEmpty();
    }

    /// <summary>Shows the time at which it was made; what waits, waits by the real clock.</summary>
    private sealed class StandingClock : TimeProvider
    {
        private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => _now;
    }
}

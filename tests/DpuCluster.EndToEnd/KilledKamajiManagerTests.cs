using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>The Kamaji cluster manager is killed again and again, and it makes no difference in the end.</summary>
public sealed class KilledKamajiManagerTests(SiteWithoutKamajiManager site) : IClassFixture<SiteWithoutKamajiManager>
{
    private const int Seeds = 10;

    [ToolFact("kubectl")]
    public async Task Manager_that_is_killed_at_any_moment_leads_to_the_same_end_and_leaves_nothing_over()
    {
        (await site.Kubectl.Run("annotate nodes --all dpucluster.dev/missing-images=kube-apiserver:v1.30.99")).ShouldSucceed();
        await using var manager = await KamajiManagerProcess.StartAsync(site);
        var undisturbed = new KamajiStory(site, seed: 0, () => Task.CompletedTask);
        var expected = await undisturbed.Live();
        expected.ShouldContain("True HealthCheckPassed");
        await undisturbed.End();
        manager.Kills.ShouldBe(0);

        await Task.WhenAll(Enumerable.Range(1, Seeds).Select(async seed =>
        {
            try
            {
                var story = new KamajiStory(site, seed, manager.Kill);
                await story.Live();
                await story.EndsAs(expected);
                await story.End();
                story.Disturbances.ShouldBePositive();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}: {exception.Message}", exception);
            }
        }));

        // Fewer than all disturbances together: a manager that is on its way back already is not killed once more.
        manager.Kills.ShouldBeGreaterThan(0);
    }
}

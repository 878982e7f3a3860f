using System.Text.RegularExpressions;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Testing.Servers;

/// <summary>
/// Whether a role is enough and not more: a scenario must come to its end without a single request that is refused, and with any one rule
/// of the role taken away a request must be refused.
/// </summary>
public static partial class Refusals
{
    /// <summary>Runs a scenario to its end, or until the server has refused somebody something.</summary>
    /// <param name="admin">Client of one who may read the server's metrics.</param>
    /// <param name="scenario">The scenario; it waits by the function that it is given, which ends it when it is cut short.</param>
    /// <returns>What was refused; empty where the scenario came to its end and nothing was.</returns>
    public static async Task<IReadOnlyList<string>> OfAsync(KubernetesClient admin, Func<Func<Func<Task<bool>>, string, Task>, Task> scenario)
    {
        ArgumentNullException.ThrowIfNull(admin);
        ArgumentNullException.ThrowIfNull(scenario);
        using var cut = new CancellationTokenSource();
        var running = scenario((condition, what) => Eventually.Get(
            async () =>
            {
                if (await ReadAsync(admin) is { Count: > 0 })
                {
                    await cut.CancelAsync();
                }

                return cut.IsCancellationRequested || await condition();
            },
            done => done,
            what).ContinueWith(
                task =>
                {
                    task.GetAwaiter().GetResult();
                    cut.Token.ThrowIfCancellationRequested();
                },
                TaskScheduler.Default));
        try
        {
            await running;
        }
        catch (OperationCanceledException) when (cut.IsCancellationRequested)
        {
            // Something was refused: there is no more to learn.
        }

        return await ReadAsync(admin);
    }

    /// <summary>A role for each rule of this one: without that rule; with the rule's place, for the name of the test.</summary>
    public static IEnumerable<(string Without, ControllerRole Role)> Narrowed(ControllerRole role)
    {
        ArgumentNullException.ThrowIfNull(role);
        foreach (var one in role.Everywhere)
        {
            yield return (Describe(one), role with { Everywhere = [.. role.Everywhere.Where(other => other != one)] });
        }

        foreach (var one in role.AtHome)
        {
            yield return ($"{Describe(one)} at home", role with { AtHome = [.. role.AtHome.Where(other => other != one)] });
        }
    }

    private static string Describe(Permission one) =>
        $"{string.Join('+', one.Verbs)} {string.Join('+', one.Resources)}{(one.Names.Count > 0 ? $" {string.Join('+', one.Names)}" : "")}";

    private static async Task<IReadOnlyList<string>> ReadAsync(KubernetesClient admin)
    {
        var metrics = await SettledMetrics.NowAsync(admin);
        metrics.IsSuccess.ShouldBeTrue(metrics.Start);
        return [.. Refused().Matches(metrics.Body).Select(match => match.Value)];
    }

    [GeneratedRegex("""^apiserver_request_total\{[^}]*code="403"[^}]*\}""", RegexOptions.Multiline)]
    private static partial Regex Refused();
}

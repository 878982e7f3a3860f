using System.Diagnostics;

namespace DpuCluster.Testing;

/// <summary>Waiting for a condition instead of for a time.</summary>
public static class Eventually
{
    /// <summary>How long a condition may take before the test fails; generous, since a loaded machine is no failure.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Asks again and again until the answer satisfies, and gives that answer.</summary>
    /// <exception cref="TimeoutException">It never did; the message has the last answer or error.</exception>
    public static async Task<T> Get<T>(Func<Task<T>> ask, Func<T, bool> satisfies, string what, TimeSpan? patience = null)
    {
        var started = Stopwatch.GetTimestamp();
        object? last = null;
        while (Stopwatch.GetElapsedTime(started) < (patience ?? Patience))
        {
            try
            {
                var answer = await ask();
                if (satisfies(answer))
                {
                    return answer;
                }

                last = answer;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // An answer that is an error now may be none later; the last one is told when patience ends.
                last = exception;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }

        throw new TimeoutException($"{what}: not within {patience ?? Patience}; last seen: {last}");
    }

    /// <summary>Asks again and again until the condition holds.</summary>
    /// <exception cref="TimeoutException">It never did.</exception>
    public static Task Holds(Func<bool> condition, string what, TimeSpan? patience = null) =>
        Get(() => Task.FromResult(condition()), holds => holds, what, patience);
}

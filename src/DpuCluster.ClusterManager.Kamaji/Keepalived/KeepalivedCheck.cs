using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace DpuCluster.ClusterManager.Kamaji.Keepalived;

/// <summary>What a <see cref="KeepalivedCheck"/> checks, and where it says so.</summary>
/// <param name="Node">Address of the node.</param>
/// <param name="Port">Port on which the API server is reached on the node, 1 to 65535.</param>
/// <param name="Directory">Directory of the tracked files; it exists.</param>
public sealed record KeepalivedCheckOptions(IPAddress Node, int Port, string Directory)
{
    /// <summary>Time between two checks, and time that one may take. Default 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many checks in a row must fail before the node gives the address up. Default 2.</summary>
    public int Failures { get; init; } = 2;
}

/// <summary>
/// Runs beside keepalived in its pod, and tells it whether the API server can be reached on this node, through files that keepalived
/// tracks. So keepalived's image needs no shell, no curl and no other program, and the check runs without keepalived's privileges.
/// </summary>
/// <remarks>
/// A check is a TCP connection to the node port. Whether an API server that accepts connections is a healthy one is judged by
/// Kubernetes: the port leads to ready pods only. When this program is told to end it takes the node out first.
/// </remarks>
public sealed class KeepalivedCheck(KeepalivedCheckOptions options, TimeProvider clock, ILogger logger)
{
    private const string Good = "0\n";
    private const string Bad = "1\n";

    /// <summary>Checks until cancelled.</summary>
    /// <exception cref="IOException">The directory cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written to.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        // Priority first: from the moment that the node counts as healthy it may take the address.
        await WriteAsync(TrackedFiles.Priority, string.Create(CultureInfo.InvariantCulture, $"{TrackedFiles.PriorityOf(options.Node)}\n")).ConfigureAwait(false);
        bool? healthy = null;
        var failures = 0;
        using var timer = new PeriodicTimer(options.Interval, clock);
        try
        {
            do
            {
                var problem = await ProblemAsync(cancellation).ConfigureAwait(false);
                failures = problem is null ? 0 : failures + 1;
                var now = problem is null || (healthy is true && failures < options.Failures);
                if (now != healthy)
                {
                    KeepalivedCheckLog.Changed(logger, options.Port, now ? "is reached" : "is not reached", problem ?? "");
                    healthy = now;
                }

                // Each time, since keepalived may have come after us and made the file anew.
                await WriteAsync(TrackedFiles.ApiServer, now ? Good : Bad).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // That is how it ends.
        }
        finally
        {
            await WriteAsync(TrackedFiles.ApiServer, Bad).ConfigureAwait(false);
        }
    }

    private async Task<string?> ProblemAsync(CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(options.Interval, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        using var socket = new Socket(options.Node.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(options.Node, options.Port, either.Token).ConfigureAwait(false);
            return null;
        }
        catch (SocketException exception)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "no answer in time";
        }
    }

    /// <summary>Puts the text into a file that may belong to another user, in one step, and only where it is not there already.</summary>
    private async Task WriteAsync(string name, string text)
    {
        var path = Path.Combine(options.Directory, name);
        if (File.Exists(path) && await File.ReadAllTextAsync(path).ConfigureAwait(false) == text)
        {
            return;
        }

        var next = path + ".next";
        await File.WriteAllTextAsync(next, text).ConfigureAwait(false);
        File.Move(next, path, overwrite: true);
    }
}

internal static partial class KeepalivedCheckLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "the API server on port {Port} of this node {State} {Problem}")]
    public static partial void Changed(ILogger logger, int port, string state, string problem);
}

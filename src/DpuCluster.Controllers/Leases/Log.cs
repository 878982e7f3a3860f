using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Leases;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Waiting for the lease {Namespace}/{Name} as {Identity}")]
    public static partial void Waiting(ILogger logger, string @namespace, string name, string identity);

    [LoggerMessage(LogLevel.Information, "Holding the lease {Namespace}/{Name} as {Identity}")]
    public static partial void Acquired(ILogger logger, string @namespace, string name, string identity);

    [LoggerMessage(LogLevel.Warning, "The lease {Namespace}/{Name} could not be renewed: standing by until the server answers")]
    public static partial void StandingBy(ILogger logger, string @namespace, string name);

    [LoggerMessage(LogLevel.Information, "Gave the lease {Namespace}/{Name} back")]
    public static partial void Released(ILogger logger, string @namespace, string name);

    [LoggerMessage(LogLevel.Warning, "Could not give the lease {Namespace}/{Name} back: {Error}")]
    public static partial void NotReleased(ILogger logger, string @namespace, string name, string error);

    [LoggerMessage(LogLevel.Warning, "Could not take or renew the lease {Namespace}/{Name}, will try again: {Error}")]
    public static partial void Failed(ILogger logger, string @namespace, string name, string error);

    [LoggerMessage(LogLevel.Debug, "Cannot watch the lease, looking at it instead: {Error}")]
    public static partial void WatchFailed(ILogger logger, string error);

    [LoggerMessage(LogLevel.Warning, "The lease {Namespace}/{Name} was removed or is older than it was: {Holder} may still act, so it is not taken for {Seconds} s")]
    public static partial void WentBack(ILogger logger, string @namespace, string name, string holder, double seconds);
}

using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Hosting;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "{Name} acts from now on")]
    public static partial void Acting(ILogger logger, string name);

    [LoggerMessage(LogLevel.Information, "{Name} ends: finishing what runs")]
    public static partial void Stopping(ILogger logger, string name);

    [LoggerMessage(LogLevel.Information, "{Name} has ended")]
    public static partial void Stopped(ILogger logger, string name);

    [LoggerMessage(LogLevel.Warning, "What still runs is cut short")]
    public static partial void CuttingShort(ILogger logger);

    [LoggerMessage(LogLevel.Error, "The lease is lost: this process stops acting")]
    public static partial void LeaseLost(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "A write had no answer and may still reach the server: the lease is left to run out")]
    public static partial void LeaseKept(ILogger logger);
}

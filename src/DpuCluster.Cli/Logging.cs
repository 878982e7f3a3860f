using DpuCluster.Kubernetes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace DpuCluster.Cli;

/// <summary>Where log messages go: to standard error, one line each, so that standard output stays for what was asked for.</summary>
internal static class Logging
{
    /// <summary>Names the least level that is written: trace, debug, information, warning, error, critical or none.</summary>
    public const string LevelVariable = "DPUCLUSTER_LOG_LEVEL";

    public static ILoggerFactory ToStandardError(LogLevel unlessSaid) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(Level() ?? unlessSaid)
        .AddFilter("Microsoft", LogLevel.Warning)

        // Why a web server cannot start is thrown as well, and told as a sentence.
        .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical)
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        })
        .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));

    private static LogLevel? Level()
    {
        var level = Environment.GetEnvironmentVariable(LevelVariable);
        return string.IsNullOrEmpty(level) ? null
            : Enum.TryParse<LogLevel>(level, ignoreCase: true, out var parsed) && !int.TryParse(level, out _) ? parsed
            : throw new UserErrorException($"{LevelVariable} is \"{level}\"", "set it to trace, debug, information, warning, error, critical or none");
    }
}

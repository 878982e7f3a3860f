using Microsoft.Extensions.Logging;

namespace DpuCluster.Operator;

internal static partial class OperatorLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} {Name} is not as it should be ({Field}): applying it")]
    public static partial void Differs(ILogger logger, string kind, string name, string field);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} {Name} is not wanted any more: removing it")]
    public static partial void Removes(ILogger logger, string kind, string name);
}

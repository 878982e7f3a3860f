using DpuCluster.Kubernetes.Meta;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Informers;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Watching {Resource} failed, will try again: {Error}")]
    public static partial void WatchFailed(ILogger logger, ResourceType resource, string error);

    [LoggerMessage(LogLevel.Debug, "Watching {Resource} failed {Failures} times in a row: {Error}")]
    public static partial void WatchStillFails(ILogger logger, ResourceType resource, int failures, string error);

    [LoggerMessage(LogLevel.Information, "Watching {Resource} works again")]
    public static partial void Recovered(ILogger logger, ResourceType resource);

    [LoggerMessage(LogLevel.Information, "Reading all {Resource} again: {Cause}")]
    public static partial void ListAgain(ILogger logger, ResourceType resource, string cause);

    [LoggerMessage(LogLevel.Warning, "The server's state of {Resource} is older than version {Version}, which was seen: reading all again")]
    public static partial void WentBack(ILogger logger, ResourceType resource, string version);

    [LoggerMessage(LogLevel.Debug, "The server gives no streaming list of {Resource}, listing instead: {Cause}")]
    public static partial void NoStreamingList(ILogger logger, ResourceType resource, string cause);

    [LoggerMessage(LogLevel.Warning, "{Resource} are not available to this process, which goes on without them: {Error}")]
    public static partial void Unavailable(ILogger logger, ResourceType resource, string error);

    [LoggerMessage(LogLevel.Error, "A handler of {Resource} failed on {Key}")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, ResourceType resource, NamespacedName key);
}

using System.Collections.Concurrent;
using DpuCluster.Kubernetes.Meta;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>Logs what a key fails with once: again only when it fails with something else, or after a success.</summary>
internal sealed partial class FailureLog(ILogger logger)
{
    private readonly ConcurrentDictionary<NamespacedName, string> _last = [];

    public void Failed(NamespacedName key, Exception exception, TimeSpan wait)
    {
        var message = exception.Message;
        if (_last.TryGetValue(key, out var last) && last == message)
        {
            Again(logger, key.Namespace, key.Name, message, wait);
            return;
        }

        _last[key] = message;

        // What a server answered, or that it did not, needs no stack trace to be understood.
        if (exception is KubernetesException or HttpRequestException or IOException or TimeoutException)
        {
            First(logger, key.Namespace, key.Name, message, wait);
        }
        else
        {
            Unexpected(logger, exception, key.Namespace, key.Name, wait);
        }
    }

    public void Conflict(NamespacedName key, string message) => Conflict(logger, key.Namespace, key.Name, message);

    public void Succeeded(NamespacedName key)
    {
        if (!_last.IsEmpty && _last.TryRemove(key, out _))
        {
            Recovered(logger, key.Namespace, key.Name);
        }
    }

    [LoggerMessage(LogLevel.Error, "Reconciling {Namespace}/{Name} failed, next try in {Wait}: {Error}")]
    private static partial void First(ILogger logger, string @namespace, string name, string error, TimeSpan wait);

    [LoggerMessage(LogLevel.Error, "Reconciling {Namespace}/{Name} failed unexpectedly, next try in {Wait}")]
    private static partial void Unexpected(ILogger logger, Exception exception, string @namespace, string name, TimeSpan wait);

    [LoggerMessage(LogLevel.Debug, "Reconciling {Namespace}/{Name} failed as before, next try in {Wait}: {Error}")]
    private static partial void Again(ILogger logger, string @namespace, string name, string error, TimeSpan wait);

    [LoggerMessage(LogLevel.Debug, "Reconciling {Namespace}/{Name} met a newer state and starts again: {Error}")]
    private static partial void Conflict(ILogger logger, string @namespace, string name, string error);

    [LoggerMessage(LogLevel.Information, "Reconciling {Namespace}/{Name} works again")]
    private static partial void Recovered(ILogger logger, string @namespace, string name);
}

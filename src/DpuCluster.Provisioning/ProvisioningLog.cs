using DpuCluster.Kubernetes.Meta;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Provisioning;

internal static partial class ProvisioningLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "DPUCluster {Cluster}: Secret {Secret} has new credentials; they are in use")]
    public static partial void Rotated(ILogger logger, NamespacedName cluster, NamespacedName secret);

    [LoggerMessage(Level = LogLevel.Debug, Message = "DPUCluster {Cluster}: health check failed ({Failures} in a row): {Cause}")]
    public static partial void CheckFailed(ILogger logger, string cluster, int failures, string cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "DPUCluster {Cluster}: the health check itself failed")]
    public static partial void Unexpected(ILogger logger, Exception exception, string cluster);
}

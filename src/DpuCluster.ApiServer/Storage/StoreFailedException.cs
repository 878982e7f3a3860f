namespace DpuCluster.ApiServer.Storage;

/// <summary>What is committed cannot be made safe any more. The store takes no writes from then on.</summary>
internal sealed class StoreFailedException(string directory, Exception cause)
    : IOException($"the data directory {directory} cannot be written any more: {cause.Message}", cause);

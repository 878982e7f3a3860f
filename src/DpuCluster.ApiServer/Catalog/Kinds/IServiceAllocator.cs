namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Gives out the cluster IPs and node ports of services. Safe for use by several threads.</summary>
internal interface IServiceAllocator
{
    /// <summary>Takes an address.</summary>
    /// <param name="wanted">The address to take; null for any.</param>
    /// <param name="taken">The address, when there is no error.</param>
    /// <returns>What is wrong, as it stands in an error message; null for nothing.</returns>
    string? TakeAddress(string? wanted, out string taken);

    void ReturnAddress(string address);

    /// <summary>Takes a node port.</summary>
    /// <param name="wanted">The port to take; null for any.</param>
    /// <param name="taken">The port, when there is no error.</param>
    /// <returns>What is wrong, as it stands in an error message; null for nothing.</returns>
    string? TakePort(int? wanted, out int taken);

    void ReturnPort(int port);
}

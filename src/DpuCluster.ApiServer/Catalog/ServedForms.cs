using System.Runtime.CompilerServices;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Catalog;

/// <summary>
/// Served forms of stored objects that are costly to make, because a web service is asked: each is made once, for all who ask for it
/// meanwhile and later, and remembered as long as the stored state. What failed is made again for the next who asks.
/// </summary>
/// <param name="make">Makes the JSON of an object.</param>
internal sealed class ServedForms(Func<StoredObject, Task<byte[]>> make)
{
    private readonly ConditionalWeakTable<StoredObject, Lazy<Task<byte[]>>> _made = [];

    /// <summary>The JSON of an object in the served version.</summary>
    /// <exception cref="Http.ApiException">It cannot be made.</exception>
    public async Task<byte[]> GetAsync(StoredObject stored)
    {
        var form = _made.GetValue(stored, one => new(() => make(one)));
        try
        {
            return await form.Value.ConfigureAwait(false);
        }
        catch
        {
            _made.Remove(stored);
            throw;
        }
    }
}

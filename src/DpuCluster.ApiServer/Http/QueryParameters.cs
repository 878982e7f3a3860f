using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Http;

/// <summary>Reads query parameters as the API server does.</summary>
internal static class QueryParameters
{
    /// <summary>The parameter's first value; empty when it is not there.</summary>
    public static string Get(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && values.Count > 0 ? values[0] ?? "" : "";

    /// <summary>A parameter that is there counts as true unless it says false.</summary>
    public static bool IsTrue(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && values.Count > 0 && (values[0] ?? "").ToLowerInvariant() is not ("false" or "0");

    /// <summary>A parameter that may be absent, true or false.</summary>
    public static bool? Optional(IQueryCollection query, string name) => query.ContainsKey(name) ? IsTrue(query, name) : null;
}

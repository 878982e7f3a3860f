using DpuCluster.ApiServer.Authentication;
using DpuCluster.ApiServer.Catalog;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Http;

/// <summary>A request for objects on its way through the server.</summary>
internal sealed record ApiRequest(HttpContext Http, RequestInfo Info, UserInfo User, ResourceDefinition Resource, MediaType Accept)
{
    /// <summary>What the client is told besides the answer.</summary>
    public List<string> Warnings { get; } = [];

    public CancellationToken Aborted => Http.RequestAborted;

    public IQueryCollection Query => Http.Request.Query;

    /// <summary>Who manages the fields that this request writes.</summary>
    public string FieldManager
    {
        get
        {
            var given = QueryParameters.Get(Query, "fieldManager");
            if (given.Length > 0) return given;
            var agent = Http.Request.Headers.UserAgent.ToString();
            var slash = agent.IndexOf('/', StringComparison.Ordinal);
            var prefix = slash < 0 ? agent : agent[..slash];
            return prefix.Length > MostOfManager ? prefix[..MostOfManager] : prefix;
        }
    }

    private const int MostOfManager = 128;
}

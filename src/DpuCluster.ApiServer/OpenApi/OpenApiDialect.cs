namespace DpuCluster.ApiServer.OpenApi;

/// <summary>The two versions of OpenAPI that a server speaks.</summary>
internal enum OpenApiDialect
{
    /// <summary>OpenAPI v2, once called Swagger: no alternatives, no null.</summary>
    V2,

    V3,
}

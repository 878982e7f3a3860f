using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>Who writes to what: everything about a write that field management has to know besides the objects.</summary>
internal sealed record FieldManagementContext
{
    /// <summary>Schema of the whole object in the version of the request.</summary>
    public required Schema Schema { get; init; }

    /// <summary>Version of the request, such as <c>apps/v1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Kind of the object; applying another one is refused. Empty where the caller has checked.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The client's <c>fieldManager</c>, or what <see cref="ManagerName.Of"/> made of its user agent.</summary>
    public required string Manager { get; init; }

    /// <summary>Such as <c>status</c>; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>When the write happens.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>What the request cannot change; see <see cref="FieldFilter.ExceptSpec"/> and <see cref="FieldFilter.ExceptStatus"/>.</summary>
    public FieldFilter ResetFields { get; init; } = FieldFilter.None;

    /// <summary>
    /// The schema of the same kind in another version, for owners who wrote in that one; null for a version that is not
    /// served any more, whose owners are forgotten. Without this function every version has <see cref="Schema"/>.
    /// </summary>
    public Func<string, Schema?>? SchemaOfVersion { get; init; }

    internal Schema? SchemaIn(string apiVersion) =>
        apiVersion == ApiVersion || SchemaOfVersion is null ? Schema : SchemaOfVersion(apiVersion);
}

using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tables;

/// <summary>A column of a table.</summary>
/// <param name="Name">Title.</param>
/// <param name="Type"><c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c> or <c>date</c>.</param>
/// <param name="Description">For people.</param>
/// <param name="Priority">0 is always shown, more only in wide output.</param>
/// <param name="Format">OpenAPI format: <c>name</c> marks the column of the object's name.</param>
/// <param name="Cell">Its value for an object at a time.</param>
internal sealed record TableColumn(
    string Name,
    string Type,
    string Description,
    int Priority,
    string Format,
    Func<JsonObject, DateTimeOffset, JsonNode?> Cell);

using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Tests.Schemas;

/// <summary>Short ways to write schemas and values in tests.</summary>
internal static class SchemaText
{
    public static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();

    public static Schema Schema(string json) => SchemaReader.Read(Json(json));

    /// <summary>The errors of an object <c>{"x": value}</c> whose field has the schema, one a line.</summary>
    public static string ErrorsOf(string schema, string value) =>
        Join(SchemaValidator.Validate(Schema("""{"type":"object","properties":{"x":SCHEMA}}""".Replace("SCHEMA", schema, StringComparison.Ordinal)), Json($$"""{"x":{{value}}}""")));

    public static string Join(IEnumerable<FieldError> errors) => string.Join('\n', errors.Select(error => error.ToString()));
}

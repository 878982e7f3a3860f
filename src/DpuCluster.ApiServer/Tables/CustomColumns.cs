using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Types;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Tables;

/// <summary>Columns of custom resources, from their <c>additionalPrinterColumns</c>.</summary>
internal static class CustomColumns
{
    private static readonly PrinterColumn Age = new("Age", "date", ".metadata.creationTimestamp", Description: "How long ago the object was made.");

    public static IEnumerable<TableColumn> Of(ResourceDefinition resource)
    {
        yield return TableColumns.Name;
        foreach (var column in resource.PrinterColumns.Count > 0 ? resource.PrinterColumns : [Age])
        {
            // A path that cannot be read was refused with the CRD; what slips through shows nothing.
            var path = JsonPath.TryParse(column.JsonPath, out _);
            yield return new TableColumn(column.Name, column.Type, column.Description.Length > 0 ? column.Description : $"Custom resource definition column (in JSONPath format): {column.JsonPath}", column.Priority, column.Format, (obj, now) => Cell(path, column.Type, obj, now));
        }
    }

    private static JsonNode? Cell(JsonPath? path, string type, JsonObject obj, DateTimeOffset now)
    {
        var found = path?.Select(obj);
        if (found is not { Count: > 0 } || found[0] is not { } value) return null;
        var kind = value.GetValueKind();
        return type switch
        {
            "string" => Text(value),
            "integer" when kind == JsonValueKind.Number => (long)Number(value),
            "number" when kind == JsonValueKind.Number => Number(value),
            "boolean" when kind is JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>(),
            "date" when value.AsText() is { } text => Timestamps.TryParse(text, out var at) ? HumanDuration.Text(now - at) : "<invalid>",
            _ => null,
        };
    }

    private static string Text(JsonNode value) => value.AsText() ?? FieldError.Show(value);

    private static double Number(JsonNode value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
}

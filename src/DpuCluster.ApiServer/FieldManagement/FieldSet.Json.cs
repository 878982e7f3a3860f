using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.FieldManagement;

internal sealed partial class FieldSet
{
    /// <summary>Reads a set in the format FieldsV1.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static FieldSet FromJson(JsonObject fields)
    {
        var result = new Builder();
        foreach (var (name, value) in fields)
        {
            if (name == "." || PathElement.Parse(name) is not { } element)
                continue;
            switch (value)
            {
                case null or JsonObject { Count: 0 }:
                    result.Add(element, true, null);
                    break;
                case JsonObject below:
                    result.Add(element, below.ContainsKey("."), FromJson(below));
                    break;
                default:
                    throw new FormatException($"expected an object at {name}");
            }
        }
        return result.Build();
    }

    /// <summary>Writes the set in the format FieldsV1.</summary>
    public JsonObject ToJson() => ToJson(false);

    private JsonObject ToJson(bool isMember)
    {
        var result = new JsonObject();
        if (isMember)
            result.Add(".", new JsonObject());
        foreach (var entry in _entries)
            result.Add(entry.Element.ToFieldsV1(), entry.Children is null ? new JsonObject() : entry.Children.ToJson(entry.IsMember));
        return result;
    }
}

using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>
/// What a value was before, as far as it can be told: an update is not refused for what it does not touch, so a rule that
/// does not hold for a value that is as it was only warns.
/// </summary>
/// <param name="Current">The value and what it was; null where that cannot be told.</param>
/// <param name="Around">The nearest value around it of which it can be told.</param>
internal readonly record struct RuleCorrelation(RuleCorrelation.Pair? Current, RuleCorrelation.Pair? Around)
{
    public bool IsUnchanged => (Current ?? Around)?.IsUnchanged == true;

    public static RuleCorrelation Root(JsonNode? value, JsonNode? old) =>
        old is null ? default : new RuleCorrelation(new Pair(value, old), null);

    public RuleCorrelation Key(string name, Schema schema)
    {
        if (Current is null)
            return this;
        if (Around is null && name is "apiVersion" or "kind")
            return default;
        return schema.MapType != "atomic" && Current.Value is JsonObject value && Current.Old is JsonObject old
            && old.TryGetPropertyValue(name, out var before)
            ? new RuleCorrelation(new Pair(value[name], before), Current)
            : new RuleCorrelation(null, Current);
    }

    /// <param name="value">An item of a list.</param>
    /// <param name="old">The item of the same key before; null when there was none, or the list has no keys.</param>
    public RuleCorrelation Item(JsonNode? value, JsonNode? old) =>
        Current is null ? this : new RuleCorrelation(old is null ? null : new Pair(value, old), Current);

    internal sealed class Pair(JsonNode? value, JsonNode? old)
    {
        private bool? _isUnchanged;

        public JsonNode? Value => value;

        public JsonNode? Old => old;

        public bool IsUnchanged => _isUnchanged ??= JsonNode.DeepEquals(value, old);
    }
}

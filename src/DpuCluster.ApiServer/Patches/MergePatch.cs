using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.Patches;

/// <summary>JSON Merge Patch (RFC 7386). Nulls inside the objects of a list are dropped too, as kube-apiserver's library does.</summary>
internal static class MergePatch
{
    /// <summary>Reads a merge patch.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="strictErrors">Gets what is to be warned of, or refused, by <c>fieldValidation</c>.</param>
    /// <exception cref="KubernetesException">400 when it is not a JSON object.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> text, ICollection<string>? strictErrors = null) =>
        ParseObject(text, "error decoding patch: ", strictErrors);

    /// <summary>Applies a merge patch; both arguments stay as they are.</summary>
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        var result = (JsonObject)target.DeepClone();
        Merge(result, patch);
        return result;
    }

    /// <summary>The patch that makes <paramref name="to"/> out of <paramref name="from"/>, where neither has nulls.</summary>
    public static JsonObject Difference(JsonObject from, JsonObject to)
    {
        var patch = new JsonObject();
        foreach (var (key, value) in to)
        {
            if (!from.TryGetPropertyValue(key, out var old))
                patch[key] = value?.DeepClone();
            else if (old is JsonObject oldMap && value is JsonObject newMap)
            {
                var inner = Difference(oldMap, newMap);
                if (inner.Count > 0)
                    patch[key] = inner;
            }
            else if (!JsonEquality.AreEqual(old, value))
                patch[key] = value?.DeepClone();
        }
        foreach (var (key, _) in from)
        {
            if (!to.ContainsKey(key))
                patch[key] = null;
        }
        return patch;
    }

    internal static JsonObject ParseObject(ReadOnlySpan<byte> text, string prefix, ICollection<string>? strictErrors)
    {
        try
        {
            return JsonText.Parse(text, strictErrors) switch
            {
                JsonObject o => o,
                null => [],
                var other => throw PatchErrors.BadRequest(
                    $"{prefix}json: cannot unmarshal {JsonText.GoKind(other)} into Go value of type map[string]interface {{}}"),
            };
        }
        catch (FormatException e)
        {
            throw PatchErrors.BadRequest(prefix + e.Message);
        }
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is null)
                target.Remove(key);
            else if (value is JsonObject inner && target[key] is JsonObject existing)
                Merge(existing, inner);
            else
                target[key] = WithoutNulls(value);
        }
    }

    private static JsonNode? WithoutNulls(JsonNode? value)
    {
        switch (value)
        {
            case JsonObject o:
                var map = new JsonObject();
                foreach (var (key, item) in o)
                {
                    if (item is not null)
                        map[key] = WithoutNulls(item);
                }
                return map;
            case JsonArray a:
                var list = new JsonArray();
                foreach (var item in a)
                    list.Add(WithoutNulls(item));
                return list;
            default:
                return value?.DeepClone();
        }
    }
}

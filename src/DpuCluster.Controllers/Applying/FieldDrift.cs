using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Applying;

/// <summary>
/// Finds where an object is not as it should be, without asking the server: every field that is wanted must be there with the value wanted.
/// What the server or others have added is passed over, as server-side apply would leave it alone too.
/// </summary>
/// <remarks>
/// Lists are compared as the server merges them: those whose items have an identity, item by item and with room for those of others; all
/// others, and the maps that the API replaces as a whole, must be exactly as wanted. That a field is wanted no more cannot be
/// seen here: see <see cref="AppliedConfiguration"/>.
/// </remarks>
public static class FieldDrift
{
    /// <summary>By which fields the items of a list are told apart, by the name of the list.</summary>
    private static readonly Dictionary<string, string[]> Identities = new(StringComparer.Ordinal)
    {
        ["containers"] = ["name"],
        ["volumes"] = ["name"],
        ["env"] = ["name"],
        ["volumeMounts"] = ["mountPath"],
        ["ports"] = ["port", "containerPort", "protocol"],
        ["imagePullSecrets"] = ["name"],
        ["topologySpreadConstraints"] = ["topologyKey", "whenUnsatisfiable"],
        ["ownerReferences"] = ["uid"],
    };

    /// <summary>Maps that the API replaces as a whole.</summary>
    private static readonly HashSet<string> Whole = new(StringComparer.Ordinal) { "selector", "matchLabels", "nodeSelector" };

    /// <summary>Path of the first field that is not as wanted; <see langword="null"/> where all are.</summary>
    public static string? Find<T>(T live, T desired)
        where T : class, IKubernetesObject<T> =>
        Find("", "", JsonSerializer.SerializeToNode(live, T.JsonType), JsonSerializer.SerializeToNode(desired, T.JsonType));

    private static string? Find(string path, string name, JsonNode? live, JsonNode? desired) => (live, desired) switch
    {
        (JsonObject have, JsonObject want) => FindInObject(path, name, have, want),
        (JsonArray have, JsonArray want) => FindInList(path, name, have, want),
        _ => JsonNode.DeepEquals(live, desired) ? null : path,
    };

    private static string? FindInObject(string path, string name, JsonObject live, JsonObject desired)
    {
        foreach (var (field, want) in desired)
        {
            var at = path.Length == 0 ? field : $"{path}.{field}";
            if (!live.TryGetPropertyValue(field, out var have))
            {
                return at;
            }

            if (Find(at, field, have, want) is { } found)
            {
                return found;
            }
        }

        return Whole.Contains(name) && live.Count != desired.Count ? path : null;
    }

    private static string? FindInList(string path, string name, JsonArray live, JsonArray desired)
    {
        if (!Identities.TryGetValue(name, out var identity))
        {
            return live.Count != desired.Count
                ? path
                : desired.Select((want, i) => Find($"{path}[{i}]", "", live[i], want)).FirstOrDefault(found => found is not null);
        }

        foreach (var want in desired)
        {
            var have = live.FirstOrDefault(item => identity.All(field => JsonNode.DeepEquals(item?[field], want?[field])));
            var at = $"{path}[{string.Join(",", identity.Select(field => want?[field]?.ToString()))}]";
            if (have is null)
            {
                return at;
            }

            if (Find(at, "", have, want) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}

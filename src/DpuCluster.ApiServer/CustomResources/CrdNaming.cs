using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>
/// Gives names to CustomResourceDefinitions: within a group each plural, singular, short name and kind belongs to the
/// definition that had it first. One whose names are accepted is established, that is served, and stays so.
/// </summary>
internal static class CrdNaming
{
    public const string NamesAccepted = "NamesAccepted";
    public const string Established = "Established";

    /// <summary>Whether a condition of a definition is true.</summary>
    public static bool IsConditionTrue(JsonObject crd, string type) => Condition(crd, type)?.Text("status") == "True";

    /// <summary>Writes accepted names and conditions into the status of a definition.</summary>
    /// <param name="crd">The definition, changed in place.</param>
    /// <param name="all">All definitions; this one may be among them.</param>
    /// <param name="now">When conditions change, if they do.</param>
    /// <returns>Whether the status changed.</returns>
    public static bool Apply(JsonObject crd, IEnumerable<JsonObject> all, DateTimeOffset now)
    {
        var before = crd["status"]?.DeepClone();
        var spec = crd.Map("spec") ?? [];
        var status = crd.Map("status");
        if (status is null)
        {
            status = [];
            crd["status"] = status;
        }

        var requested = spec.Map("names") ?? [];
        var accepted = status.Map("acceptedNames") ?? [];
        var others = all.Where(other => !ReferenceEquals(other, crd) && NameOf(other) != NameOf(crd) && other.Map("spec")?.Text("group") == spec.Text("group"));
        var (names, reason, message) = Decide(requested, accepted, [.. others.Select(other => other.Map("status")?.Map("acceptedNames") ?? [])]);
        status["acceptedNames"] = names;
        var isAccepted = reason is null;
        SetCondition(status, NamesAccepted, isAccepted, reason ?? "NoConflicts", message ?? "no conflicts found", now);
        if (!IsConditionTrue(crd, Established))
        {
            SetCondition(
                status, Established, isAccepted, isAccepted ? "InitialNamesAccepted" : "NotAccepted",
                isAccepted ? "the initial names have been accepted" : "not all names are accepted", now);
        }

        return !JsonValues.AreEqual(before, status);
    }

    private static (JsonObject Names, string? Reason, string? Message) Decide(JsonObject requested, JsonObject accepted, IReadOnlyList<JsonObject> others)
    {
        var resources = others.SelectMany(names => names.Texts("shortNames").Append(names.Text("plural")).Append(names.Text("singular")))
            .Concat([accepted.Text("plural"), accepted.Text("singular"), .. accepted.Texts("shortNames")])
            .Where(name => name.Length > 0).ToHashSet(StringComparer.Ordinal);
        var kinds = others.SelectMany(names => (string[])[names.Text("kind"), names.Text("listKind")])
            .Concat([accepted.Text("kind"), accepted.Text("listKind")])
            .Where(name => name.Length > 0).ToHashSet(StringComparer.Ordinal);

        var names = new JsonObject();
        string? reason = null;
        string? message = null;
        Claim("plural", resources, "PluralConflict");
        Claim("singular", resources, "SingularConflict");
        ClaimShortNames();
        Claim("kind", kinds, "KindConflict");
        Claim("listKind", kinds, "ListKindConflict");
        if (requested["categories"] is JsonArray { Count: > 0 } categories)
        {
            names["categories"] = categories.DeepClone();
        }

        return (names, reason, message);

        void Claim(string field, HashSet<string> used, string conflict)
        {
            var wanted = requested.Text(field);
            var isFree = wanted == accepted.Text(field) || !used.Contains(wanted);
            if (!isFree)
            {
                (reason, message) = (conflict, InUse(wanted));
            }

            var given = isFree ? wanted : accepted.Text(field);
            if (given.Length > 0 || field is "plural" or "kind")
            {
                names[field] = given;
            }
        }

        void ClaimShortNames()
        {
            var own = accepted.Texts("shortNames");
            var taken = requested.Texts("shortNames").Where(name =>
                !own.Contains(name) && name != accepted.Text("plural") && name != accepted.Text("singular") && resources.Contains(name)).ToList();
            if (taken.Count > 0)
            {
                (reason, message) = ("ShortNamesConflict", taken.Count == 1 ? InUse(taken[0]) : $"[{string.Join(", ", taken.Select(InUse))}]");
            }

            if ((taken.Count == 0 ? requested : accepted)["shortNames"] is JsonArray { Count: > 0 } shortNames)
            {
                names["shortNames"] = shortNames.DeepClone();
            }
        }
    }

    private static string InUse(string name) => $"{GoText.Quote(name)} is already in use";

    private static string NameOf(JsonObject crd) => crd.Map("metadata")?.Text("name") ?? "";

    private static JsonObject? Condition(JsonObject crd, string type) =>
        crd.Map("status")?.Maps("conditions").FirstOrDefault(condition => condition.Text("type") == type);

    private static void SetCondition(JsonObject status, string type, bool isTrue, string reason, string message, DateTimeOffset now)
    {
        if (status["conditions"] is not JsonArray conditions)
        {
            conditions = [];
            status["conditions"] = conditions;
        }

        var condition = conditions.OfType<JsonObject>().FirstOrDefault(condition => condition.Text("type") == type);
        if (condition is null)
        {
            condition = new JsonObject { ["type"] = type };
            conditions.Add((JsonNode)condition);
        }

        var value = isTrue ? "True" : "False";
        if (condition.Text("status") != value)
        {
            condition["status"] = value;
            condition["lastTransitionTime"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }

        condition["reason"] = reason;
        condition["message"] = message;
    }
}

using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>What is asked of the users and rights with which containers run.</summary>
internal static class PodSecurityValidation
{
    private static readonly string[] FieldsOfContainer =
    [
        "Capabilities", "Privileged", "SELinuxOptions", "WindowsOptions", "RunAsUser", "RunAsGroup", "RunAsNonRoot", "ReadOnlyRootFilesystem",
        "AllowPrivilegeEscalation", "ProcMount", "SeccompProfile", "AppArmorProfile",
    ];

    /// <summary>Appends what is wrong with the context of a whole pod.</summary>
    public static void Pod(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        if (spec.Object("securityContext") is not { } context) return;
        var at = $"{path}.securityContext";
        foreach (var field in (ReadOnlySpan<string>)["fsGroup", "runAsUser", "runAsGroup"]) Identity(context[field], $"{at}.{field}", errors);
        var i = 0;
        foreach (var group in context["supplementalGroups"] as JsonArray ?? []) Identity(group, $"{at}.supplementalGroups[{i++}]", errors);
    }

    /// <summary>Appends what is wrong with the context of one container.</summary>
    public static void Container(JsonObject container, string path, ICollection<FieldError> errors)
    {
        if (container.Object("securityContext") is not { } context) return;
        var at = $"{path}.securityContext";
        foreach (var field in (ReadOnlySpan<string>)["runAsUser", "runAsGroup"]) Identity(context[field], $"{at}.{field}", errors);
        if (context["allowPrivilegeEscalation"] is not JsonValue escalation || escalation.IsTrue()) return;
        const string NoEscalation = "cannot set `allowPrivilegeEscalation` to false and ";
        if (context["privileged"].IsTrue()) errors.Add(FieldError.InvalidShown(at, Shown(context), NoEscalation + "`privileged` to true"));
        if (context.Object("capabilities")?.Texts("add").Contains("CAP_SYS_ADMIN") == true)
            errors.Add(FieldError.InvalidShown(at, Shown(context), NoEscalation + "`capabilities.Add` CAP_SYS_ADMIN"));
    }

    private static void Identity(JsonNode? id, string path, ICollection<FieldError> errors)
    {
        if (id.AsWhole() is (< 0 or > int.MaxValue) and var number) errors.Add(FieldError.Invalid(path, number, $"must be between 0 and {int.MaxValue}, inclusive"));
    }

    /// <summary>With the names that the fields have inside the real server.</summary>
    private static string Shown(JsonObject context)
    {
        var shown = new JsonObject();
        foreach (var field in FieldsOfContainer)
        {
            var value = context[field == "SELinuxOptions" ? "seLinuxOptions" : char.ToLowerInvariant(field[0]) + field[1..]]?.DeepClone();
            shown[field] = value is JsonObject inner ? new JsonObject(inner.ToList().Select(member => KeyValuePair.Create(char.ToUpperInvariant(member.Key[0]) + member.Key[1..], member.Value?.DeepClone()))) : value;
        }

        if (shown["Capabilities"] is JsonObject capabilities) shown["Capabilities"] = new JsonObject { ["Add"] = capabilities["Add"]?.DeepClone(), ["Drop"] = capabilities["Drop"]?.DeepClone() };
        return shown.ToJsonString();
    }
}

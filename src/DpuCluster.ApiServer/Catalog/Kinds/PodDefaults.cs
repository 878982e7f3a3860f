using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Defaults of pod specs that depend on other fields.</summary>
internal static class PodDefaults
{
    /// <summary>Defaults that templates get too.</summary>
    public static void Spec(JsonObject? spec)
    {
        if (spec is null) return;
        foreach (var volume in spec.Objects("volumes"))
            if (volume.Count == 1 && volume.ContainsKey("name")) volume["emptyDir"] = new JsonObject();

        // The same under two names: the older one is still read and written.
        if (spec.Text("serviceAccountName") is { Length: > 0 } account) spec["serviceAccount"] = account;
        else if (spec.Text("serviceAccount") is { Length: > 0 } older) spec["serviceAccountName"] = older;
        foreach (var container in Containers(spec))
        {
            container.SetDefault("imagePullPolicy", IsLatest(container.Text("image")) ? "Always" : "IfNotPresent");
            if (!spec["hostNetwork"].IsTrue()) continue;
            foreach (var port in container.Objects("ports"))
                if (port.Whole("hostPort") is null or 0 && port["containerPort"] is { } number) port["hostPort"] = number.DeepClone();
        }
    }

    /// <summary>Defaults that only pods themselves get.</summary>
    public static void Pod(JsonObject spec)
    {
        if (spec["enableServiceLinks"] is null) spec["enableServiceLinks"] = true;
        foreach (var container in Containers(spec))
        {
            if (container.Object("resources") is not { } resources || resources.Object("limits") is not { } limits) continue;
            foreach (var (name, amount) in limits)
                if (resources.Ensure("requests")[name] is null) resources.Ensure("requests")[name] = amount?.DeepClone();
        }
    }

    /// <summary>What the admission of a real server adds to every new pod: an identity, a priority, and patience with failing nodes.</summary>
    public static void Admission(JsonObject spec)
    {
        foreach (var field in (ReadOnlySpan<string>)["serviceAccountName", "serviceAccount"]) spec.SetDefault(field, "default");
        if (spec["priority"] is null) spec["priority"] = PriorityOf(spec.Text("priorityClassName"));
        if (spec["preemptionPolicy"] is null) spec["preemptionPolicy"] = "PreemptLowerPriority";
        foreach (var key in (ReadOnlySpan<string>)["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
        {
            var name = key;
            if (spec.Objects("tolerations").Any(t => t.Text("key") == name || (t.Text("key").Length == 0 && t.Text("operator") == "Exists"))) continue;
            if (spec["tolerations"] is not JsonArray list) spec["tolerations"] = list = [];
            list.Add((JsonNode)new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = 300 });
        }
    }

    /// <summary>The value of a priority class: of the two that every cluster has, since others are not served.</summary>
    private static long PriorityOf(string name) => name switch
    {
        "system-node-critical" => 2_000_001_000,
        "system-cluster-critical" => 2_000_000_000,
        _ => 0,
    };

    /// <summary>Guaranteed, Burstable or BestEffort.</summary>
    public static string QualityOfService(JsonObject spec)
    {
        var (any, guaranteed) = (false, true);
        foreach (var container in Containers(spec))
        {
            foreach (var name in (ReadOnlySpan<string>)["cpu", "memory"])
            {
                var (request, limit) = (container.At("resources", "requests", name).AsText(), container.At("resources", "limits", name).AsText());
                any |= request is not null || limit is not null;
                guaranteed &= limit is not null && (request ?? limit) == limit;
            }
        }

        return guaranteed && any ? "Guaranteed" : any ? "Burstable" : "BestEffort";
    }

    /// <summary>All containers of a pod spec, of whatever list.</summary>
    public static IEnumerable<JsonObject> Containers(JsonObject spec) =>
        [.. spec.Objects("initContainers"), .. spec.Objects("containers"), .. spec.Objects("ephemeralContainers")];

    /// <summary>Whether an image has no tag or the tag <c>latest</c>, and no digest.</summary>
    private static bool IsLatest(string image)
    {
        if (image.Contains('@', StringComparison.Ordinal)) return false;
        var name = image[(image.LastIndexOf('/') + 1)..];
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || name[(colon + 1)..] == "latest";
    }
}

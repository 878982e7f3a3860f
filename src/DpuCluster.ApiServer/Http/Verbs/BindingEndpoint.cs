using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Gives a pod to a node (<c>pods/binding</c>): the only way in which a pod that exists gets one.</summary>
internal sealed class BindingEndpoint(ResourceWriter writer, AdmissionControl admission, TimeProvider clock)
{
    public async Task CreateAsync(ApiRequest request)
    {
        var (resource, info) = (request.Resource, request.Info);
        var options = RequestOptions.Read(request, "CreateOptions");
        var binding = RequestBody.TryParse((await WriteEndpoint.ReadBodyAsync(request).ConfigureAwait(false)).Json)
            ?? throw ApiErrors.BadRequest("the object provided is unrecognized (must be of type Binding)");
        binding = await admission.AdmitAsync(request, options, new ReviewedKind("", "v1", "Binding"), binding).ConfigureAwait(false);
        var target = binding.Object("target") ?? [];
        var node = target.Text("name");
        var problems = new List<FieldError>();
        if (target.Text("kind") is not ("" or "Node")) problems.Add(FieldError.NotSupported("target.kind", target["kind"], ["Node", "<empty>"]));
        if (node.Length == 0) problems.Add(FieldError.Required("target.name"));

        // A real server passes these on as a plain error.
        if (problems.Count > 0) throw new ApiException(500, "", problems.Count == 1 ? problems[0].ToString() : $"[{string.Join(", ", problems)}]");

        var uid = binding.At("metadata", "uid").AsText() ?? "";
        _ = await writer.RewriteAsync(resource, info.Namespace, info.Name, pod =>
        {
            if (uid.Length > 0 && uid != ObjectMetadata.Uid(pod)) throw Refused(request, $"the pod has another uid than {uid}");
            if (ObjectMetadata.IsDeleting(pod)) throw Refused(request, $"pod {info.Name} is being deleted, cannot be assigned to a host");
            if (pod.At("spec", "nodeName").AsText() is { Length: > 0 } other)
                throw Refused(request, $"pod {info.Name} is already assigned to node \"{other}\"");
            if (options.DryRun) return false;
            pod.Ensure("spec")["nodeName"] = node;
            Schedule(pod.Ensure("status"));
            resource.Strategy.Normalize(pod);
            return true;
        }).ConfigureAwait(false) ?? throw ApiErrors.NotFound(resource, info.Name);
        await ResponseWriter.WriteAsync(request.Http, 201, request.Accept, new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["code"] = 201,
        }).ConfigureAwait(false);
    }

    /// <summary>Makes the condition <c>PodScheduled</c> true, as binding does on a real server.</summary>
    private void Schedule(JsonObject status)
    {
        if (status["conditions"] is not JsonArray conditions) status["conditions"] = conditions = [];
        for (var i = conditions.Count - 1; i >= 0; i--)
            if (conditions[i]?["type"]?.ToString() == "PodScheduled") conditions.RemoveAt(i);
        conditions.Add((JsonNode)new JsonObject
        {
            ["type"] = "PodScheduled",
            ["status"] = "True",
            ["lastTransitionTime"] = ObjectMetadata.Time(clock.GetUtcNow()),
        });
    }

    private static ApiException Refused(ApiRequest request, string why) =>
        ApiErrors.Conflict("", "pods/binding", request.Info.Name, why);
}

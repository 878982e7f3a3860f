using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Gives the logs of pods (<c>pods/log</c>).</summary>
internal sealed class PodLogEndpoint(ObjectStore store, IPodLogs? logs, CancellationToken stopping)
{
    public async Task GetAsync(ApiRequest request)
    {
        var (resource, info) = (request.Resource, request.Info);
        var pod = ObjectStore.Get(store.Collection(resource.StorageKey), info.Namespace, info.Name) ?? throw ApiErrors.NotFound(resource, info.Name);
        var containers = (pod.Parse()["spec"]?["containers"] as System.Text.Json.Nodes.JsonArray ?? []).Select(c => c?["name"]?.ToString() ?? "").ToList();
        var container = QueryParameters.Get(request.Query, "container");
        if (container.Length > 0 && !containers.Contains(container)) throw ApiErrors.BadRequest($"container {container} is not valid for pod {info.Name}");
        if (container.Length == 0 && containers.Count > 1)
        {
            throw ApiErrors.BadRequest($"a container name must be specified for pod {info.Name}, choose one of: [{string.Join(' ', containers)}]");
        }

        var tail = ListOptions.Number(request.Query, "tailLines");
        if (tail < 0) throw ApiErrors.Invalid("", "PodLogOptions", info.Name, [FieldError.Invalid("tailLines", tail, "must be greater than or equal to 0")]);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, stopping);
        var stream = logs is null ? null : await logs.OpenAsync(
            info.Namespace, info.Name, container.Length == 0 ? null : container, QueryParameters.IsTrue(request.Query, "follow"), tail, ending.Token).ConfigureAwait(false);
        request.Http.Response.StatusCode = 200;
        request.Http.Response.ContentType = "text/plain";
        if (stream is null) return;
        await using (stream)
        {
            try
            {
                var buffer = new byte[16 * 1024];
                while (await stream.ReadAsync(buffer, ending.Token).ConfigureAwait(false) is > 0 and var read)
                {
                    await request.Http.Response.Body.WriteAsync(buffer.AsMemory(0, read), ending.Token).ConfigureAwait(false);
                    await request.Http.Response.Body.FlushAsync(ending.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // The client has seen enough, or the server ends.
            }
        }
    }
}

using DpuCluster.ApiServer.Resources;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Sets the finalizers of a namespace (<c>namespaces/finalize</c>); without any, a namespace that is being deleted goes.</summary>
internal sealed class FinalizeEndpoint(ResourceWriter writer, ObjectDecoder decoder, ObjectAnswers answers)
{
    public async Task UpdateAsync(ApiRequest request)
    {
        var (resource, info) = (request.Resource, request.Info);
        var options = RequestOptions.Read(request, "UpdateOptions");
        var body = decoder.Read(resource, await WriteEndpoint.ReadBodyAsync(request).ConfigureAwait(false), options);
        var version = ObjectMetadata.Text(body, "resourceVersion");
        var written = await writer.RewriteAsync(resource, "", info.Name, obj =>
        {
            if (version.Length > 0 && version != ObjectMetadata.Text(obj, "resourceVersion")) throw ApiErrors.Modified(resource, info.Name);
            obj["spec"] = body["spec"]?.DeepClone();
            resource.Strategy.Normalize(obj);
            return true;
        }).ConfigureAwait(false) ?? throw ApiErrors.NotFound(resource, info.Name);
        await answers.WriteAsync(request, 200, written.Object).ConfigureAwait(false);
    }
}

using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Sets the finalizers of a namespace (<c>namespaces/finalize</c>); without any, a namespace that is being deleted goes.</summary>
internal sealed class FinalizeEndpoint(ObjectStore store, ResourceWriter writer, ObjectDecoder decoder, AdmissionControl admission, ObjectAnswers answers)
{
    public async Task UpdateAsync(ApiRequest request)
    {
        var (resource, info) = (request.Resource, request.Info);
        var options = RequestOptions.Read(request, "UpdateOptions");
        var body = decoder.Read(resource, await WriteEndpoint.ReadBodyAsync(request).ConfigureAwait(false), options);
        ObjectIdentity.CheckMatches(body, "", info.Name);
        var current = ObjectStore.Newest(store.Collection(resource.StorageKey), "", info.Name) ?? throw ApiErrors.NotFound(resource, info.Name);
        var old = ServedObjects.Read(resource, current);
        body = await admission.MutateAsync(resource, "", body, old, options).ConfigureAwait(false);
        await admission.ValidateAsync(resource, "", body, old, options).ConfigureAwait(false);
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

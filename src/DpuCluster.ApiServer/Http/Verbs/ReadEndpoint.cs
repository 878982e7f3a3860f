using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Answers <c>get</c> and <c>list</c>.</summary>
internal sealed class ReadEndpoint(ObjectStore store, ObjectAnswers answers)
{
    public Task GetAsync(ApiRequest request)
    {
        var (resource, info) = (request.Resource, request.Info);
        var revision = ListOptions.RevisionOf(QueryParameters.Get(request.Query, "resourceVersion"));
        if (revision > store.PublishedRevision) throw ApiErrors.TooLargeResourceVersion(revision, store.PublishedRevision);
        var found = ObjectStore.Get(store.Collection(resource.StorageKey), info.Namespace, info.Name)
            ?? throw ApiErrors.NotFound(resource, info.Name);
        return answers.WriteAsync(request, 200, found);
    }

    public Task ListAsync(ApiRequest request)
    {
        var options = ListOptions.Read(request.Query, request.Resource, request.Info.Namespace, "", watch: false);
        return answers.WriteAsync(request, ListPage.Read(store, request.Resource, options));
    }
}

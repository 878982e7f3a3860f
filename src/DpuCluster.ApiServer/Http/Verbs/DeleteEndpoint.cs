using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Answers <c>delete</c> and <c>deletecollection</c>.</summary>
internal sealed class DeleteEndpoint(ObjectStore store, ResourceDeleter deleter, ObjectAnswers answers)
{
    public async Task DeleteAsync(ApiRequest request)
    {
        var (resource, info) = (request.Resource, request.Info);
        var options = await RequestOptions.ReadDeleteAsync(request).ConfigureAwait(false);
        var result = await deleter.DeleteAsync(resource, info.Namespace, info.Name, options).ConfigureAwait(false)
            ?? throw ApiErrors.NotFound(resource, info.Name);

        // The old way to ask for cascading deletion is told when it is only begun.
        var code = !result.Deleted && options.OrphanDependents == false ? 202 : 200;
        if (!result.Deleted || resource.DeleteReturnsObject)
        {
            await answers.WriteAsync(request, code, result.Object).ConfigureAwait(false);
            return;
        }

        var details = new JsonObject { ["name"] = info.Name };
        if (resource.Group.Length > 0) details["group"] = resource.Group;
        details["kind"] = resource.Plural;
        details["uid"] = result.Object.Uid;
        await ResponseWriter.WriteAsync(request.Http, code, request.Accept, new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details,
        }).ConfigureAwait(false);
    }

    public async Task DeleteCollectionAsync(ApiRequest request)
    {
        var (resource, info) = (request.Resource, request.Info);
        var options = await RequestOptions.ReadDeleteAsync(request).ConfigureAwait(false);
        var listOptions = ListOptions.Read(request.Query, resource, info.Namespace, "", watch: false);
        var page = ListPage.Read(store, resource, listOptions);
        foreach (var item in page.Items)
        {
            // One that is gone meanwhile is what was asked for.
            await deleter.DeleteAsync(resource, item.Namespace, item.Name, options).ConfigureAwait(false);
        }

        await answers.WriteAsync(request, page).ConfigureAwait(false);
    }
}

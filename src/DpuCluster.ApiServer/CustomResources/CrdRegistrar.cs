using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>Serves what CustomResourceDefinitions define: from the write that made them on, and no longer than they are there.</summary>
internal sealed class CrdRegistrar(ResourceRegistry registry, ObjectStore store, Lazy<ResourceWriter> writer, WebhookConnections connections, TimeProvider clock)
{
    public const string Group = "apiextensions.k8s.io";
    public const string Plural = "customresourcedefinitions";

    /// <summary>Finishes what an earlier server may have left unfinished when it was killed.</summary>
    public async Task ResumeAsync()
    {
        foreach (var crd in store.Collection((Group, Plural)).Head) await ObserveAsync(null, crd).ConfigureAwait(false);
    }

    /// <summary>Acts on a write of a definition.</summary>
    public async Task ObserveAsync(StoredObject? old, StoredObject? current)
    {
        if (current is null)
        {
            registry.Remove(old!.Name);
            return;
        }

        var crd = current.Parse();
        var spec = old?.Parse()["spec"];
        if (spec is not null && JsonNode.DeepEquals(spec, crd["spec"]) && crd["status"]?["conditions"] is JsonArray { Count: > 0 }) return;
        if (!current.Header.IsDeleting)
        {
            var definition = registry.Find(Group, "v1", Plural)!;
            var rewritten = await writer.Value.RewriteAsync(definition, "", current.Name, Establish).ConfigureAwait(false);
            if (rewritten is { Deleted: false } written) crd = written.Object.Parse();
        }

        registry.Serve(current.Name, CrdNaming.IsConditionTrue(crd, CrdNaming.Established) ? CustomResourceServing.Definitions(crd, connections) : []);
    }

    private bool Establish(JsonObject crd) =>
        CrdNaming.Apply(crd, store.Collection((Group, Plural)).Head.Select(c => c.Parse()), clock.GetUtcNow());
}

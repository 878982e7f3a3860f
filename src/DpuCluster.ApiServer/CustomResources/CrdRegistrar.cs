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
            await ReconsiderAsync(old).ConfigureAwait(false);
            return;
        }

        var crd = current.Parse();
        var spec = old?.Parse()["spec"];
        var isMarked = current.Header.IsDeleting && old?.Header.IsDeleting == false;
        if (spec is not null && !isMarked && JsonNode.DeepEquals(spec, crd["spec"]) && crd["status"]?["conditions"] is JsonArray { Count: > 0 }) return;
        await ServeAsync(current, crd).ConfigureAwait(false);
        if (old is not null) await ReconsiderAsync(current).ConfigureAwait(false);
    }

    private async Task ServeAsync(StoredObject definition, JsonObject crd)
    {
        if (!definition.Header.IsDeleting)
        {
            var rewritten = await writer.Value.RewriteAsync(registry.Find(Group, "v1", Plural)!, "", definition.Name, Establish).ConfigureAwait(false);
            if (rewritten is { Deleted: false } written) crd = written.Object.Parse();
        }

        registry.Serve(definition.Name, CrdNaming.IsConditionTrue(crd, CrdNaming.Established) ? CustomResourceServing.Definitions(crd, connections) : []);
    }

    /// <summary>A definition that has changed or gone may have set names free for which others of its group wait.</summary>
    private async Task ReconsiderAsync(StoredObject changed)
    {
        var group = GroupOf(changed);
        foreach (var other in store.Collection((Group, Plural)).Head)
        {
            if (other.Name == changed.Name || other.Header.IsDeleting || GroupOf(other) != group) continue;
            if (other.Parse() is var crd && !CrdNaming.IsConditionTrue(crd, CrdNaming.NamesAccepted)) await ServeAsync(other, crd).ConfigureAwait(false);
        }
    }

    /// <summary>The group, which is what follows the plural in the name of a definition.</summary>
    private static string GroupOf(StoredObject definition) => definition.Name[(definition.Name.IndexOf('.', StringComparison.Ordinal) + 1)..];

    private bool Establish(JsonObject crd) =>
        CrdNaming.Apply(crd, store.Collection((Group, Plural)).Head.Select(c => c.Parse()), clock.GetUtcNow());
}

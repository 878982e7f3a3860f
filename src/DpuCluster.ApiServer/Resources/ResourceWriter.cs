using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Kinds;
using DpuCluster.ApiServer.CustomResources;
using DpuCluster.ApiServer.FieldManagement;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Resources;

/// <summary>
/// Creates and updates objects: the one way from a request, or from the server's own controllers, into the store.
/// Bodies come in already decoded, in the served version.
/// </summary>
internal sealed class ResourceWriter(
    ResourceRegistry registry, ObjectStore store, ServedObjects served, CommitObservers observers, AdmissionControl admission, TimeProvider clock)
{
    private const int NameAttempts = 8;

    /// <summary>Stores a new object.</summary>
    /// <param name="resource">Its resource.</param>
    /// <param name="ns">Namespace of the request; empty for cluster-scoped resources.</param>
    /// <param name="body">The object; it is used up.</param>
    /// <param name="options">How it is written.</param>
    public async Task<Written> CreateAsync(
        ResourceDefinition resource, string ns, JsonObject body, WriteOptions options)
    {
        ObjectIdentity.MatchNamespace(body, resource.Namespaced ? ns : "");
        var version = ObjectMetadata.Text(body, "resourceVersion");
        CheckNamespaceIsThere(resource, ns, body, options);
        foreach (var field in ServerFields) ObjectMetadata.Of(body).Remove(field);
        var strategy = resource.Strategy;
        strategy.Normalize(body);
        strategy.Default(body);
        TrackFields(resource, null, body, options);
        body = await admission.MutateAsync(resource, ns, body, null, options).ConfigureAwait(false);
        ObjectIdentity.MatchNamespace(body, resource.Namespaced ? ns : "");
        var metadata = ObjectMetadata.Of(body);
        var prefix = ObjectMetadata.Text(body, "generateName");
        var generated = ObjectMetadata.Name(body).Length == 0 && prefix.Length > 0;
        if (generated) metadata["name"] = ObjectMetadata.Generate(prefix);
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = ObjectMetadata.Time(clock.GetUtcNow());
        if (resource.TracksGeneration) metadata["generation"] = 1;
        else if (ObjectMetadata.Number(body, "generation") is 0) metadata.Remove("generation");
        strategy.PrepareForCreate(body);
        var errors = new List<FieldError>();
        // A definition's name is validated with what it defines.
        if (strategy is not CustomResourceDefinitionStrategy) ObjectMetaValidation.Validate(ObjectMetadata.Of(body), resource, errors);
        if (strategy is CustomResourceStrategy custom) errors = [.. custom.ValidateCreate(body, errors)];
        else strategy.Validate(body, errors);
        if (errors.Count > 0) throw ApiErrors.Invalid(resource.Group, Kind(resource, body), ObjectMetadata.Name(body), errors);
        options.Warnings.AddRange(strategy.Warnings(body, null));

        var collection = store.Collection(resource.StorageKey);
        var reservation = strategy.Reserve(body, null, errors);
        try
        {
            if (errors.Count > 0) throw ApiErrors.Invalid(resource, ObjectMetadata.Name(body), errors);
            await admission.ValidateAsync(resource, ns, body, null, options).ConfigureAwait(false);
            for (var attempt = 1; ; attempt++)
            {
                var name = ObjectMetadata.Name(body);
                if (options.DryRun)
                {
                    if (ObjectStore.Newest(collection, ns, name) is not null) throw ApiErrors.AlreadyExists(resource, name);
                    return new Written(served.Unstored(resource, body), Created: true);
                }

                if (ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0)
                    throw new ApiException(500, "", "resourceVersion should not be set on objects to be created");
                var commit = await store.CreateAsync(collection, served.Draft(resource, body)).ConfigureAwait(false);
                if (commit.Outcome == CommitOutcome.Committed)
                {
                    reservation?.Commit();
                    reservation = null;
                    await observers.NotifyAsync(resource, null, commit.Object).ConfigureAwait(false);
                    return new Written(commit.Object!, Created: true);
                }

                if (!generated) throw ApiErrors.AlreadyExists(resource, name);
                if (attempt == NameAttempts) throw ApiErrors.GenerateNameConflict(resource, name);
                metadata["name"] = ObjectMetadata.Generate(prefix);
            }
        }
        finally
        {
            reservation?.Cancel();
        }
    }

    /// <summary>
    /// Stores a new state of an object that exists. What the new state is, <paramref name="change"/> says, given the present one;
    /// it is asked again when another writer came first.
    /// </summary>
    /// <param name="resource">Its resource.</param>
    /// <param name="ns">Namespace; empty for cluster-scoped resources.</param>
    /// <param name="name">Name.</param>
    /// <param name="change">Gives the new state in the served version; the object that it is given is its own to change.</param>
    /// <param name="options">How it is written.</param>
    /// <returns>Null when the object does not exist.</returns>
    public async Task<Written?> UpdateAsync(
        ResourceDefinition resource, string ns, string name, Func<JsonObject, JsonObject> change, WriteOptions options)
    {
        var collection = store.Collection(resource.StorageKey);
        var told = options.Warnings.Count;
        while (true)
        {
            if (ObjectStore.Newest(collection, ns, name) is not { } current) return null;

            // What an attempt that came too late had to tell is told again by the next.
            options.Warnings.RemoveRange(told, options.Warnings.Count - told);
            var old = ServedObjects.Read(resource, current);
            var obj = change(ServedObjects.Read(resource, current));
            ObjectIdentity.MatchNamespace(obj, resource.Namespaced ? ns : "");
            var conditional = CheckIsUpdateOf(resource, obj, old, current, options);
            Complete(resource, obj, old);
            TrackFields(resource, old, obj, options);
            obj = await admission.MutateAsync(resource, ns, obj, old, options).ConfigureAwait(false);
            Prepare(resource, obj, old, options);
            if (!options.IsInternal) FieldManager.KeepTimesIfUnchanged(old, obj);
            Validate(resource, obj, old, options);
            options.Warnings.AddRange(resource.Strategy.Warnings(obj, old));

            if (IsGone(resource, obj))
            {
                // The last finalizer went with this very write: it is the deletion, and answers with the object as it would have been.
                await admission.ValidateAsync(resource, ns, obj, old, options).ConfigureAwait(false);
                var last = served.Draft(resource, obj);
                var answer = StoredObject.From(last, current.Revision);
                if (options.DryRun) return new Written(answer, Deleted: true);
                var deletion = await store.DeleteAsync(collection, current).ConfigureAwait(false);
                if (deletion.Outcome == CommitOutcome.Missing) return null;
                if (deletion.Outcome == CommitOutcome.Conflict && !conditional) continue;
                if (deletion.Outcome != CommitOutcome.Committed) throw ApiErrors.Modified(resource, name);
                resource.Strategy.Release(old);
                await observers.NotifyAsync(resource, current, null).ConfigureAwait(false);
                return new Written(answer, Deleted: true);
            }

            var errors = new List<FieldError>();
            var reservation = resource.Strategy.Reserve(obj, old, errors);
            try
            {
                if (errors.Count > 0) throw ApiErrors.Invalid(resource, name, errors);
                await admission.ValidateAsync(resource, ns, obj, old, options).ConfigureAwait(false);
                var draft = served.Draft(resource, obj);
                if (IsSame(draft, current)) return await UnchangedAsync(current).ConfigureAwait(false);
                if (options.DryRun) return new Written(StoredObject.From(draft, current.Revision));
                var commit = await store.UpdateAsync(collection, current, draft).ConfigureAwait(false);
                if (commit.Outcome == CommitOutcome.Committed)
                {
                    reservation?.Commit();
                    reservation = null;
                    await observers.NotifyAsync(resource, current, commit.Object).ConfigureAwait(false);
                    return new Written(commit.Object!);
                }

                if (commit.Outcome == CommitOutcome.Missing) return null;
                if (conditional) throw ApiErrors.Modified(resource, name);
            }
            finally
            {
                reservation?.Cancel();
            }
        }
    }

    /// <summary>
    /// Changes an object as the server itself does it: past the strategy of its kind, without validation. An object that nothing
    /// holds any longer goes with it.
    /// </summary>
    /// <param name="resource">Its resource.</param>
    /// <param name="ns">Namespace; empty for cluster-scoped resources.</param>
    /// <param name="name">Name.</param>
    /// <param name="change">Changes the object in place; false where there is nothing to change.</param>
    /// <returns>Null when the object does not exist.</returns>
    public async Task<Written?> RewriteAsync(ResourceDefinition resource, string ns, string name, Func<JsonObject, bool> change)
    {
        var collection = store.Collection(resource.StorageKey);
        while (true)
        {
            if (ObjectStore.Newest(collection, ns, name) is not { } current) return null;
            var obj = ServedObjects.Read(resource, current);
            if (!change(obj)) return await UnchangedAsync(current).ConfigureAwait(false);
            var gone = IsGone(resource, obj);
            var draft = served.Draft(resource, obj);
            if (!gone && IsSame(draft, current)) return await UnchangedAsync(current).ConfigureAwait(false);
            var commit = gone
                ? await store.DeleteAsync(collection, current).ConfigureAwait(false)
                : await store.UpdateAsync(collection, current, draft).ConfigureAwait(false);
            if (commit.Outcome == CommitOutcome.Missing) return null;
            if (commit.Outcome == CommitOutcome.Conflict) continue;
            if (gone) resource.Strategy.Release(ServedObjects.Read(resource, current));
            await observers.NotifyAsync(resource, current, gone ? null : commit.Object).ConfigureAwait(false);
            return new Written(gone ? StoredObject.From(draft, current.Revision) : commit.Object!, Deleted: gone);
        }
    }

    /// <summary>What is answered without a commit may be another writer's, which is not safe yet.</summary>
    private async ValueTask<Written> UnchangedAsync(StoredObject current)
    {
        await store.SettledAsync().ConfigureAwait(false);
        return new Written(current);
    }

    private static readonly string[] ServerFields = ["selfLink", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion"];

    private void CheckNamespaceIsThere(ResourceDefinition resource, string ns, JsonObject body, WriteOptions options)
    {
        if (!resource.Namespaced || options.IsInternal) return;
        var found = ObjectStore.Newest(store.Collection(("", "namespaces")), "", ns)
            ?? throw ApiErrors.NotFound("", "namespaces", ns);
        if (!found.Header.IsDeleting) return;
        var forbidden = ApiErrors.Forbidden(resource.Group, resource.Plural, ObjectMetadata.Name(body),
            $"unable to create new content in namespace {ns} because it is being terminated");
        forbidden.Details!["causes"] = new JsonArray(new JsonObject
        {
            ["reason"] = "NamespaceTerminating",
            ["message"] = $"namespace {ns} is being terminated",
            ["field"] = "metadata.namespace",
        });
        throw forbidden;
    }

    /// <returns>Whether the client named the version that it changes.</returns>
    private static bool CheckIsUpdateOf(ResourceDefinition resource, JsonObject obj, JsonObject old, StoredObject current, WriteOptions options)
    {
        var name = ObjectMetadata.Name(old);
        ObjectIdentity.CheckUid(resource, obj, old);
        var version = ObjectMetadata.Text(obj, "resourceVersion");
        if (version.Length > 0 && !ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw new ApiException(500, "", $"strconv.ParseUint: parsing {GoText.Quote(version)}: invalid syntax");
        if (version is "" or "0")
        {
            if (resource.AllowsUnconditionalUpdate || options.IsInternal) return false;

            // The error names the resource where others name the kind.
            throw ApiErrors.Invalid(resource.Group, resource.Plural, name, [FieldError.Invalid("metadata.resourceVersion", 0, "must be specified for an update")]);
        }

        if (version != current.Revision.ToString(CultureInfo.InvariantCulture)) throw ApiErrors.Modified(resource, name);
        return !options.IsPatch;
    }

    /// <summary>The field manager's view of a write.</summary>
    public FieldManagementContext ManagementOf(ResourceDefinition resource, WriteOptions options) => new()
    {
        Schema = resource.Schema,
        ApiVersion = resource.ApiVersion,
        Kind = resource.Kind,
        Manager = options.FieldManager,
        Subresource = options.Subresource,
        Now = clock.GetUtcNow(),
        ResetFields = !resource.HasStatus ? FieldFilter.None : options.Subresource == "status" ? FieldFilter.ExceptSpec : FieldFilter.ExceptStatus,
        SchemaOfVersion = version =>
        {
            var slash = version.IndexOf('/', StringComparison.Ordinal);
            return registry.Find(resource.Group, slash < 0 ? version : version[(slash + 1)..], resource.Plural)?.Schema;
        },
    };

    private void TrackFields(ResourceDefinition resource, JsonObject? old, JsonObject obj, WriteOptions options)
    {
        if (options.IsInternal) return;
        if (!options.IsApply) FieldManager.Update(old, obj, ManagementOf(resource, options));
    }

    /// <summary>Fills in what a client may leave out of a new state.</summary>
    private static void Complete(ResourceDefinition resource, JsonObject obj, JsonObject old)
    {
        var metadata = ObjectMetadata.Of(obj);
        var oldMetadata = ObjectMetadata.Of(old);
        ObjectMetaValidation.PrepareForUpdate(metadata, oldMetadata);
        ObjectMetadata.Set(metadata, "generation", oldMetadata["generation"]?.DeepClone());
        metadata.Remove("selfLink");
        resource.Strategy.Normalize(obj);
        resource.Strategy.Default(obj);
    }

    private static void Prepare(ResourceDefinition resource, JsonObject obj, JsonObject old, WriteOptions options)
    {
        var strategy = resource.Strategy;
        if (options.Subresource == "status") strategy.PrepareForStatusUpdate(obj, old);
        else strategy.PrepareForUpdate(obj, old);
        if (resource.TracksGeneration && options.Subresource != "status" && strategy.DesiredStateChanged(obj, old))
        {
            ObjectMetadata.Of(obj)["generation"] = (ObjectMetadata.Number(old, "generation") ?? 0) + 1;
        }
    }

    private static void Validate(ResourceDefinition resource, JsonObject obj, JsonObject old, WriteOptions options)
    {
        var errors = new List<FieldError>();
        ObjectMetaValidation.ValidateUpdate(ObjectMetadata.Of(obj), ObjectMetadata.Of(old), resource, errors);
        if (resource.Strategy is CustomResourceStrategy custom)
        {
            errors = [.. custom.ValidateChange(obj, old, errors, options.Subresource == "status")];
        }
        else if (options.Subresource == "status")
        {
            resource.Strategy.ValidateStatusUpdate(obj, old, errors);
        }
        else
        {
            // A definition by itself would be refused for what is forgiven because it is stored already.
            if (resource.Strategy is not CustomResourceDefinitionStrategy) resource.Strategy.Validate(obj, errors);
            resource.Strategy.ValidateUpdate(obj, old, errors);
        }

        if (errors.Count > 0) throw ApiErrors.Invalid(resource.Group, Kind(resource, obj), ObjectMetadata.Name(old), errors);
    }

    /// <summary>Whether nothing holds the object any longer whose deletion was asked for.</summary>
    private static bool IsGone(ResourceDefinition resource, JsonObject obj)
    {
        if (!ObjectMetadata.IsDeleting(obj) || ObjectMetadata.Finalizers(obj).Count > 0) return false;
        if (ObjectMetadata.Number(obj, "deletionGracePeriodSeconds") is > 0) return false;
        return resource is not { Group: "", Plural: "namespaces" } || obj["spec"]?["finalizers"] is not JsonArray { Count: > 0 };
    }

    private static bool IsSame(ObjectDraft draft, StoredObject current)
    {
        var offset = draft.RevisionOffset;
        var digits = current.Json.Length - draft.Json.Length;
        return offset == current.RevisionOffset
            && digits > 0
            && draft.Json.AsSpan(0, offset).SequenceEqual(current.Json.AsSpan(0, offset))
            && draft.Json.AsSpan(offset).SequenceEqual(current.Json.AsSpan(offset + digits));
    }

    // A custom resource may say another kind than its own, and is told so under the name that it gave.
    private static string Kind(ResourceDefinition resource, JsonObject obj) =>
        !resource.IsBuiltIn && obj["kind"] is JsonValue value && value.TryGetValue(out string? kind) ? kind : resource.Kind;
}

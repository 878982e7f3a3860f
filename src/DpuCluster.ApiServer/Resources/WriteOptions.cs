using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;

namespace DpuCluster.ApiServer.Resources;

/// <summary>What to do with fields that the schema does not know, or that stand twice.</summary>
internal enum WriteValidation
{
    Ignore,
    Warn,
    Strict,
}

/// <summary>How an object is written.</summary>
internal sealed record WriteOptions
{
    /// <summary>A write of the server itself: no managed fields, no check of the namespace's state.</summary>
    public static WriteOptions Internal { get; } = new() { IsInternal = true };

    public bool IsInternal { get; init; }

    public bool DryRun { get; init; }

    /// <summary>Who manages the fields that are written; empty for a name taken from the user agent.</summary>
    public string FieldManager { get; init; } = "";

    public WriteValidation FieldValidation { get; init; } = WriteValidation.Warn;

    /// <summary>Whether an apply takes fields from other managers.</summary>
    public bool Force { get; init; }

    /// <summary>Subresource that is written; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Whether the new state is made from the present one: when another writer comes first it can be made again.</summary>
    public bool IsPatch { get; init; }

    /// <summary>Whether field management was part of making the new state (an apply).</summary>
    public bool IsApply { get; init; }

    /// <summary>Takes what the client should be told.</summary>
    public List<string> Warnings { get; init; } = [];

    /// <summary>Whose write it is; null for a write of the server itself, of which no webhook is asked.</summary>
    public AdmissionOrigin? Origin { get; init; }

    /// <summary>What webhooks see in place of the object; null for the object.</summary>
    public AdmissionView? View { get; init; }
}

/// <summary>How an object is deleted.</summary>
internal sealed record DeleteOptions
{
    public static DeleteOptions Background { get; } = new() { PropagationPolicy = "Background" };

    public bool DryRun { get; init; }

    /// <summary>Null where the client left it to the kind.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary><c>Orphan</c>, <c>Background</c>, <c>Foreground</c>; empty for the kind's default.</summary>
    public string PropagationPolicy { get; init; } = "";

    /// <summary>The old way to say <see cref="PropagationPolicy"/>.</summary>
    public bool? OrphanDependents { get; init; }

    public string? PreconditionUid { get; init; }

    public string? PreconditionResourceVersion { get; init; }

    /// <summary>Whose deletion it is; null for one of the server itself, of which no webhook is asked.</summary>
    public AdmissionOrigin? Origin { get; init; }

    /// <summary>The options as webhooks see them.</summary>
    public JsonObject ToJson()
    {
        var options = new JsonObject { ["kind"] = "DeleteOptions", ["apiVersion"] = "meta.k8s.io/v1" };
        if (GracePeriodSeconds is { } grace) options["gracePeriodSeconds"] = grace;
        if (PreconditionUid is not null || PreconditionResourceVersion is not null)
        {
            var preconditions = new JsonObject();
            if (PreconditionUid is not null) preconditions["uid"] = PreconditionUid;
            if (PreconditionResourceVersion is not null) preconditions["resourceVersion"] = PreconditionResourceVersion;
            options["preconditions"] = preconditions;
        }

        if (OrphanDependents is { } orphan) options["orphanDependents"] = orphan;
        if (PropagationPolicy.Length > 0) options["propagationPolicy"] = PropagationPolicy;
        if (DryRun) options["dryRun"] = new JsonArray("All");
        return options;
    }
}

/// <summary>What a write came to.</summary>
/// <param name="Object">The object as it is now, or as it would be; of a deletion, as it last was.</param>
/// <param name="Created">Whether there was none before.</param>
/// <param name="Deleted">Whether it is gone.</param>
internal readonly record struct Written(Storage.StoredObject Object, bool Created = false, bool Deleted = false);

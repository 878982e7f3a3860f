using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Authentication;
using DpuCluster.ApiServer.Catalog;

namespace DpuCluster.ApiServer.Admission;

/// <summary>Kind of an object with its version, as reviews name it.</summary>
internal readonly record struct ReviewedKind(string Group, string Version, string Kind);

/// <summary>Who writes, and with which options; null on writes of the server itself, of which nobody is asked.</summary>
/// <param name="User">Who.</param>
/// <param name="FieldManager">As it was given; empty for none.</param>
/// <param name="FieldValidation">As it was given; empty for none.</param>
/// <param name="Warnings">Takes what webhooks want the client to be told.</param>
/// <param name="Aborted">Ends with the request.</param>
internal sealed record AdmissionOrigin(UserInfo User, string FieldManager, string FieldValidation, List<string> Warnings, CancellationToken Aborted);

/// <summary>What webhooks are asked about: one write on its way to the storage.</summary>
internal sealed record AdmissionAttributes
{
    public required AdmissionOrigin Origin { get; init; }

    /// <summary><c>CREATE</c>, <c>UPDATE</c> or <c>DELETE</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The resource of the request.</summary>
    public required ResourceDefinition Resource { get; init; }

    /// <summary>Subresource of the request; empty for none.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Kind of the object, where it is not that of the resource (a <c>Scale</c>); null where it is.</summary>
    public ReviewedKind? OtherKind { get; init; }

    /// <summary>Namespace; the name of a namespace for the namespace itself; empty for other cluster-scoped objects.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name; empty where it is yet to be generated.</summary>
    public required string Name { get; init; }

    public bool DryRun { get; init; }

    /// <summary>The options of the request, as reviews show them.</summary>
    public required JsonObject Options { get; init; }

    /// <summary>The new state, which mutating webhooks replace; null on a deletion.</summary>
    public JsonObject? Object { get; set; }

    /// <summary>The present state; null on a creation.</summary>
    public JsonObject? OldObject { get; init; }

    public ReviewedKind Kind => OtherKind ?? new ReviewedKind(Resource.Group, Resource.Version, Resource.Kind);

    /// <summary>Whether the request is about a namespace itself.</summary>
    public bool IsNamespace => Resource is { Group: "", Plural: "namespaces" };

    /// <summary>The options of a create or an update, in the form of reviews.</summary>
    public static JsonObject WriteOptions(string kind, AdmissionOrigin origin, bool dryRun)
    {
        var options = new JsonObject { ["kind"] = kind, ["apiVersion"] = "meta.k8s.io/v1" };
        if (dryRun) options["dryRun"] = new JsonArray("All");
        if (origin.FieldManager.Length > 0) options["fieldManager"] = origin.FieldManager;
        if (origin.FieldValidation.Length > 0) options["fieldValidation"] = origin.FieldValidation;
        return options;
    }
}

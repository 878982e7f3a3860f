using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>Adding and dropping one finalizer of an object, and nothing else.</summary>
/// <remarks>
/// The version that was read is the precondition, since the list is written whole: a finalizer that somebody else added or
/// dropped meanwhile makes a conflict, and the reconciliation runs again.
/// </remarks>
public static class Finalizers
{
    /// <summary>The object with the finalizer; as it was, without a write, where it has it already.</summary>
    /// <param name="writer">How to write.</param>
    /// <param name="obj">The object as it was read.</param>
    /// <param name="finalizer">The finalizer.</param>
    /// <param name="fieldManager">Who writes, as <c>managedFields</c> shows it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="spec">
    /// What to merge into the spec by the same request, where the finalizer is added; <see langword="null"/> for nothing.
    /// </param>
    /// <exception cref="KubernetesException">The server refused; a conflict where the object has changed since it was read.</exception>
    public static Task<T> AddFinalizerAsync<T>(
        this ObjectWriter<T> writer, T obj, string finalizer, string fieldManager, CancellationToken cancellation, JsonObject? spec = null)
        where T : class, IKubernetesObject<T> =>
        obj.HasFinalizer(finalizer)
            ? Task.FromResult(obj)
            : WriteAsync(writer, obj, [.. obj.Metadata.Finalizers ?? [], finalizer], fieldManager, cancellation, spec);

    /// <summary>The object without the finalizer; as it was, without a write, where it does not have it.</summary>
    /// <exception cref="KubernetesException">The server refused; a conflict where the object has changed since it was read.</exception>
    public static Task<T> DropFinalizerAsync<T>(
        this ObjectWriter<T> writer, T obj, string finalizer, string fieldManager, CancellationToken cancellation)
        where T : class, IKubernetesObject<T> =>
        obj.HasFinalizer(finalizer)
            ? WriteAsync(writer, obj, [.. obj.Metadata.Finalizers!.Where(other => other != finalizer)], fieldManager, cancellation)
            : Task.FromResult(obj);

    private static Task<T> WriteAsync<T>(
        ObjectWriter<T> writer, T obj, IReadOnlyList<string> finalizers, string fieldManager, CancellationToken cancellation, JsonObject? spec = null)
        where T : class, IKubernetesObject<T>
    {
        var list = new JsonArray();
        foreach (var finalizer in finalizers)
        {
            list.Add((JsonNode)finalizer);
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = obj.Metadata.ResourceVersion,
                ["finalizers"] = list,
            },
        };
        if (spec is not null)
        {
            patch["spec"] = spec;
        }

        return writer.PatchAsync(
            obj.Metadata.Namespace, obj.Metadata.Name!, Patch.Merge(patch), new() { FieldManager = fieldManager }, cancellation);
    }
}

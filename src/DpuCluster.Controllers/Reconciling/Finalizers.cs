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
    /// <exception cref="KubernetesException">The server refused; a conflict where the object has changed since it was read.</exception>
    public static Task<T> AddFinalizerAsync<T>(
        this ObjectWriter<T> writer, T obj, string finalizer, string fieldManager, CancellationToken cancellation)
        where T : class, IKubernetesObject<T> =>
        obj.HasFinalizer(finalizer)
            ? Task.FromResult(obj)
            : WriteAsync(writer, obj, [.. obj.Metadata.Finalizers ?? [], finalizer], fieldManager, cancellation);

    /// <summary>The object without the finalizer; as it was, without a write, where it does not have it.</summary>
    /// <exception cref="KubernetesException">The server refused; a conflict where the object has changed since it was read.</exception>
    public static Task<T> DropFinalizerAsync<T>(
        this ObjectWriter<T> writer, T obj, string finalizer, string fieldManager, CancellationToken cancellation)
        where T : class, IKubernetesObject<T> =>
        obj.HasFinalizer(finalizer)
            ? WriteAsync(writer, obj, [.. obj.Metadata.Finalizers!.Where(other => other != finalizer)], fieldManager, cancellation)
            : Task.FromResult(obj);

    private static Task<T> WriteAsync<T>(
        ObjectWriter<T> writer, T obj, IReadOnlyList<string> finalizers, string fieldManager, CancellationToken cancellation)
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
        return writer.PatchAsync(
            obj.Metadata.Namespace, obj.Metadata.Name!, Patch.Merge(patch), new() { FieldManager = fieldManager }, cancellation);
    }
}

using System.Buffers;
using System.Text.Json;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Client;

/// <summary>What is sent to delete an object, and what comes back.</summary>
internal static class Deletion
{
    public static ReadOnlyMemory<byte> Body(DeleteOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("apiVersion"u8, "v1"u8);
        json.WriteString("kind"u8, "DeleteOptions"u8);
        if (options.GracePeriodSeconds is { } grace)
        {
            json.WriteNumber("gracePeriodSeconds"u8, grace);
        }

        if (options.PropagationPolicy is { } policy)
        {
            json.WriteString("propagationPolicy"u8, policy);
        }

        if (options.DryRun)
        {
            json.WriteStartArray("dryRun"u8);
            json.WriteStringValue("All"u8);
            json.WriteEndArray();
        }

        if (options.PreconditionUid is not null || options.PreconditionResourceVersion is not null)
        {
            json.WriteStartObject("preconditions"u8);
            if (options.PreconditionUid is { } uid)
            {
                json.WriteString("uid"u8, uid);
            }

            if (options.PreconditionResourceVersion is { } version)
            {
                json.WriteString("resourceVersion"u8, version);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>
    /// A server answers with a <c>Status</c> when the object is gone. With the object itself when something holds it, but for some kinds
    /// also when it is gone: then nothing in it tells of anything that holds it.
    /// </summary>
    public static DeleteResult Read(ReadOnlySpan<byte> body)
    {
        var answer = JsonSerializer.Deserialize(body, KubernetesJsonContext.Default.Unstructured);
        if (answer is null or { Kind: "Status" } || !answer.IsBeingDeleted)
        {
            return DeleteResult.Deleted;
        }

        // Namespaces are held by a list of finalizers in their spec.
        var isHeld = answer.Metadata is { Finalizers.Count: > 0 } or { DeletionGracePeriodSeconds: > 0 }
            || (answer.Fields?.TryGetValue("spec", out var spec) is true
                && spec.ValueKind == JsonValueKind.Object
                && spec.TryGetProperty("finalizers", out var finalizers)
                && finalizers.ValueKind == JsonValueKind.Array
                && finalizers.GetArrayLength() > 0);
        return isHeld ? DeleteResult.StillThere : DeleteResult.Deleted;
    }
}

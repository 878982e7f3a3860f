using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.CrdGenerator;

/// <summary>
/// The rules of Kubernetes' <c>metav1.Condition</c>, the same in every CRD that has conditions. They stand here since the
/// type belongs to the floor below the schema attributes.
/// </summary>
internal static class ConditionRules
{
    /// <summary>Adds what holds for one field of a condition.</summary>
    public static void Add(JsonObject schema, string field)
    {
        switch (field)
        {
            case "type":
                schema["maxLength"] = 316;
                schema["pattern"] =
                    @"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$";
                break;
            case "status":
                schema["enum"] = new JsonArray(ConditionStatus.True, ConditionStatus.False, ConditionStatus.Unknown);
                break;
            case "reason":
                schema["minLength"] = 1;
                schema["maxLength"] = 1024;
                schema["pattern"] = "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$";
                break;
            case "message":
                schema["maxLength"] = 32768;
                break;
            case "observedGeneration":
                schema["minimum"] = 0;
                break;
        }
    }
}

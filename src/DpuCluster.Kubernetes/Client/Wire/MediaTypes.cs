namespace DpuCluster.Kubernetes.Client;

internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string MergePatch = "application/merge-patch+json";
    public const string JsonPatch = "application/json-patch+json";
    public const string StrategicMergePatch = "application/strategic-merge-patch+json";

    // JSON is YAML: the name is the protocol's, the body is JSON.
    public const string Apply = "application/apply-patch+yaml";

    // A server that cannot make the representation sends the whole object, of which only the metadata is read.
    public const string Metadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;q=0.5";
    public const string MetadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json;q=0.5";
}

using DpuCluster.ApiServer.Catalog.Kinds;
using DpuCluster.ApiServer.Catalog.Types;

namespace DpuCluster.ApiServer.Catalog;

/// <summary>The core group.</summary>
internal static class CoreKinds
{
    public static IEnumerable<ResourceDefinition> All(IServiceAllocator services) =>
    [
        Kind("ConfigMap", "configmaps", new ConfigMapStrategy()) with { ShortNames = ["cm"] },
        Kind("Endpoints", "endpoints", new EndpointsStrategy()) with
        {
            DeprecationWarning = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
            ShortNames = ["ep"], Singular = "endpoints", AllowsCreateOnUpdate = true,
        },
        Kind("Event", "events", new EventStrategy(core: true)) with
        {
            ShortNames = ["ev"], AllowsCreateOnUpdate = true, SelectableFields = EventFields.Core,
        },
        Kind("Namespace", "namespaces", new NamespaceStrategy()) with
        {
            Namespaced = false,
            NameRule = NameRule.Dns1123Label,
            ShortNames = ["ns"],
            Verbs = ["create", "delete", "get", "list", "patch", "update", "watch"],
            Subresources = [new SubresourceDefinition("finalize", ["update"]), SubresourceDefinition.Status],
            DeleteReturnsObject = true,
            SelectableFields = [ResourceCatalog.Field("status.phase")],
        },
        Kind("Node", "nodes", new NodeStrategy(), "node") with
        {
            Namespaced = false,
            ShortNames = ["no"],
            Subresources = [SubresourceDefinition.Status],
            SelectableFields = [Flag("spec.unschedulable")],
        },
        Kind("Pod", "pods", new PodStrategy(), "pod") with
        {
            ShortNames = ["po"],
            Categories = ["all"],
            DeleteReturnsObject = true,
            TracksGeneration = true,
            Subresources =
            [
                new SubresourceDefinition("binding", ["create"], "Binding"),
                new SubresourceDefinition("log", ["get"]),
                SubresourceDefinition.Status,
            ],
            SelectableFields =
            [
                .. ((string[])["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
                    "status.phase", "status.podIP", "status.nominatedNodeName"]).Select(ResourceCatalog.Field),
                Flag("spec.hostNetwork"),
            ],
        },
        Kind("Secret", "secrets", new SecretStrategy()) with { SelectableFields = [ResourceCatalog.Field("type")] },
        Kind("ServiceAccount", "serviceaccounts", new BuiltInStrategy("core", "ServiceAccount")) with
        {
            ShortNames = ["sa"],
            DeleteReturnsObject = true,
            Subresources = [new SubresourceDefinition("token", ["create"], "TokenRequest", "authentication.k8s.io", "v1")],
        },
        Kind("Service", "services", new ServiceStrategy(services)) with
        {
            NameRule = NameRule.Dns1035Label,
            ShortNames = ["svc"],
            Categories = ["all"],
            DeleteReturnsObject = true,
            AllowsCreateOnUpdate = true,
            Subresources = [SubresourceDefinition.Status],
            SelectableFields = [ResourceCatalog.Field("spec.clusterIP"), ResourceCatalog.Field("spec.type")],
        },
    ];

    /// <summary>A field that reads as <c>false</c> where it is not set.</summary>
    private static SelectableField Flag(string path)
    {
        var field = ResourceCatalog.Field(path);
        return field with { Value = obj => field.Value(obj) is { Length: > 0 } value ? value : "false" };
    }

    private static ResourceDefinition Kind(string kind, string plural, ResourceStrategy strategy, string file = "core") => new()
    {
        Group = "",
        Version = "v1",
        Kind = kind,
        Plural = plural,
        Namespaced = true,
        Strategy = strategy,
        LazySchema = TypeLibrary.LazySchema(file, kind),
        IsBuiltIn = true,
        AllowsUnconditionalUpdate = true,
        RevalidatesMetadata = kind is not ("Namespace" or "Node" or "Pod"),
    };
}

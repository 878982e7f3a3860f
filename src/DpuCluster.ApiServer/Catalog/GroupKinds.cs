using DpuCluster.ApiServer.Catalog.Kinds;
using DpuCluster.ApiServer.Catalog.Types;

namespace DpuCluster.ApiServer.Catalog;

/// <summary>The named groups.</summary>
internal static class GroupKinds
{
    public static IEnumerable<ResourceDefinition> All(CrdValidator? crdValidator) =>
    [
        Workload("DaemonSet", "daemonsets", "ds", "updateStrategy", "OnDelete"),
        Workload("Deployment", "deployments", "deploy", "strategy", "Recreate"),
        Workload("ReplicaSet", "replicasets", "rs", null, "") with { SelectableFields = [ResourceCatalog.Field("status.replicas")] },
        Kind("events", "events.k8s.io", "Event", "events", new EventStrategy(core: false)) with
        {
            ShortNames = ["ev"],
            AllowsCreateOnUpdate = true,
            SelectableFields = EventFields.Events,
            StoredAs = new StoredAs("", "v1", "events", EventStrategy.ToCore, EventStrategy.FromCore),
        },
        .. Reviews(),
        .. Rbac(),
        Webhooks("MutatingWebhookConfiguration", "mutatingwebhookconfigurations"),
        Webhooks("ValidatingWebhookConfiguration", "validatingwebhookconfigurations"),
        Kind("apiextensions", "apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", new CustomResourceDefinitionStrategy(crdValidator)) with
        {
            Namespaced = false,
            ShortNames = ["crd", "crds"],
            Categories = ["api-extensions"],
            Subresources = [SubresourceDefinition.Status],
            TracksGeneration = true,
            AllowsUnconditionalUpdate = false,
        },
        Kind("coordination", "coordination.k8s.io", "Lease", "leases", new LeaseStrategy()) with
        {
            AllowsCreateOnUpdate = true,
            AllowsUnconditionalUpdate = false,
        },
        Kind("discovery", "discovery.k8s.io", "EndpointSlice", "endpointslices", new EndpointSliceStrategy()) with
        {
            TracksGeneration = true,
        },
    ];

    private static ResourceDefinition Workload(string kind, string plural, string shortName, string? strategyField, string otherStrategy) =>
        Kind("apps", "apps", kind, plural, new WorkloadStrategy(kind, strategyField, otherStrategy)) with
        {
            ShortNames = [shortName],
            Categories = ["all"],
            TracksGeneration = true,
            Subresources = kind == "DaemonSet" ? [SubresourceDefinition.Status] : [SubresourceDefinition.AutoscalingScale, SubresourceDefinition.Status],
            Scale = kind == "DaemonSet" ? null : new ScalePaths(".spec.replicas", ".status.replicas", ".spec.selector"),
        };

    private static IEnumerable<ResourceDefinition> Reviews() =>
    [
        Review("authentication", "SelfSubjectReview", "selfsubjectreviews"),
        Review("authentication", "TokenReview", "tokenreviews"),
        Review("authorization", "LocalSubjectAccessReview", "localsubjectaccessreviews") with { Namespaced = true },
        Review("authorization", "SelfSubjectAccessReview", "selfsubjectaccessreviews"),
        Review("authorization", "SelfSubjectRulesReview", "selfsubjectrulesreviews"),
        Review("authorization", "SubjectAccessReview", "subjectaccessreviews"),
    ];

    private static IEnumerable<ResourceDefinition> Rbac()
    {
        foreach (var cluster in (bool[])[true, false])
        {
            var (prefix, path) = cluster ? ("Cluster", "cluster") : ("", "");
            yield return Rbac(prefix + "RoleBinding", path + "rolebindings", cluster, new RoleBindingStrategy(cluster));
            yield return Rbac(prefix + "Role", path + "roles", cluster, new RoleStrategy(cluster));
        }
    }

    private static ResourceDefinition Rbac(string kind, string plural, bool cluster, ResourceStrategy strategy) =>
        Kind("rbac", "rbac.authorization.k8s.io", kind, plural, strategy) with
        {
            Namespaced = !cluster,
            RevalidatesMetadata = true,
            NameRule = NameRule.PathSegment,
            AllowsCreateOnUpdate = true,
        };

    private static ResourceDefinition Webhooks(string kind, string plural) =>
        Kind("admissionregistration", "admissionregistration.k8s.io", kind, plural, new WebhookConfigurationStrategy(kind)) with
        {
            Namespaced = false,
            Categories = ["api-extensions"],
            TracksGeneration = true,
            AllowsUnconditionalUpdate = false,
        };

    private static ResourceDefinition Review(string file, string kind, string plural) =>
        Kind(file, file + ".k8s.io", kind, plural, new BuiltInStrategy(file, kind)) with { Namespaced = false, Verbs = ["create"], IsStored = false };

    internal static ResourceDefinition Kind(string file, string group, string kind, string plural, ResourceStrategy strategy) => new()
    {
        Group = group,
        Version = "v1",
        Kind = kind,
        Plural = plural,
        Namespaced = true,
        Strategy = strategy,
        LazySchema = TypeLibrary.LazySchema(file, kind),
        IsBuiltIn = true,
        AllowsUnconditionalUpdate = true,
    };
}

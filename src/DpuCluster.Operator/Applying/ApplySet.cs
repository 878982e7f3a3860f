using System.Security.Cryptography;
using System.Text;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Operator.Applying;

/// <summary>
/// The labels and annotations by which whoever looks at the cluster knows that objects were applied together, and which object stands for
/// all of them (KEP-3659, specification "ApplySet").
/// </summary>
internal static class ApplySet
{
    /// <summary>On every member: the set that it is part of.</summary>
    public const string PartOfLabel = "applyset.kubernetes.io/part-of";

    /// <summary>On the parent: the set that it stands for.</summary>
    public const string IdLabel = "applyset.kubernetes.io/id";

    /// <summary>On the parent: who looks after the set.</summary>
    public const string ToolingAnnotation = "applyset.kubernetes.io/tooling";

    /// <summary>On the parent: the kinds of which there may be members.</summary>
    public const string KindsAnnotation = "applyset.kubernetes.io/contains-group-kinds";

    /// <summary>Name and version of who looks after the set; another's sets are not to be touched.</summary>
    public const string Tooling = "dpucluster-operator/v1";

    /// <summary>The identity of the set of a parent, by the specification's formula.</summary>
    /// <param name="parent">Namespace and name of the parent.</param>
    /// <param name="resource">Its kind.</param>
    public static string Id(NamespacedName parent, ResourceType resource)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{parent.Name}.{parent.Namespace}.{resource.Kind}.{resource.Group}"));
        var base64 = Convert.ToBase64String(hash).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return $"applyset-{base64}-v1";
    }

    /// <summary>The kinds as the parent names them: <c>Kind.group</c>, in order, with commas between them.</summary>
    public static string Kinds(IEnumerable<ResourceType> resources) => string.Join(
        ',',
        resources.Select(resource => resource.Group.Length == 0 ? resource.Kind : $"{resource.Kind}.{resource.Group}").Order(StringComparer.Ordinal));
}

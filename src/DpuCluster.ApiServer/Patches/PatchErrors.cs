using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.Patches;

/// <summary>The answers to a patch that cannot be applied, worded as kube-apiserver words them.</summary>
internal static class PatchErrors
{
    /// <summary>400: the patch itself is malformed.</summary>
    public static KubernetesException BadRequest(string message) => Failure(400, StatusReason.BadRequest, message, null);

    /// <summary>413: the patch is longer than the server is willing to work on.</summary>
    public static KubernetesException TooLarge(string message) =>
        Failure(413, StatusReason.RequestEntityTooLarge, message, null);

    /// <summary>
    /// 422: the patch is well-formed but does not fit the object. What exactly is wrong is not told to the client, as in
    /// kube-apiserver; <paramref name="detail"/> is kept in the inner exception for the server's own log.
    /// </summary>
    public static KubernetesException DoesNotApply(string detail) =>
        Failure(422, StatusReason.Invalid, "the server rejected our request due to an error in our request", new StatusDetails(), detail);

    /// <summary>500 without a reason: what kube-apiserver makes of an error that nobody gave a status to.</summary>
    public static KubernetesException Unclassified(string message) => Failure(500, null, message, null);

    private static KubernetesException Failure(int code, string? reason, string message, StatusDetails? details, string? inner = null) =>
        new(
            new Status
            {
                ApiVersion = "v1",
                Kind = "Status",
                Outcome = "Failure",
                Message = message,
                Reason = reason,
                Details = details,
                Code = code,
            },
            inner is null ? null : new InvalidOperationException(inner));
}

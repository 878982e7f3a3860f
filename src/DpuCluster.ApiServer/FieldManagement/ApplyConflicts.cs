using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>The refusal of an apply that would change fields which others own.</summary>
internal static class ApplyConflicts
{
    /// <summary>The conflicts about other fields than these.</summary>
    public static List<(ManagerIdentity Owner, FieldSet Fields)> Without(List<(ManagerIdentity Owner, FieldSet Fields)> conflicts, FieldSet fields) =>
        [.. conflicts.Select(c => (c.Owner, c.Fields.Difference(fields))).Where(c => !c.Item2.IsEmpty)];

    /// <summary>409 with a cause for each field.</summary>
    public static KubernetesException Refusal(List<(ManagerIdentity Owner, FieldSet Fields)> conflicts)
    {
        var all = conflicts
            .OrderBy(c => c.Owner.SortKey, StringComparer.Ordinal)
            .Select(c => (Owner: c.Owner.ToString(), Paths: c.Fields.Paths().Select(p => string.Concat(p)).ToArray()))
            .ToArray();
        var count = all.Sum(c => c.Paths.Length);
        var message = count == 1
            ? $"Apply failed with 1 conflict: conflict with {all[0].Owner}: {all[0].Paths[0]}"
            : $"Apply failed with {count} conflicts: "
                + string.Join('\n', all.Select(c => $"conflicts with {c.Owner}:{string.Concat(c.Paths.Select(p => $"\n- {p}"))}"));
        return new KubernetesException(new Status
        {
            ApiVersion = "v1",
            Kind = "Status",
            Outcome = "Failure",
            Message = message,
            Reason = StatusReason.Conflict,
            Code = 409,
            Details = new StatusDetails
            {
                Causes =
                [
                    .. all.SelectMany(c => c.Paths.Select(path => new StatusCause
                    {
                        Reason = "FieldManagerConflict",
                        Message = $"conflict with {c.Owner}",
                        Field = path,
                    })),
                ],
            },
        });
    }
}

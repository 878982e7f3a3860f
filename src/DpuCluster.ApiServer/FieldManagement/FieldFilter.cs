namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>
/// Which fields a request can change at all: the others the server sets back (<c>spec</c> when <c>status</c> is written, and
/// the other way round), so the request does not come to own them.
/// </summary>
internal sealed class FieldFilter
{
    private readonly FieldSet? _excluded;
    private readonly FieldSet? _included;

    private FieldFilter(FieldSet? excluded, FieldSet? included)
    {
        _excluded = excluded;
        _included = included;
    }

    /// <summary>Every field.</summary>
    public static FieldFilter None { get; } = new(null, null);

    /// <summary>Every field but <c>status</c>: writes to an object whose status is a subresource.</summary>
    public static FieldFilter ExceptStatus { get; } = Excluding(["status"]);

    /// <summary>Every field but <c>spec</c>: writes to the subresource <c>status</c>.</summary>
    public static FieldFilter ExceptSpec { get; } = Excluding(["spec"]);

    public bool IsNone => _excluded is null && _included is null;

    /// <summary>All fields but these and those below them.</summary>
    public static FieldFilter Excluding(params string[][] paths) => new(FieldSet.Of(paths), null);

    /// <summary>Only these fields and those below them.</summary>
    public static FieldFilter Including(params string[][] paths) => new(null, FieldSet.Of(paths));

    public FieldSet Apply(FieldSet set)
    {
        if (_excluded is not null)
            set = set.RecursiveDifference(_excluded);
        return _included is null ? set : set.Within(_included);
    }
}

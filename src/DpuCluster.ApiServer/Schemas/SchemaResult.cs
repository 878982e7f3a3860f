namespace DpuCluster.ApiServer.Schemas;

/// <summary>
/// What came of validating one value: its errors, each once, and how many checks were made. Where a value satisfies
/// none of several alternatives, those of the alternative with most checks behind it are told.
/// </summary>
internal sealed class SchemaResult
{
    private readonly List<(FieldError Error, string Message)> _errors = [];

    public int Checks { get; private set; }

    public bool IsValid => _errors.Count == 0;

    public IReadOnlyList<FieldError> Errors => [.. _errors.Select(entry => entry.Error)];

    public void Count(int checks = 1) => Checks += checks;

    /// <summary>Adds an error, unless one with the same message is there.</summary>
    public void Add(FieldError error, string message)
    {
        if (_errors.TrueForAll(entry => entry.Message != message))
        {
            _errors.Add((error, message));
        }
    }

    public void Merge(SchemaResult other)
    {
        foreach (var (error, message) in other._errors)
        {
            Add(error, message);
        }

        Checks += other.Checks;
    }

    /// <summary>Forgives what is wrong: the value was like that before.</summary>
    public void Forgive() => _errors.Clear();
}

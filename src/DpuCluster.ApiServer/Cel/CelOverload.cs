namespace DpuCluster.ApiServer.Cel;

/// <summary>One signature of a function.</summary>
/// <param name="Function">Its name, with its name space (<c>optional.of</c>).</param>
/// <param name="IsMember">Whether it is called on its first argument.</param>
/// <param name="Parameters">Types of its arguments, the target of a method first.</param>
/// <param name="Result">Type of what it returns.</param>
/// <param name="Body">What it does, cost included; null for operators, which are nodes of their own.</param>
internal sealed record CelOverload(
    string Function,
    bool IsMember,
    CelType[] Parameters,
    CelType Result,
    CelFunctionBody? Body)
{
    public bool IsPolymorphic { get; } = Parameters.Append(Result).Any(HasParameter);

    public bool Accepts(object[] arguments)
    {
        if (arguments.Length != Parameters.Length)
            return false;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!CelValues.Matches(Parameters[i], arguments[i]))
                return false;
        }
        return true;
    }

    private static bool HasParameter(CelType type) => type.Kind == CelKind.Parameter || type.Arguments.Any(HasParameter);
}

/// <summary>Computes a function's result; its arguments are never errors and are of the declared types.</summary>
internal delegate object CelFunctionBody(CelFrame frame, object[] arguments);

/// <summary>Collects the functions of the libraries.</summary>
internal sealed class CelFunctionTable
{
    private readonly Dictionary<string, List<CelOverload>> _functions = new(StringComparer.Ordinal);

    public void Global(string name, CelType[] parameters, CelType result, CelFunctionBody? body) =>
        Add(new CelOverload(name, IsMember: false, parameters, result, body));

    public void Member(string name, CelType[] parameters, CelType result, CelFunctionBody? body) =>
        Add(new CelOverload(name, IsMember: true, parameters, result, body));

    /// <summary>An operator: it is evaluated by its own node, only its types are declared.</summary>
    public void Operator(string name, CelType[] parameters, CelType result) => Global(name, parameters, result, null);

    public IReadOnlyList<CelOverload>? Find(string name) => _functions.GetValueOrDefault(name);

    private void Add(CelOverload overload)
    {
        if (!_functions.TryGetValue(overload.Function, out var overloads))
            _functions[overload.Function] = overloads = [];
        overloads.Add(overload);
    }
}

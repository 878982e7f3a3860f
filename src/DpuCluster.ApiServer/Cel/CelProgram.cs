namespace DpuCluster.ApiServer.Cel;

/// <summary>A compiled expression. Safe for use by many threads.</summary>
internal sealed class CelProgram
{
    private readonly CelNode _root;
    private readonly int _slots;

    private CelProgram(CelNode root, int slots, CelType type, IReadOnlySet<string> variables, ulong? mostCost)
    {
        _root = root;
        _slots = slots;
        Type = type;
        Variables = variables;
        MostCost = mostCost;
    }

    /// <summary>Static type of the result.</summary>
    public CelType Type { get; }

    /// <summary>Names of the variables that the expression uses.</summary>
    public IReadOnlySet<string> Variables { get; }

    /// <summary>What one evaluation costs at most, by estimate; null where it was not asked for.</summary>
    public ulong? MostCost { get; }

    /// <summary>Compiles an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="variables">Its variables, whose slots are 0, 1, 2 …</param>
    /// <param name="error">What is wrong with it, worded as the reference implementation words it; null when nothing is.</param>
    /// <param name="sizes">How large the values of its variables can be, to estimate its cost by; null for no estimate.</param>
    public static CelProgram? Compile(string text, IReadOnlyList<CelVariable> variables, out string? error, SchemaSize? sizes = null)
    {
        var source = new CodePoints(text);
        var issues = new CelIssues(source);
        try
        {
            var expression = CelParser.Parse(source);
            var checker = new CelChecker(CelLibrary.Functions, variables, issues);
            var type = checker.Check(expression);
            if (!issues.Any)
                CelLiterals.Check(expression, issues);
            if (!issues.Any)
            {
                error = null;
                var cost = sizes is null ? (ulong?)null : new CelCostEstimate(sizes, checker.Resolve).Of(expression);
                return new CelProgram(CelPlanner.Plan(expression), checker.MaxSlots, type, checker.Used, cost);
            }
        }
        catch (CelSyntaxException syntax)
        {
            issues.Report(syntax.Position, syntax.Message);
        }
        catch (CelException unsupported)
        {
            issues.Report(0, unsupported.Message);
        }
        error = issues.ToString();
        return null;
    }

    /// <summary>Evaluates with values for the variables, in the order of their slots; null where a variable has none.</summary>
    /// <param name="values">Values of the variables.</param>
    /// <param name="limit">Cost after which the evaluation is broken off.</param>
    /// <param name="cost">What it has cost.</param>
    /// <exception cref="CelCostException">It cost more than the limit.</exception>
    public object Evaluate(ReadOnlySpan<object?> values, long limit, out long cost)
    {
        var frame = new CelFrame(_slots, limit);
        values.CopyTo(frame.Slots);
        cost = limit + 1;
        var result = _root.Evaluate(frame);
        cost = frame.Cost;
        return result;
    }
}

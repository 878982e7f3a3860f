using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Cel;

namespace DpuCluster.ApiServer.Admission;

/// <summary>The <c>matchConditions</c> of a webhook: expressions that must all hold for it to be asked.</summary>
internal sealed class MatchConditions
{
    /// <summary>What one condition may cost, in the units of Kubernetes.</summary>
    private const long PerCallLimit = 1_000_000;

    /// <summary>What all conditions of one webhook may cost together.</summary>
    private const long Budget = 2_500_000;

    private static readonly CelVariable[] Variables =
    [
        new("object", CelType.Dyn, 0), new("oldObject", CelType.Dyn, 1), new("request", CelType.Object("kubernetes.AdmissionRequest", new RequestShape()), 2),
        new("authorizer", CelAuthorizer.Type, 3),
    ];

    private readonly List<(string Name, string Text, CelProgram Program)> _conditions = [];

    private MatchConditions()
    {
    }

    public bool IsEmpty => _conditions.Count == 0;

    /// <summary>What is wrong with an expression; null when it can be used.</summary>
    public static string? Error(string expression)
    {
        var program = CelProgram.Compile(expression, Variables, out var error);
        return program is null ? $"compilation failed: {error}" : program.Type.Kind is CelKind.Bool or CelKind.Dyn ? null : "must evaluate to bool";
    }

    public static MatchConditions Read(JsonObject hook)
    {
        var read = new MatchConditions();
        foreach (var condition in hook.Objects("matchConditions"))
        {
            // A configuration is only stored when they can all be compiled.
            var text = condition.Text("expression");
            if (CelProgram.Compile(text, Variables, out _) is { } program) read._conditions.Add((condition.Text("name"), text, program));
        }

        return read;
    }

    /// <summary>Evaluates the conditions.</summary>
    /// <param name="obj">The new state; null on a deletion.</param>
    /// <param name="old">The present state; null on a creation.</param>
    /// <param name="request">The request of the review, without its objects.</param>
    /// <param name="authorizer">Says what the one who asks may do.</param>
    /// <param name="error">What kept conditions from being evaluated, when none of the others is false.</param>
    /// <returns>Whether all of them hold.</returns>
    public bool Hold(JsonObject? obj, JsonObject? old, JsonObject request, CelAuthorizer authorizer, out string? error)
    {
        object?[] values = [DynamicJson.Of(obj), DynamicJson.Of(old), DynamicJson.Of(request), authorizer];
        var errors = new List<string>();
        var left = Budget;
        foreach (var (_, text, program) in _conditions)
        {
            object result;
            try
            {
                result = program.Evaluate(values, Math.Min(PerCallLimit, left), out var cost);
                left -= cost;
            }
            catch (CelCostException exception)
            {
                errors.Add(left < PerCallLimit
                    ? "validation failed due to running out of cost budget, no further validation rules will be run"
                    : $"expression '{text}' resulted in error: {exception.Message}");
                break;
            }

            if (result is false)
            {
                error = null;
                return false;
            }

            if (result is CelError failed) errors.Add($"expression '{text}' resulted in error: {failed.Message}");
            else if (result is not true) errors.Add($"cel expression '{text}' did not evaluate to a bool");
        }

        error = errors.Count switch { 0 => null, 1 => errors[0], _ => $"[{string.Join(", ", errors)}]" };
        return errors.Count == 0;
    }

    /// <summary>The fields of <c>request</c> in expressions.</summary>
    private sealed class RequestShape : ObjectShape
    {
        private static readonly CelType Kind = Named("kubernetes.GroupVersionKind", "kind");
        private static readonly CelType Resource = Named("kubernetes.GroupVersionResource", "resource");

        private static readonly CelType User = CelType.Object("kubernetes.UserInfo", new Fields(new()
        {
            ["username"] = CelType.String,
            ["uid"] = CelType.String,
            ["groups"] = CelType.List(CelType.String),
            ["extra"] = CelType.Map(CelType.String, CelType.List(CelType.String)),
        }));

        public override CelType? FieldType(string name) => name switch
        {
            "kind" or "requestKind" => Kind,
            "resource" or "requestResource" => Resource,
            "subResource" or "requestSubResource" or "name" or "namespace" or "operation" => CelType.String,
            "userInfo" => User,
            "dryRun" => CelType.Bool,
            "options" => CelType.Dyn,
            _ => null,
        };

        private static CelType Named(string type, string last) =>
            CelType.Object(type, new Fields(new() { ["group"] = CelType.String, ["version"] = CelType.String, [last] = CelType.String }));

        private sealed class Fields(Dictionary<string, CelType> fields) : ObjectShape
        {
            public override CelType? FieldType(string name) => fields.GetValueOrDefault(name);
        }
    }
}

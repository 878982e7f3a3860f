using DpuCluster.ApiServer.Cel;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>A rule with its expressions compiled, or with what is wrong with them.</summary>
internal sealed class CompiledRule
{
    private const string Self = "self";
    private const string OldSelf = "oldSelf";

    private CompiledRule(ValidationRule rule) => Rule = rule;

    public ValidationRule Rule { get; }

    /// <summary>Null when the rule is empty or cannot be compiled.</summary>
    public CelProgram? Program { get; private init; }

    /// <summary>Why the rule cannot be compiled.</summary>
    public string? Error { get; private init; }

    public CelProgram? Message { get; private init; }

    /// <summary>Why the expression of the message cannot be compiled.</summary>
    public string? MessageError { get; private init; }

    /// <summary>Whether it compares with the value before: it is then checked only where there is one.</summary>
    public bool UsesOldSelf => Program?.Variables.Contains(OldSelf) == true;

    /// <summary>What errors call the rule: its message, or its text.</summary>
    public string Shown => string.IsNullOrEmpty(Rule.Message) ? Rule.Rule.Trim() : Rule.Message.Trim();

    /// <summary>Compiles a rule for values of a type.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="type">Type of the values.</param>
    /// <param name="sizes">How large they can be, where the costs are to be estimated.</param>
    public static CompiledRule Compile(ValidationRule rule, CelType type, SchemaSize? sizes = null)
    {
        CelVariable[] variables = [new(Self, type, 0), new(OldSelf, rule.OptionalOldSelf is true ? CelType.Optional(type) : type, 1)];
        if (string.IsNullOrWhiteSpace(rule.Rule))
            return new CompiledRule(rule);
        var program = CelProgram.Compile(rule.Rule, variables, out var error, sizes);
        error = program is null ? "compilation failed: " + error : program.Type.Kind == CelKind.Bool ? null
            : "cel expression must evaluate to a bool";
        var message = string.IsNullOrWhiteSpace(rule.MessageExpression)
            ? null
            : CelProgram.Compile(rule.MessageExpression, variables, out _, sizes);
        return new CompiledRule(rule)
        {
            Program = error is null ? program : null,
            Error = error,
            Message = message?.Type.Kind == CelKind.String ? message : null,
            MessageError = MessageProblem(rule, message, variables),
        };
    }

    private static string? MessageProblem(ValidationRule rule, CelProgram? message, CelVariable[] variables)
    {
        if (message is not null)
            return message.Type.Kind == CelKind.String ? null : "messageExpression must evaluate to a string";
        if (string.IsNullOrWhiteSpace(rule.MessageExpression))
            return null;
        CelProgram.Compile(rule.MessageExpression, variables, out var error);
        return "messageExpression compilation failed: " + error;
    }
}

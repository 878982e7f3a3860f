namespace DpuCluster.ApiServer.Cel;

/// <summary>Turns a checked expression into what is evaluated.</summary>
internal static class CelPlanner
{
    public static CelNode Plan(CelExpression expression) => expression switch
    {
        ConstantExpression constant => new ConstantNode(constant.Value),
        IdentifierExpression { Variable: { } variable } => new VariableNode(variable),
        IdentifierExpression { TypeValue: { } type } => new ConstantNode(type),
        SelectExpression { TypeValue: { } type } => new ConstantNode(type),
        SelectExpression select => new SelectNode(Plan(select.Operand), select.Field, select.Mode),
        ListExpression list => new ListNode([.. list.Elements.Select(e => (Plan(e.Value), e.Optional))]),
        MapExpression map => new MapNode([.. map.Entries.Select(e => (Plan(e.Key), Plan(e.Value), e.Optional))]),
        ComprehensionExpression macro => new ComprehensionNode(
            macro, Plan(macro.Range), macro.Filter is null ? null : Plan(macro.Filter), Plan(macro.Body)),
        CallExpression call => Call(call),
        _ => throw new InvalidOperationException($"An expression of kind {expression.GetType()} cannot be planned."),
    };

    private static CelNode Call(CallExpression call)
    {
        CelNode[] arguments = [.. (call.Target is null ? call.Arguments : call.Arguments.Prepend(call.Target)).Select(Plan)];
        return call.Function switch
        {
            "_?_:_" => new ConditionalNode(arguments[0], arguments[1], arguments[2]),
            "_&&_" => new LogicNode(arguments[0], arguments[1], isAnd: true),
            "_||_" => new LogicNode(arguments[0], arguments[1], isAnd: false),
            "!_" => new NotNode(arguments[0]),
            "-_" => new NegateNode(arguments[0]),
            "_==_" => new EqualNode(arguments[0], arguments[1], negated: false),
            "_!=_" => new EqualNode(arguments[0], arguments[1], negated: true),
            "_<_" => new OrderNode(arguments[0], arguments[1], Order.Less),
            "_<=_" => new OrderNode(arguments[0], arguments[1], Order.LessOrEqual),
            "_>_" => new OrderNode(arguments[0], arguments[1], Order.Greater),
            "_>=_" => new OrderNode(arguments[0], arguments[1], Order.GreaterOrEqual),
            "_+_" or "_-_" or "_*_" or "_/_" or "_%_" => new ArithmeticNode(arguments[0], arguments[1], call.Function[1]),
            "@in" => new InNode(arguments[0], arguments[1]),
            "or" or "orValue" => new AlternativeNode(arguments[0], arguments[1], call.Function),
            "_[_]" => new IndexNode(arguments[0], arguments[1], optional: false),
            "_[?_]" => new IndexNode(arguments[0], arguments[1], optional: true),
            "matches" or "find" or "findAll" when arguments[1] is ConstantNode { Value: string pattern } => new CallNode(
                call.Function, call.Overloads, [arguments[0], new ConstantNode(new CelRegex(pattern)), .. arguments.Skip(2)]),
            _ => new CallNode(call.Function, call.Overloads, arguments),
        };
    }
}

namespace DpuCluster.ApiServer.Cel;

/// <summary>Calls that are syntax: they bind variables or look at their argument's form.</summary>
internal static class CelMacros
{
    public static CelExpression? ExpandGlobal(int position, string name, CelExpression[] arguments)
    {
        if (name != "has" || arguments.Length != 1)
            return null;
        return arguments[0] is SelectExpression { Mode: SelectMode.Value } select
            ? new SelectExpression(position, select.Operand, select.Field, SelectMode.Presence)
            : throw new CelSyntaxException(arguments[0].Position, "invalid argument to has() macro");
    }

    public static CelExpression? ExpandMember(int position, string name, CelExpression target, CelExpression[] arguments)
    {
        return (name, arguments.Length) switch
        {
            ("all", 2) => One(ComprehensionKind.All, hasFilter: false),
            ("all", 3) => Two(ComprehensionKind.All, hasFilter: false),
            ("exists", 2) => One(ComprehensionKind.Exists, hasFilter: false),
            ("exists", 3) => Two(ComprehensionKind.Exists, hasFilter: false),
            ("exists_one" or "existsOne", 2) => One(ComprehensionKind.ExistsOne, hasFilter: false),
            ("exists_one" or "existsOne", 3) => Two(ComprehensionKind.ExistsOne, hasFilter: false),
            ("map", 2) => One(ComprehensionKind.Map, hasFilter: false),
            ("map", 3) => One(ComprehensionKind.Map, hasFilter: true),
            ("filter", 2) => One(ComprehensionKind.Filter, hasFilter: false),
            ("transformList", 3) => Two(ComprehensionKind.Map, hasFilter: false),
            ("transformList", 4) => Two(ComprehensionKind.Map, hasFilter: true),
            ("transformMap", 3) => Two(ComprehensionKind.TransformMap, hasFilter: false),
            ("transformMap", 4) => Two(ComprehensionKind.TransformMap, hasFilter: true),
            ("transformMapEntry", 3) => Two(ComprehensionKind.TransformMapEntry, hasFilter: false),
            ("transformMapEntry", 4) => Two(ComprehensionKind.TransformMapEntry, hasFilter: true),
            ("optMap", 2) => One(ComprehensionKind.OptMap, hasFilter: false),
            ("optFlatMap", 2) => One(ComprehensionKind.OptFlatMap, hasFilter: false),
            ("sortBy", 2) => SortBy(),
            _ => null,
        };

        ComprehensionExpression One(ComprehensionKind kind, bool hasFilter) => new(
                position, kind, target, Variable(arguments[0]), null, hasFilter ? arguments[1] : null, arguments[^1]);

        ComprehensionExpression SortBy() => target is ConstantExpression or MapExpression or MessageExpression
            ? throw new CelSyntaxException(target.Position, "sortBy can only be applied to a list, identifier, comprehension, call or select expression")
            : One(ComprehensionKind.SortBy, hasFilter: false);

        ComprehensionExpression Two(ComprehensionKind kind, bool hasFilter) => new(
                position, kind, target, Variable(arguments[0]), Variable(arguments[1]), hasFilter ? arguments[2] : null, arguments[^1]);
    }

    private static IdentifierExpression Variable(CelExpression argument)
    {
        if (argument is not IdentifierExpression identifier || identifier.Name.StartsWith('.'))
            throw new CelSyntaxException(argument.Position, "argument must be a simple name");
        return identifier.Name == "__result__"
            ? throw new CelSyntaxException(argument.Position, "iteration variable overwrites accumulator variable")
            : identifier;
    }
}

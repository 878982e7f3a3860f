namespace DpuCluster.ApiServer.Cel;

/// <summary>Finds the type of every part of an expression and which functions its calls mean, and reports what does not fit.</summary>
internal sealed class CelChecker
{
    private readonly CelFunctionTable _functions;
    private readonly CelIssues _issues;
    private readonly CelUnifier _unifier = new();
    private readonly Dictionary<string, CelVariable> _scope = new(StringComparer.Ordinal);
    private readonly int _given;
    private int _slots;

    public CelChecker(CelFunctionTable functions, IReadOnlyList<CelVariable> variables, CelIssues issues)
    {
        _functions = functions;
        _issues = issues;
        foreach (var variable in variables)
            _scope[variable.Name] = variable;
        _given = _slots = MaxSlots = variables.Count;
    }

    /// <summary>How many variables are alive at once at most.</summary>
    public int MaxSlots { get; private set; }

    /// <summary>Names of the variables given that the expression uses.</summary>
    public HashSet<string> Used { get; } = new(StringComparer.Ordinal);

    /// <summary>Types an expression; the result is its type.</summary>
    public CelType Check(CelExpression expression)
    {
        Visit(expression);
        return Resolve(expression.Type);
    }

    /// <summary>A type that the checker wrote onto a part of the expression, as far as it is known in the end.</summary>
    public CelType Resolve(CelType type) => _unifier.Substitute(type, CelType.Dyn);

    private void Visit(CelExpression expression) => expression.Type = expression switch
    {
        ConstantExpression constant => constant.ConstantType,
        IdentifierExpression identifier => Identifier(identifier),
        SelectExpression select => Select(select),
        CallExpression call => Call(call),
        ListExpression list => List(list),
        MapExpression map => Map(map),
        ComprehensionExpression comprehension => Comprehension(comprehension),
        MessageExpression message => Report(message, $"undeclared reference to '{message.Name}' (in container '')"),
        _ => throw new InvalidOperationException($"An expression of kind {expression.GetType()} is not known."),
    };

    private CelType Report(CelExpression at, string message)
    {
        _issues.Report(at.Position, message);
        return CelType.Error;
    }

    private string Show(CelType type) => _unifier.Substitute(type).ToString();

    private CelType Identifier(IdentifierExpression identifier)
    {
        var name = identifier.Name.TrimStart('.');
        if (_scope.TryGetValue(name, out var variable))
        {
            identifier.Variable = variable;
            if (variable.Slot < _given)
                Used.Add(name);
            return variable.Type;
        }
        if (CelTypeNames.Find(name) is not { } type)
            return Report(identifier, $"undeclared reference to '{name}' (in container '')");
        identifier.TypeValue = type.Value;
        return CelType.TypeOf(type.Type);
    }

    private CelType Select(SelectExpression select)
    {
        if (select.Mode == SelectMode.Value && CelParser.QualifiedName(select) is { } name && !_scope.ContainsKey(name.Split('.')[0])
            && CelTypeNames.Find(name) is { } named)
        {
            select.TypeValue = named.Value;
            return CelType.TypeOf(named.Type);
        }
        Visit(select.Operand);
        var operand = _unifier.Resolve(select.Operand.Type);
        var throughOptional = operand.IsOptional;
        if (throughOptional)
            operand = _unifier.Resolve(operand.Arguments[0]);
        var field = FieldType(select, operand);
        return select.Mode == SelectMode.Presence
            ? CelType.Bool
            : throughOptional || select.Mode == SelectMode.Optional
            ? CelType.Optional(field)
            : field;
    }

    private CelType FieldType(SelectExpression select, CelType operand)
    {
        switch (operand.Kind)
        {
            case CelKind.Map:
                return operand.Arguments[1];
            case CelKind.Object:
                return operand.Shape!.FieldType(select.Field) ?? Report(select, $"undefined field '{select.Field}'");
            case CelKind.Parameter:
                _unifier.Assignable(operand, CelType.Dyn);
                return CelType.Dyn;
            case CelKind.Dyn or CelKind.Error:
                return CelType.Dyn;
            default:
                return Report(select, $"type '{Show(operand)}' does not support field selection");
        }
    }

    private CelType Call(CallExpression call)
    {
        foreach (var argument in call.Arguments)
            Visit(argument);
        if (call.Target is not null && CelParser.QualifiedName(call.Target) is { } qualifier
            && _functions.Find($"{qualifier}.{call.Function}") is { } qualified)
        {
            call.Target = null;
            return Resolve(call, $"{qualifier}.{call.Function}", qualified);
        }
        if (call.Target is not null)
            Visit(call.Target);
        return _functions.Find(call.Function) is { } overloads
            ? Resolve(call, call.Function, overloads)
            : Report(call, $"undeclared reference to '{call.Function}' (in container '')");
    }

    private CelType Resolve(CallExpression call, string name, IReadOnlyList<CelOverload> overloads)
    {
        CelType[] arguments = [.. (call.Target is null ? call.Arguments : call.Arguments.Prepend(call.Target)).Select(a => a.Type)];
        var matching = new List<CelOverload>();
        CelType? result = null;
        foreach (var overload in overloads)
        {
            if (overload.IsMember != call.Target is not null || overload.Parameters.Length != arguments.Length)
                continue;
            var fresh = new Dictionary<CelType, CelType>();
            var mark = _unifier.Mark;
            var fits = true;
            for (var i = 0; fits && i < arguments.Length; i++)
                fits = _unifier.Assignable(arguments[i], _unifier.Instantiate(overload.Parameters[i], fresh));
            if (!fits)
            {
                _unifier.Undo(mark);
                continue;
            }
            matching.Add(overload);
            var type = overload.IsPolymorphic ? _unifier.Substitute(_unifier.Instantiate(overload.Result, fresh)) : overload.Result;
            result = result is null || Same(result, type) ? type : CelType.Dyn;
        }
        call.Overloads = [.. matching];
        return result ?? Report(call, $"found no matching overload for '{name}' applied to '{Signature(call, arguments)}'");
    }

    private static bool Same(CelType left, CelType right) =>
        ReferenceEquals(left, right) || (left.Kind == right.Kind && ReferenceEquals(left.Shape, right.Shape)
            && left.ToString() == right.ToString());

    private string Signature(CallExpression call, CelType[] arguments) => call.Target is null
        ? $"({string.Join(", ", arguments.Select(Show))})"
        : $"{Show(arguments[0])}.({string.Join(", ", arguments.Skip(1).Select(Show))})";

    private CelType List(ListExpression list)
    {
        CelType? element = null;
        foreach (var (value, optional) in list.Elements)
        {
            Visit(value);
            element = Join(value, element, optional ? OptionalValue(value) : value.Type);
        }
        return CelType.List(element ?? _unifier.Fresh());
    }

    private CelType Map(MapExpression map)
    {
        CelType? keys = null;
        CelType? values = null;
        foreach (var (key, value, optional) in map.Entries)
        {
            Visit(key);
            keys = Join(key, keys, key.Type);
            Visit(value);
            values = Join(value, values, optional ? OptionalValue(value) : value.Type);
        }
        return CelType.Map(keys ?? _unifier.Fresh(), values ?? _unifier.Fresh());
    }

    private CelType OptionalValue(CelExpression expression)
    {
        var value = _unifier.Fresh();
        return _unifier.Assignable(expression.Type, CelType.Optional(value))
            ? _unifier.Resolve(expression.Type).IsDynOrError ? CelType.Dyn : value
            : Report(expression, $"expected type 'optional_type({value})' but found '{Show(expression.Type)}'");
    }

    /// <summary>Elements of one literal are of one type.</summary>
    private CelType Join(CelExpression at, CelType? previous, CelType current)
    {
        if (previous is null)
            return current;
        if (_unifier.Assignable(previous, current))
            return _unifier.MostGeneral(previous, current);
        Report(at, $"expected type '{Show(previous)}' but found '{Show(current)}'");
        return previous;
    }

    private CelType Comprehension(ComprehensionExpression comprehension)
    {
        Visit(comprehension.Range);
        var range = _unifier.Resolve(comprehension.Range.Type);
        if (comprehension.Kind is ComprehensionKind.OptMap or ComprehensionKind.OptFlatMap)
            return OptionalMap(comprehension, range);
        var (first, second) = VariableTypes(comprehension, range);
        comprehension.FirstVariable = Enter(comprehension.First.Name, first, out var firstBefore);
        CelVariable? secondBefore = null;
        if (comprehension.Second is not null)
            comprehension.SecondVariable = Enter(comprehension.Second.Name, second, out secondBefore);
        if (comprehension.Filter is not null)
        {
            Visit(comprehension.Filter);
            ExpectBool(comprehension.Filter);
        }
        Visit(comprehension.Body);
        if (comprehension.Second is not null)
            Leave(comprehension.Second.Name, secondBefore);
        Leave(comprehension.First.Name, firstBefore);
        return ResultType(comprehension, range, first);
    }

    private (CelType First, CelType Second) VariableTypes(ComprehensionExpression comprehension, CelType range)
    {
        var two = comprehension.Second is not null;
        switch (range.Kind)
        {
            case CelKind.List:
                return two ? (CelType.Int, range.Arguments[0]) : (range.Arguments[0], CelType.Dyn);
            case CelKind.Map:
                return (range.Arguments[0], range.Arguments[1]);
            case CelKind.Dyn or CelKind.Error or CelKind.Parameter:
                _unifier.Assignable(range, CelType.Dyn);
                return (CelType.Dyn, CelType.Dyn);
            default:
                Report(comprehension.Range,
                    $"expression of type '{Show(range)}' cannot be range of a comprehension (must be list, map, or dynamic)");
                return (CelType.Error, CelType.Error);
        }
    }

    private CelType ResultType(ComprehensionExpression comprehension, CelType range, CelType first)
    {
        switch (comprehension.Kind)
        {
            case ComprehensionKind.Map:
                return CelType.List(comprehension.Body.Type);
            case ComprehensionKind.SortBy:
                var keys = CelType.List(comprehension.Body.Type);
                return range.Kind != CelKind.Map && Array.Exists(CelExtendedLists.Comparable, key => _unifier.Assignable(keys, CelType.List(key)))
                    ? range
                    : Report(comprehension, $"found no matching overload for '{CelExtendedLists.SortByKeys}' applied to '{Show(range)}.({Show(keys)})'");
            case ComprehensionKind.Filter:
                ExpectBool(comprehension.Body);
                return CelType.List(first);
            case ComprehensionKind.TransformMap:
                return CelType.Map(range.Kind == CelKind.List ? CelType.Int : first, comprehension.Body.Type);
            case ComprehensionKind.TransformMapEntry:
                var entry = CelType.Map(_unifier.Fresh(), _unifier.Fresh());
                return _unifier.Assignable(comprehension.Body.Type, entry)
                    ? _unifier.Substitute(entry)
                    : Report(comprehension, $"found no matching overload for 'cel.@mapInsert' applied to '({Show(entry)}, {Show(comprehension.Body.Type)})'");
            default:
                ExpectBool(comprehension.Body);
                return CelType.Bool;
        }
    }

    private CelType OptionalMap(ComprehensionExpression comprehension, CelType range)
    {
        var value = _unifier.Fresh();
        if (!_unifier.Assignable(range, CelType.Optional(value)))
            return Report(comprehension, $"found no matching overload for 'hasValue' applied to '{Show(range)}.()'");
        comprehension.FirstVariable = Enter(comprehension.First.Name, range.IsDynOrError ? CelType.Dyn : _unifier.Substitute(value),
            out var before);
        Visit(comprehension.Body);
        Leave(comprehension.First.Name, before);
        var body = comprehension.Body;
        if (comprehension.Kind == ComprehensionKind.OptMap)
            return CelType.Optional(body.Type);
        var result = CelType.Optional(_unifier.Fresh());
        return _unifier.Assignable(body.Type, result)
            ? _unifier.Substitute(result)
            : Report(comprehension, $"found no matching overload for '_?_:_' applied to '(bool, {Show(body.Type)}, {Show(result)})'");
    }

    private void ExpectBool(CelExpression expression)
    {
        if (!_unifier.Assignable(expression.Type, CelType.Bool))
            Report(expression, $"expected type 'bool' but found '{Show(expression.Type)}'");
    }

    private CelVariable Enter(string name, CelType type, out CelVariable? before)
    {
        before = _scope.GetValueOrDefault(name);
        var variable = new CelVariable(name, type, _slots++);
        MaxSlots = Math.Max(MaxSlots, _slots);
        return _scope[name] = variable;
    }

    private void Leave(string name, CelVariable? before)
    {
        _slots--;
        if (before is null)
            _scope.Remove(name);
        else
            _scope[name] = before;
    }
}

namespace DpuCluster.ApiServer.Cel;

/// <summary>A part of a compiled expression. Immutable, so one program may be evaluated by many threads at once.</summary>
internal abstract class CelNode
{
    /// <summary>The value; a <see cref="CelError"/> when there is none.</summary>
    public abstract object Evaluate(CelFrame frame);
}

internal sealed class ConstantNode(object value) : CelNode
{
    public object Value => value;

    public override object Evaluate(CelFrame frame) => value;
}

internal sealed class VariableNode(CelVariable variable) : CelNode
{
    public override object Evaluate(CelFrame frame)
    {
        frame.Charge(1);
        return frame.Slots[variable.Slot] ?? new CelError($"no such attribute(s): {variable.Name}");
    }
}

internal sealed class SelectNode(CelNode operand, string field, SelectMode mode) : CelNode
{
    public override object Evaluate(CelFrame frame)
    {
        var target = operand.Evaluate(frame);
        if (mode != SelectMode.Presence)
            frame.Charge(1);
        var throughOptional = target is CelOptional;
        if (target is CelOptional optional)
        {
            if (optional.Value is null)
                return mode == SelectMode.Presence ? CelValues.False : CelOptional.None;
            target = optional.Value;
        }
        if (target is not CelMap map)
            return target as CelError ?? CelError.NoSuchOverload;
        var value = map.Find(field);
        if (value is CelError)
            return value;
        if (mode == SelectMode.Presence)
            return CelValues.Bool(value is not null);
        if (mode == SelectMode.Optional || throughOptional)
            return value is null ? CelOptional.None : new CelOptional(value);
        return value ?? CelError.NoSuchKey(field);
    }
}

internal sealed class IndexNode(CelNode operand, CelNode index, bool optional) : CelNode
{
    public override object Evaluate(CelFrame frame)
    {
        var target = operand.Evaluate(frame);
        if (target is CelError)
            return target;
        var key = index.Evaluate(frame);
        frame.Charge(1);
        if (key is CelError)
            return key;
        var asOptional = optional;
        if (target is CelOptional wrapped)
        {
            if (wrapped.Value is null)
                return CelOptional.None;
            target = wrapped.Value;
            asOptional = true;
        }
        var value = Find(target, key);
        if (!asOptional || value is CelError)
            return value ?? Missing(target, key);
        return value is null ? CelOptional.None : new CelOptional(value);
    }

    private static object? Find(object target, object key)
    {
        switch (target)
        {
            case CelMap map:
                return map.Find(key);
            case CelList list:
                if (key is not (long or ulong or double))
                    return new CelError($"unsupported index type '{CelValues.TypeName(key)}' in list");
                return CelValues.Key(key) is long index ? index >= 0 && index < list.Count ? list[(int)index] : null : null;
            default:
                return CelError.NoSuchOverload;
        }
    }

    private static CelError Missing(object target, object key) =>
        target is CelMap ? CelError.NoSuchKey(key) : new CelError($"index out of bounds: {CelFormatting.Plain(key)}");
}

/// <summary><c>&amp;&amp;</c> and <c>||</c>: whichever side decides the result does so even if the other is an error.</summary>
internal sealed class LogicNode(CelNode left, CelNode right, bool isAnd) : CelNode
{
    public override object Evaluate(CelFrame frame)
    {
        var decisive = isAnd ? CelValues.False : CelValues.True;
        var first = left.Evaluate(frame);
        if (first.Equals(decisive))
            return decisive;
        var second = right.Evaluate(frame);
        if (second.Equals(decisive))
            return decisive;
        if (first is bool && second is bool)
            return CelValues.Bool(isAnd);
        return first as CelError ?? second as CelError ?? CelError.NoSuchOverload;
    }
}

internal sealed class ConditionalNode(CelNode condition, CelNode whenTrue, CelNode whenFalse) : CelNode
{
    public override object Evaluate(CelFrame frame) => condition.Evaluate(frame) switch
    {
        true => whenTrue.Evaluate(frame),
        false => whenFalse.Evaluate(frame),
        CelError error => error,
        _ => CelError.NoSuchOverload,
    };
}

internal sealed class NotNode(CelNode operand) : CelNode
{
    public override object Evaluate(CelFrame frame)
    {
        var value = operand.Evaluate(frame);
        frame.Charge(1);
        return value is bool truth ? CelValues.Bool(!truth) : value as CelError ?? CelError.NoSuchOverload;
    }
}

internal sealed class EqualNode(CelNode left, CelNode right, bool negated) : CelNode
{
    public override object Evaluate(CelFrame frame)
    {
        var first = left.Evaluate(frame);
        if (first is CelError)
            return first;
        var second = right.Evaluate(frame);
        if (second is CelError)
            return second;
        frame.ChargeText(Math.Min(CelValues.Size(first), CelValues.Size(second)));
        var equal = CelValues.Equal(frame, first, second);
        return negated && equal is bool truth ? CelValues.Bool(!truth) : equal;
    }
}

internal enum Order
{
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

internal sealed class OrderNode(CelNode left, CelNode right, Order order) : CelNode
{
    public override object Evaluate(CelFrame frame)
    {
        var first = left.Evaluate(frame);
        if (first is CelError)
            return first;
        var second = right.Evaluate(frame);
        if (second is CelError)
            return second;
        if (first is string or CelBytes)
            frame.ChargeText(Math.Min(CelValues.Size(first), CelValues.Size(second)));
        else
            frame.Charge(1);
        if (CelValues.Compare(first, second) is not { } compared)
            return CelError.NoSuchOverload;
        if (compared == int.MinValue)
            return new CelError("NaN values cannot be ordered");
        return CelValues.Bool(order switch
        {
            Order.Less => compared < 0,
            Order.LessOrEqual => compared <= 0,
            Order.Greater => compared > 0,
            _ => compared >= 0,
        });
    }
}

internal sealed class InNode(CelNode item, CelNode container) : CelNode
{
    public override object Evaluate(CelFrame frame)
    {
        var wanted = item.Evaluate(frame);
        if (wanted is CelError)
            return wanted;
        switch (container.Evaluate(frame))
        {
            case CelList list:
                frame.Charge(list.Count);
                return Contains(frame, list, wanted);
            case CelMap map:
                frame.Charge(1);
                return map.Find(wanted) switch
                {
                    CelError error => error,
                    var value => CelValues.Bool(value is not null),
                };
            case var other:
                return other as CelError ?? CelError.NoSuchOverload;
        }
    }

    public static object Contains(CelFrame frame, CelList list, object wanted)
    {
        CelError? failed = null;
        for (var i = 0; i < list.Count; i++)
        {
            frame.ChargeWork(1);
            var equal = CelValues.Equal(frame, list[i], wanted);
            if (ReferenceEquals(equal, CelValues.True))
                return equal;
            failed ??= equal as CelError;
        }
        return failed ?? CelValues.False;
    }
}

internal sealed class ListNode((CelNode Value, bool Optional)[] elements) : CelNode
{
    public override object Evaluate(CelFrame frame)
    {
        frame.Charge(10);
        frame.ChargeWork(elements.Length);
        var items = new List<object>(elements.Length);
        foreach (var (node, optional) in elements)
        {
            var value = node.Evaluate(frame);
            if (value is CelError)
                return value;
            if (!optional)
                items.Add(value);
            else if (value is not CelOptional wrapped)
                return new CelError($"cannot initialize optional list element from non-optional value {CelValues.TypeName(value)}");
            else if (wrapped.Value is not null)
                items.Add(wrapped.Value);
        }
        return new CelArray(items);
    }
}

internal sealed class MapNode((CelNode Key, CelNode Value, bool Optional)[] entries) : CelNode
{
    public override object Evaluate(CelFrame frame)
    {
        frame.Charge(30);
        frame.ChargeWork(entries.Length);
        var map = new CelDictionary();
        foreach (var (keyNode, valueNode, optional) in entries)
        {
            var key = keyNode.Evaluate(frame);
            if (key is CelError)
                return key;
            var value = valueNode.Evaluate(frame);
            if (value is CelError)
                return value;
            if (optional)
            {
                if (value is not CelOptional wrapped)
                    return new CelError($"cannot initialize optional entry '{CelFormatting.Plain(key)}' from non-optional value");
                if (wrapped.Value is null)
                    continue;
                value = wrapped.Value;
            }
            if (key is not (string or long or ulong or bool or double))
                return new CelError($"unsupported key type: {CelValues.TypeName(key)}");
            if (!map.Add(key, value))
                return new CelError($"Failed with repeated key: {CelFormatting.Plain(key)}");
        }
        return map;
    }
}

/// <summary>A call of a library's function; which of its signatures is meant is decided by the arguments' values.</summary>
internal sealed class CallNode(string function, CelOverload[] overloads, CelNode[] arguments) : CelNode
{
    public override object Evaluate(CelFrame frame)
    {
        var values = new object[arguments.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = arguments[i].Evaluate(frame);
            if (values[i] is CelError)
                return values[i];
        }
        foreach (var overload in overloads)
        {
            if (overload.Accepts(values))
                return overload.Body!(frame, values);
        }
        return new CelError($"no such overload: {function}({string.Join(", ", values.Select(CelValues.TypeName))})");
    }
}

namespace DpuCluster.ApiServer.Cel;

/// <summary>The operators <c>+ - * / %</c>: integers that leave their range are errors.</summary>
internal sealed class ArithmeticNode(CelNode left, CelNode right, char symbol) : CelNode
{
    private static readonly CelError Overflow = new("integer overflow");
    private static readonly CelError UnsignedOverflow = new("unsigned integer overflow");
    private static readonly CelError DurationOverflow = new("duration overflow");

    public override object Evaluate(CelFrame frame)
    {
        var first = left.Evaluate(frame);
        if (first is CelError)
            return first;
        var second = right.Evaluate(frame);
        if (second is CelError)
            return second;
        if (first is string or CelBytes)
            frame.ChargeText(CelValues.Size(first) + CelValues.Size(second));
        else
            frame.Charge(1);
        return (first, second) switch
        {
            (long a, long b) => Integer(a, b),
            (double a, double b) => Floating(a, b),
            (ulong a, ulong b) => Unsigned(a, b),
            _ when symbol == '+' => Sum(frame, first, second),
            _ when symbol == '-' => Difference(first, second),
            _ => CelError.NoSuchOverload,
        };
    }

    private object Integer(long a, long b)
    {
        if (symbol is '/' or '%')
        {
            if (b == 0)
                return new CelError(symbol == '/' ? "division by zero" : "modulus by zero");
            if (b == -1)
                return a == long.MinValue ? Overflow : symbol == '/' ? -a : 0L;
            return symbol == '/' ? a / b : a % b;
        }
        var exact = symbol switch
        {
            '+' => (Int128)a + b,
            '-' => (Int128)a - b,
            _ => (Int128)a * b,
        };
        return exact < long.MinValue || exact > long.MaxValue ? Overflow : (long)exact;
    }

    private object Unsigned(ulong a, ulong b)
    {
        if (symbol is '/' or '%')
        {
            if (b == 0)
                return new CelError(symbol == '/' ? "division by zero" : "modulus by zero");
            return symbol == '/' ? a / b : a % b;
        }
        if (symbol == '-' && b > a)
            return UnsignedOverflow;
        var exact = symbol switch
        {
            '+' => (UInt128)a + b,
            '-' => (UInt128)(a - b),
            _ => (UInt128)a * b,
        };
        return exact > ulong.MaxValue ? UnsignedOverflow : (ulong)exact;
    }

    private object Floating(double a, double b) => symbol switch
    {
        '+' => a + b,
        '-' => a - b,
        '*' => a * b,
        '/' => a / b,
        _ => CelError.NoSuchOverload,
    };

    private static object Sum(CelFrame frame, object first, object second) => (first, second) switch
    {
        (string a, string b) => string.Concat(a, b),
        (CelBytes a, CelBytes b) => new CelBytes([.. a.Data, .. b.Data]),
        (CelList a, CelList b) => a.Concatenated(frame, b),
        (CelTimestamp a, CelDuration b) => a.Plus(b.Nanoseconds),
        (CelDuration a, CelTimestamp b) => b.Plus(a.Nanoseconds),
        (CelDuration a, CelDuration b) => Duration((Int128)a.Nanoseconds + b.Nanoseconds),
        _ => CelError.NoSuchOverload,
    };

    private static object Difference(object first, object second) => (first, second) switch
    {
        (CelTimestamp a, CelTimestamp b) => a.Minus(b),
        (CelTimestamp a, CelDuration b) => b.Nanoseconds == long.MinValue ? DurationOverflow : a.Plus(-b.Nanoseconds),
        (CelDuration a, CelDuration b) => Duration((Int128)a.Nanoseconds - b.Nanoseconds),
        _ => CelError.NoSuchOverload,
    };

    private static object Duration(Int128 nanoseconds) =>
        nanoseconds < long.MinValue || nanoseconds > long.MaxValue ? DurationOverflow : new CelDuration((long)nanoseconds);
}

internal sealed class NegateNode(CelNode operand) : CelNode
{
    public override object Evaluate(CelFrame frame)
    {
        var value = operand.Evaluate(frame);
        frame.Charge(1);
        return value switch
        {
            long number => number == long.MinValue ? new CelError("integer overflow") : -number,
            double number => -number,
            CelError error => error,
            _ => CelError.NoSuchOverload,
        };
    }
}

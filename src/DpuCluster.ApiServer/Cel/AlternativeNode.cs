namespace DpuCluster.ApiServer.Cel;

/// <summary><c>a.or(b)</c> and <c>a.orValue(b)</c>: what is to be taken instead is evaluated only where nothing is there.</summary>
internal sealed class AlternativeNode(CelNode optional, CelNode otherwise, string function) : CelNode
{
    public override object Evaluate(CelFrame frame)
    {
        var first = optional.Evaluate(frame);
        frame.Charge(1);
        if (first is not CelOptional known)
            return first as CelError ?? new CelError($"no such overload: {function}({CelValues.TypeName(first)})");
        if (known.Value is not null)
            return function == "or" ? known : known.Value;
        var second = otherwise.Evaluate(frame);
        return function == "orValue" || second is CelOptional or CelError ? second : new CelError($"no such overload: {function}({CelValues.TypeName(first)}, {CelValues.TypeName(second)})");
    }
}

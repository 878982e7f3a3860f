using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Types of the operators, under the names that messages show.</summary>
internal static class CelOperators
{
    public static void Declare(CelFunctionTable table)
    {
        table.Operator("_?_:_", [CelType.Bool, A, A], A);
        table.Operator("_&&_", [CelType.Bool, CelType.Bool], CelType.Bool);
        table.Operator("_||_", [CelType.Bool, CelType.Bool], CelType.Bool);
        table.Operator("!_", [CelType.Bool], CelType.Bool);
        table.Operator("_==_", [A, A], CelType.Bool);
        table.Operator("_!=_", [A, A], CelType.Bool);
        table.Operator("@in", [A, List(A)], CelType.Bool);
        table.Operator("@in", [A, Map(A, B)], CelType.Bool);
        DeclareIndexing(table);
        DeclareOrder(table);
        DeclareArithmetic(table);
    }

    private static void DeclareIndexing(CelFunctionTable table)
    {
        table.Operator("_[_]", [List(A), Int], A);
        table.Operator("_[_]", [Map(A, B), A], B);
        table.Operator("_[_]", [Optional(List(A)), Int], Optional(A));
        table.Operator("_[_]", [Optional(Map(A, B)), A], Optional(B));
        table.Operator("_[?_]", [List(A), Int], Optional(A));
        table.Operator("_[?_]", [Map(A, B), A], Optional(B));
        table.Operator("_[?_]", [Optional(List(A)), Int], Optional(A));
        table.Operator("_[?_]", [Optional(Map(A, B)), A], Optional(B));
    }

    private static void DeclareOrder(CelFunctionTable table)
    {
        CelType[] numbers = [Int, Uint, CelType.Double];
        foreach (var name in new[] { "_<_", "_<=_", "_>_", "_>=_" })
        {
            foreach (var type in new[] { CelType.Bool, Int, Uint, CelType.Double, CelType.String, Bytes, Timestamp, Duration })
                table.Operator(name, [type, type], CelType.Bool);
            foreach (var left in numbers)
            {
                foreach (var right in numbers.Where(n => n != left))
                    table.Operator(name, [left, right], CelType.Bool);
            }
        }
    }

    private static void DeclareArithmetic(CelFunctionTable table)
    {
        foreach (var type in new[] { Int, Uint, CelType.Double })
        {
            foreach (var name in new[] { "_+_", "_-_", "_*_", "_/_" })
                table.Operator(name, [type, type], type);
        }
        table.Operator("_%_", [Int, Int], Int);
        table.Operator("_%_", [Uint, Uint], Uint);
        table.Operator("-_", [Int], Int);
        table.Operator("-_", [CelType.Double], CelType.Double);
        table.Operator("_+_", [CelType.String, CelType.String], CelType.String);
        table.Operator("_+_", [Bytes, Bytes], Bytes);
        table.Operator("_+_", [List(A), List(A)], List(A));
        table.Operator("_+_", [Timestamp, Duration], Timestamp);
        table.Operator("_+_", [Duration, Timestamp], Timestamp);
        table.Operator("_+_", [Duration, Duration], Duration);
        table.Operator("_-_", [Timestamp, Timestamp], Duration);
        table.Operator("_-_", [Timestamp, Duration], Timestamp);
        table.Operator("_-_", [Duration, Duration], Duration);
    }
}

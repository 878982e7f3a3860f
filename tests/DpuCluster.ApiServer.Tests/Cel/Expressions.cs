using DpuCluster.ApiServer.Cel;

namespace DpuCluster.ApiServer.Tests.Cel;

/// <summary>Compiles and evaluates expressions with a variable <c>x</c> of type dyn.</summary>
internal static class Expressions
{
    private const long Limit = 1_000_000;

    private static readonly CelVariable[] Variables = [new("x", CelType.Dyn, 0)];

    /// <summary>The result as text; for errors their message after <c>error: </c>.</summary>
    public static string Evaluate(string expression, object? x = null)
    {
        var program = CelProgram.Compile(expression, Variables, out var error);
        error.ShouldBeNull($"{expression} does not compile");
        try
        {
            return Show(program!.Evaluate([x], Limit, out _));
        }
        catch (CelCostException cost)
        {
            return "error: " + cost.Message;
        }
    }

    /// <summary>What is wrong with an expression.</summary>
    public static string CompileError(string expression)
    {
        CelProgram.Compile(expression, Variables, out var error).ShouldBeNull($"{expression} compiles");
        return error.ShouldNotBeNull();
    }

    private static string Show(object value) => value switch
    {
        CelError error => "error: " + error.Message,
        string text => "\"" + text + "\"",
        CelList list => "[" + string.Join(", ", list.Select(Show)) + "]",
        CelMap map => "{" + string.Join(", ", map.Keys.Select(key => Show(key) + ": " + Show(map.Find(key)!))) + "}",
        CelOptional optional => optional.Value is null ? "none" : "optional(" + Show(optional.Value) + ")",
        CelBytes bytes => "b" + Convert.ToHexStringLower(bytes.Data),
        _ => CelFormatting.Plain(value),
    };
}

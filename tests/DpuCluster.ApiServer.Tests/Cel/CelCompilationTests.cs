using DpuCluster.ApiServer.Cel;

namespace DpuCluster.ApiServer.Tests.Cel;

public class CelCompilationTests
{
    [Theory]
    [InlineData("foo", "ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo\n | ^")]
    [InlineData("1 + foo(2)", "ERROR: <input>:1:8: undeclared reference to 'foo' (in container '')\n | 1 + foo(2)\n | .......^")]
    [InlineData("1 + 'a'", "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + 'a'\n | ..^")]
    [InlineData("'a'.startsWith(1)", "ERROR: <input>:1:15: found no matching overload for 'startsWith' applied to 'string.(int)'\n | 'a'.startsWith(1)\n | ..............^")]
    [InlineData("true &&\n  1", "ERROR: <input>:1:6: found no matching overload for '_&&_' applied to '(bool, int)'\n | true &&\n | .....^")]
    [InlineData("'é' +\n 1 + b", "ERROR: <input>:1:5: found no matching overload for '_+_' applied to '(string, int)'\n | 'é' +\n | .．..^\nERROR: <input>:2:6: undeclared reference to 'b' (in container '')\n |  1 + b\n | .....^")]
    [InlineData("[1, 'a']", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^")]
    [InlineData("1.all(i, true)", "ERROR: <input>:1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | 1.all(i, true)\n | ^")]
    [InlineData("'a'.b", "ERROR: <input>:1:4: type 'string' does not support field selection\n | 'a'.b\n | ...^")]
    [InlineData("[1].all(i, i)", "ERROR: <input>:1:12: expected type 'bool' but found 'int'\n | [1].all(i, i)\n | ...........^")]
    [InlineData("Foo{a: 1}", "ERROR: <input>:1:4: undeclared reference to 'Foo' (in container '')\n | Foo{a: 1}\n | ...^")]
    [InlineData("1 +", "ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | 1 +\n | ...^")]
    [InlineData("1 2", "ERROR: <input>:1:3: Syntax error: extraneous input '2' expecting <EOF>\n | 1 2\n | ..^")]
    [InlineData("1 @ 2", "ERROR: <input>:1:3: Syntax error: token recognition error at: '@'\n | 1 @ 2\n | ..^")]
    [InlineData("(1", "ERROR: <input>:1:3: Syntax error: missing ')' at '<EOF>'\n | (1\n | ..^")]
    [InlineData("has(1)", "ERROR: <input>:1:5: invalid argument to has() macro\n | has(1)\n | ....^")]
    [InlineData("[1].all(1, true)", "ERROR: <input>:1:9: argument must be a simple name\n | [1].all(1, true)\n | ........^")]
    [InlineData("9223372036854775808", "ERROR: <input>:1:1: invalid int literal\n | 9223372036854775808\n | ^")]
    [InlineData("let", "ERROR: <input>:1:1: reserved identifier: let\n | let\n | ^")]
    [InlineData("duration('one hour')", "ERROR: <input>:1:10: invalid duration argument\n | duration('one hour')\n | .........^")]
    [InlineData("timestamp('yesterday')", "ERROR: <input>:1:11: invalid timestamp argument\n | timestamp('yesterday')\n | ..........^")]
    [InlineData("'a'.matches('(')", "ERROR: <input>:1:13: invalid matches argument\n | 'a'.matches('(')\n | ............^")]
    public void What_cannot_be_compiled_is_said_with_its_place(string expression, string error) =>
        Expressions.CompileError(expression).ShouldBe(error);

    [Theory]
    [InlineData("'abc")]
    [InlineData("'a\nb'")]
    [InlineData("'\\q'")]
    [InlineData("'\\uD800'")]
    [InlineData("b'\\u0041'")]
    [InlineData("[1, ")]
    [InlineData("{'a' 1}")]
    [InlineData("a.")]
    [InlineData("a..b")]
    [InlineData("a ? b")]
    [InlineData("")]
    [InlineData("1 = 2")]
    [InlineData("`a`")]
    public void Malformed_text_is_a_syntax_error(string expression) => Expressions.CompileError(expression).ShouldStartWith("ERROR: <input>:");

    [Fact]
    public void Deep_nesting_is_refused_and_long_chains_are_not()
    {
        foreach (var deep in new[]
        {
            new string('(', 10_000) + "1" + new string(')', 10_000),
            new string('[', 10_000),
            string.Concat(Enumerable.Repeat("a.", 10_000)) + "a",
            string.Concat(Enumerable.Repeat("1+", 10_000)) + "1",
            string.Concat(Enumerable.Repeat("[1].all(a,", 1_000)) + "true" + new string(')', 1_000),
            string.Concat(Enumerable.Repeat("true?1:", 1_000)) + "1",
        })
        {
            Expressions.CompileError(deep).ShouldContain("expression recursion limit exceeded: 250");
        }
        Expressions.Evaluate(string.Concat(Enumerable.Repeat("true && ", 10_000)) + "false").ShouldBe("false");
        Expressions.Evaluate(new string('-', 9_999) + "(1)").ShouldBe("-1");
        Expressions.CompileError(new string(' ', 100_001)).ShouldContain("expression code point size exceeds limit: size: 100001, limit 100000");
    }

    [Fact]
    public void Types_that_grow_exponentially_are_refused()
    {
        var doubling = "[1]" + string.Concat(Enumerable.Range(0, 100).Select(i => $".map(a{i}, {{a{i}: a{i}}})"));
        Expressions.CompileError(doubling).ShouldContain("too complex");
        var nested = string.Concat(Enumerable.Range(0, 80).Select(i => $"[{(i == 0 ? "[]" : $"[a{i - 1}, a{i - 1}]")}].map(a{i}, "));
        // Lists of the same do not grow the type, whatever grows at run time is cut by the cost.
        Should.NotThrow(() => CelProgram.Compile(nested + "a79" + new string(')', 80), [], out _));
    }

    [Theory]
    [InlineData("x.map(a, x.map(b, x.map(c, x.map(d, x.map(e, x.map(f, 1))))))")]
    [InlineData("x.map(a, 'aaaaaaaaaaaaaaaaaaaa').map(s, s + s).map(s, s + s).map(s, s.replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')).map(s, s.replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')).map(s, s.replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'))")]
    [InlineData("x.all(a, x.all(b, !'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'.matches(a + '(a*)*' + b)))")]
    public void What_takes_too_long_is_broken_off(string expression)
    {
        var list = new CelArray([.. Enumerable.Range(0, 300).Select(i => (object)("s" + i))]);
        Expressions.Evaluate(expression, list).ShouldBe("error: operation cancelled: actual cost limit exceeded");
    }

    [Fact]
    public void Matching_by_an_automaton_with_many_states_is_broken_off() =>
        Expressions.Evaluate("x.matches('(.*a.{200}b)*c')", string.Concat(Enumerable.Repeat("abababaaaabbab", 20_000)))
            .ShouldBe("error: operation cancelled: actual cost limit exceeded");

    [Fact]
    public void Comparing_values_that_contain_themselves_many_times_is_broken_off()
    {
        var shared = string.Concat(Enumerable.Range(0, 60).Select(i => $".map(a{i}, dyn([a{i}, a{i}]))"));
        Expressions.Evaluate($"[dyn(1)]{shared} == [dyn(1)]{shared}").ShouldBe("error: operation cancelled: actual cost limit exceeded");
    }
}

using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Cel;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.Testing;

namespace DpuCluster.ApiServer.Tests.Cel;

/// <summary>Throws random expressions at the whole chain: whatever they are, they end soon, with a value, an error or a refusal.</summary>
public class CelFuzzTests
{
    private const int Seed = 20261121;
    private const long Limit = 20_000;

    private static readonly string[] Seeds =
    [
        "self.spec.ports.all(p, p.number > 0 && p.name.matches('^[a-z]+$'))",
        "has(self.spec.a) ? self.spec.a == 'x' : self.?spec.a.orValue('y') != 'z'",
        "self.spec.ports.map(p, p.number).sum() < 100 && self.spec.ports.exists_one(p, p.name == 'b')",
        "quantity('1Gi').add(quantity('1Mi')).isGreaterThan(quantity(self.spec.a)) || isQuantity('5')",
        "cidr('10.0.0.0/8').containsIP(ip('10.1.2.3')) && url('https://a.b:1/c?d=e').getPort() == '1'",
        "[1, 2, 3].filter(i, i % 2 == 1).map(i, {'k': dyn(i), 'l': [i, i]}).size() == 2",
        "'%s-%d %.2f %x'.format([dyn(self.spec.a), 5, 1.5, 255]).split('-').join('+').replace('a', 'bb').substring(1).charAt(0) != ''",
        "timestamp('2024-01-01T00:00:00Z') + duration('1h30m') > timestamp('2023-12-31T23:59:59.5+01:00')",
        "self.m.exists(k, v, k == 'x' && v == 1) || self.m.transformMap(k, v, v + 1).all(k, k != '')",
        "format.dns1123Label().validate('a').hasValue() ? b'\\xff\\101' == b'x' : r'\\d' != \"\"\"q\"\"\"",
        "-9223372036854775808 - 1 < 0x7fu || 1.5e300 * 1e300 > 2.0 && !(self.p == 3) && type(self.p) == string",
        "sets.contains(self.tags, ['a']) && ['a'] + self.tags != [] && semver('1.2.3').isLessThan(semver('2.0.0-rc.1'))",
        "self.tags.sort().reverse().slice(0, 1) == ['b'] && self.spec.ports.sortBy(p, p.name).distinct().size() == 2 && [[1], lists.range(3)].flatten().size() == 4",
        "optional.of({'a': [1]}).a[0].optMap(v, v * 2).orValue(1) in [1, 2] && 'abc'.findAll('[a-c]', 2)[1] == 'b'",
    ];

    private static readonly string[] Pieces =
    [
        "self", ".spec", ".a", ".ports", "[0]", "[?1]", ".?m", "(", ")", "[", "]", "{", "}", ",", ":", "?", "!", "-", "+", "*", "/", "%", "==", "<", "in ", "&&",
        "||", "'", "\"", "\\", "r'", "b'", "null", "true", "1", "1u", "1.5", "1e999", "9223372036854775808", "x", ".all(x,", ".map(x,", ".map(x, y,", ".exists(x,", "has(",
        "size(", "int(", "string(", "dyn(", "type(", "duration('1h')", "timestamp(1)", ".matches('(a+)+$')", ".format([", "optional.none()", ".value()", "😀", "\0", "\n", "//", ".sum()",
        ".min()", "dyn(self)", ".getQuery()", ".join()", "quantity('9e999')", "cidr('::/0')", ".masked()", "_", "__", "in", "let", "{'a': 1, 'b': [2]}", "[[[[1]]]]",
    ];

    private static readonly Schema Schema = RuleSchemas.FromYaml("""
        type: object
        properties:
          spec:
            type: object
            properties:
              a: {type: string}
              ports: {type: array, items: {type: object, properties: {name: {type: string}, number: {type: integer}}}}
          m: {type: object, additionalProperties: {type: integer}}
          p: {x-kubernetes-int-or-string: true}
          tags: {type: array, items: {type: string}, x-kubernetes-list-type: set}
        """);

    private static readonly JsonNode Value = JsonNode.Parse("""
        {"spec": {"a": "x", "ports": [{"name": "a", "number": 1}, {"name": "b"}]}, "m": {"x": 1, "y": 2}, "p": "3%", "tags": ["a", "b"]}
        """)!;

    [Fact]
    public void Mutated_expressions_end()
    {
        var mutations = new TextMutations(new Random(Seed), Seeds, Pieces);
        var compiled = 0;
        for (var i = TextMutations.Count(10_000); i > 0; i--)
            compiled += Run(mutations.Next()) ? 1 : 0;
        compiled.ShouldBeGreaterThan(200);
    }

    [Fact]
    public void Assembled_expressions_end()
    {
        var mutations = new TextMutations(new Random(Seed), Seeds, Pieces);
        for (var i = TextMutations.Count(10_000); i > 0; i--)
            Run(mutations.Assembled());
    }

    [Fact]
    public void Random_patterns_end()
    {
        var random = new Random(Seed);
        const string alphabet = "ab01()[]{}*+?|^$.\\-,:dwsDWSpPLQEAzbBxu<>=!#imsU \n😀";
        for (var i = 0; i < 1_000; i++)
        {
            var pattern = string.Concat(Enumerable.Range(0, random.Next(1, 15)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var regex = CelRegex.TryCreate(pattern, out var error);
            (regex is null).ShouldBe(error is not null, pattern);
            regex?.Regex.IsMatch("ab01 ab😀ab\n");
        }
    }

    [Fact]
    public void Seeds_compile()
    {
        foreach (var seed in Seeds)
            Run(seed).ShouldBeTrue(seed);
    }

    private static bool Run(string expression)
    {
        var type = new SchemaTypes().Of(Schema, isResource: true)!;
        var program = CelProgram.Compile(expression, [new CelVariable("self", type, 0)], out var error, SchemaSize.Of(Schema, isResource: true));
        (program is null).ShouldBe(error is not null, expression);
        if (program is null)
            return false;
        try
        {
            program.Evaluate([SchemaValues.Of(Value, Schema, isResource: true)], Limit, out _).ShouldNotBeNull(expression);
        }
        catch (CelCostException)
        {
            // Too expensive is one of the ways in which an evaluation may end.
        }
        return true;
    }
}

using DpuCluster.ApiServer.Cel;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Tests.Cel;

/// <summary>What expressions can cost by estimate; the figures are those that kube-apiserver's own tests hold it to.</summary>
public class CelCostEstimateTests
{
    [Theory]
    [InlineData("number", "self.all(x, true)", 4718591, 10, 32)]
    [InlineData("string", "self.all(x, true)", 3145727, 20, 62)]
    [InlineData("boolean", "self.all(x, true)", 1887437, 5, 17)]
    [InlineData("duration", "self.all(x, true)", 2359295, 5, 17)]
    [InlineData("date", "self.all(x, true)", 725936, 15, 47)]
    [InlineData("date-time", "self.all(x, true)", 428963, 25, 77)]
    [InlineData("int-or-string", "self.all(x, true)", 4718591, 10, 32)]
    [InlineData("number", "self.all(x, x == 0.0)", 6291454, 6291456, 25165826)]
    [InlineData("number", "self[1] == 0.0", 2, 5000, 2)]
    [InlineData("string", "self[1] == self[1]", 314577, 8, 314577)]
    [InlineData("boolean", "self[0] == false", 2, 25, 2)]
    [InlineData("int-or-string", "self[0] == 5", 3, 10, 3)]
    [InlineData("duration", "self[0].getHours() == 2", 4, 525, 4)]
    [InlineData("date", "self[2].getDayOfMonth() == 13", 4, 42, 4)]
    [InlineData("date-time", "self[2].getMinutes() == 45", 4, 99, 4)]
    [InlineData("number", "self.all(x, self.all(y, self.all(z, true)))", null, 10, 3552)]
    [InlineData("number", "self.all(x, self.all(y, true))", null, 10, 352)]
    public void Lists_count_by_what_fits_into_a_request_or_by_maxItems(string item, string rule, int? unbounded, long most, long bounded)
    {
        if (unbounded is { } expected) Cost($"{{type: array, items: {Type(item)}}}", rule).ShouldBe((ulong)expected);
        else Cost($"{{type: array, items: {Type(item)}}}", rule).ShouldBeGreaterThan(RuleCosts.PerExpression);
        Cost($"{{type: array, maxItems: {most}, items: {Type(item)}}}", rule).ShouldBe((ulong)bounded);
    }

    [Theory]
    [InlineData("number", "self.all(x, true)", 1348169, 10, 32)]
    [InlineData("string", "self.all(x, true)", 1179647, 3, 11)]
    [InlineData("boolean", "self.all(x, true)", 943718, 100, 302)]
    [InlineData("duration", "self.all(x, true)", 1048577, 5, 17)]
    [InlineData("date", "self.all(x, true)", 524288, 10, 32)]
    [InlineData("date-time", "self.all(x, true)", 349526, 25, 77)]
    [InlineData("int-or-string", "self.all(x, true)", 1348169, 15, 47)]
    [InlineData("string", "self.all(x, x.contains(self[x]))", 2752507, 10, 72)]
    [InlineData("number", "self['x'] == 0.0", 2, 0, 2)]
    [InlineData("integer", "oldSelf.size() == self.size()", 5, 10, 5)]
    [InlineData("date-time", "self['a'] == self['b']", 8, 7, 8)]
    [InlineData("duration", "self['c'] == self['d']", 8, 42, 8)]
    public void Maps_count_by_what_fits_into_a_request_or_by_maxProperties(string value, string rule, long unbounded, long most, long bounded)
    {
        Cost($"{{type: object, additionalProperties: {Type(value)}}}", rule).ShouldBe((ulong)unbounded);
        Cost($"{{type: object, maxProperties: {most}, additionalProperties: {Type(value)}}}", rule).ShouldBe((ulong)bounded);
    }

    [Theory]
    [InlineData("self.contains('test')", 314574, 10, 5)]
    [InlineData("self.startsWith('test')", 2, 15, 2)]
    [InlineData("self.endsWith('test')", 2, 30, 2)]
    [InlineData("size(self + \"hello\") > size(\"hello\")", 314578, 4, 7)]
    [InlineData("self.matches(\"x\")", 314574, 50, 22)]
    [InlineData("\"\".matches(\"(((((((((())))))))))[0-9]\")", 7, 10, 7)]
    [InlineData("self.matches(\"\")", 1, 100, 1)]
    [InlineData("self == \"x\"", 2, 0, 1)]
    [InlineData("self.find('[0-9]+') == ''", 629147, 10, 11)]
    [InlineData("self.lowerAscii() == 'lower!'", 314575, 10, 6)]
    public void Strings_count_by_their_characters(string rule, long unbounded, long most, long bounded)
    {
        Cost("{type: string}", rule).ShouldBe((ulong)unbounded);
        Cost($"{{type: string, maxLength: {most}}}", rule).ShouldBe((ulong)bounded);
    }

    [Theory]
    [InlineData("{type: array, items: {type: string}}", "self.join(' ') == 'aa bb'", 329853068905)]
    [InlineData("{type: array, maxItems: 10, items: {type: string, maxLength: 10}}", "self.join(' ') == 'aa bb'", 43)]
    [InlineData("{type: array, items: {type: string}}", "self.isSorted() == true", 329854432052)]
    [InlineData("{type: array, maxItems: 10, items: {type: string, maxLength: 10}}", "self.isSorted() == true", 52)]
    [InlineData("{type: object, properties: {str: {type: string}, before: {type: string, maxLength: 2}, after: {type: string, maxLength: 4}}}", "self.str.replace(self.before, self.after) == 'does not matter'", 629154)]
    [InlineData("{type: object, properties: {str: {type: string, maxLength: 4}, before: {type: string, maxLength: 2}, after: {type: string, maxLength: 4}}}", "self.str.replace(self.before, self.after) == 'does not matter'", 12)]
    [InlineData("{type: object, properties: {str: {type: string}, separator: {type: string}}}", "self.str.split(self.separator) == []", 629160)]
    [InlineData("{type: string, enum: [A, B, C, LongValue]}", "self.contains('A')", 2)]
    [InlineData("{type: string, enum: [A, B, C, LongValue], maxLength: 1000}", "self.contains('A')", 401)]
    [InlineData("{type: array, items: {type: array, items: {type: number}}}", "self.all(x, true)", 3145727)]
    [InlineData("{type: array, items: {type: object, additionalProperties: {type: number}}}", "self.all(x, x.y == 25.2)", 6291452)]
    [InlineData("{type: array, items: {type: object, additionalProperties: {type: number}}}", "self[0].x > 2.0", 4)]
    [InlineData("{type: string, format: byte, maxLength: 0}", "self == b\"x\"", 1)]
    [InlineData("{type: array, maxItems: 10, items: {type: integer}}", "self.reverse().size() == 1", 24)]
    [InlineData("{type: array, maxItems: 10, items: {type: integer}}", "self.distinct().size() == 1", 214)]
    [InlineData("{type: array, maxItems: 10, items: {type: integer}}", "self.sort().size() == 1", 214)]
    [InlineData("{type: array, maxItems: 10, items: {type: string}}", "self.sort().size() == 1", 224)]
    [InlineData("{type: array, maxItems: 10, items: {type: integer}}", "self.slice(1, 3).size() == 2", 16)]
    [InlineData("{type: array, maxItems: 10, items: {type: integer}}", "self.sortBy(x, -x).size() == 1", 377)]
    [InlineData("{type: array, maxItems: 10, items: {type: integer}}", "lists.range(5).size() == 5", 18)]
    [InlineData("{type: array, maxItems: 10, items: {type: integer}}", "[[1, 2], [3]].flatten().size() == 3", 45)]
    [InlineData("{type: array, maxItems: 422, items: {type: object, properties: {a: {type: string}}}}", "self[0] == null", 2)]
    [InlineData("{type: array, items: {type: array, items: {type: number}}}", "self[0][0] == -1.0", 3)]
    [InlineData("{type: array, maxItems: 12, items: {type: object, additionalProperties: {type: number}}}", "self.all(x, x.y == 25.2)", 74)]
    [InlineData("{type: object, additionalProperties: {type: array, items: {type: number}}}", "self.all(x, true)", 1179647)]
    [InlineData("{type: object, additionalProperties: {type: object, additionalProperties: {type: number}}}", "self.all(x, true)", 1179647)]
    [InlineData("{type: object, additionalProperties: {type: object, required: [required], properties: {required: {type: string}, optional: {type: string}}}}", "self.all(x, true)", 428963)]
    [InlineData("{type: array, items: {type: object, required: [required], properties: {required: {type: string}, optional: {type: string}}}}", "self.all(x, true)", 555128)]
    [InlineData("{type: object, additionalProperties: {x-kubernetes-int-or-string: true}}", "has(self.x)", 1)]
    [InlineData("{type: object, properties: {str: {type: string, maxLength: 10}, separator: {type: string, maxLength: 10}}}", "self.str.split(self.separator) == []", 22)]
    [InlineData(Nested, "self.all(x, x['y'].required == 'z')", 7340027)]
    [InlineData(NestedWithin, "self.all(x, x['y'].required == 'z')", 72)]
    [InlineData("{type: string, format: byte}", "self == b'x'", 2)]
    [InlineData("{type: string, maxLength: 10}", "isSemver(self)", 5)]
    [InlineData("{type: string}", "isSemver(self)", 314574)]
    [InlineData("{type: string}", "url(self) == url('/')", 314576)]
    public void Libraries_and_nested_values_count_too(string schema, string rule, long expected) => Cost(schema, rule).ShouldBe((ulong)expected);

    [Theory]
    [InlineData("has(self.a) && self.a == 'x'", 4)]
    [InlineData("self.l.map(x, x.size()).exists(y, y > 3)", null)]
    [InlineData("self.?a.orValue('') == ''", 3)]
    [InlineData("self.a.size() > 3 ? self.a.contains('x') : self.l.exists_one(x, x == 'y')", null)]
    [InlineData("isIP(self.a) || cidr('10.0.0.0/8').containsIP(self.a)", null)]
    public void Every_macro_and_library_has_an_estimate(string rule, int? expected)
    {
        var cost = Cost("{type: object, properties: {a: {type: string, maxLength: 64}, l: {type: array, maxItems: 8, items: {type: string, maxLength: 16}}}}", rule);
        if (expected is { } known) cost.ShouldBe((ulong)known);
        cost.ShouldBeInRange(1UL, 10_000UL);
    }

    [Theory]
    [InlineData("[1, 2, 3, 4, 5].sum()", 15)]
    [InlineData("[uint(1), uint(2), uint(3), uint(4), uint(5)].max()", 20)]
    [InlineData("[false, true].isSorted()", 12)]
    [InlineData("[1, 2, 3, 4, 5].indexOf(3)", 15)]
    [InlineData("[duration('1s'), duration('2s')].lastIndexOf(duration('2s'))", 15)]
    [InlineData("'01234567890123456789012345678901234567890123456789'.indexOf('123')", 5)]
    [InlineData("url('https:://kubernetes.io/').getHost()", 4)]
    [InlineData("url('https:://kubernetes.io/') == url('https:://kubernetes.io/')", 9)]
    [InlineData("url('https:://kubernetes.io/') == url('http://x.b')", 5)]
    [InlineData("ip('192.168.0.1')", 2)]
    [InlineData("ip('2001:db8:3333:4444:5555:6666:7777:8888').isLoopback()", 5)]
    [InlineData("ip('192.168.0.1') == ip('192.168.0.1')", 5)]
    [InlineData("ip.isCanonical('2001:db8:3333:4444:5555:6666:7777:8888')", 8)]
    [InlineData("ip.isCanonical('2001:db8::abcd')", 3)]
    [InlineData("cidr('192.168.0.0/16').masked()", 3)]
    [InlineData("cidr('192.168.0.0/16').ip()", 3)]
    [InlineData("cidr('192.168.0.0/16') == cidr('2001:db8::/32')", 5)]
    [InlineData("cidr('192.168.0.0/16').containsCIDR(cidr('192.0.0.0/30'))", 11)]
    [InlineData("cidr('192.168.0.0/16').containsCIDR('192.168.0.0/16')", 11)]
    [InlineData("cidr('192.168.0.0/16').containsIP(ip('192.0.0.1'))", 7)]
    [InlineData("cidr('192.168.0.0/16').containsIP('192.169.0.1')", 8)]
    [InlineData("cidr('2001:db8::/32').containsIP('2001:db8:3333:4444:5555:6666:7777:8888')", 10)]
    [InlineData("'ABCDEFGHIJ abcdefghij'.lowerAscii() == 'abcdefghij ABCDEFGHIJ'.lowerAscii()", 9)]
    [InlineData("strings.quote('ABCDEFGHIJ abcdefghij')", 3)]
    [InlineData("strings.quote('ABCDEFGHIJ abcdefghij') == strings.quote('ABCDEFGHIJ abcdefghij')", 11)]
    [InlineData("'abc 123 def 123'.replace('123', '456', 1)", 3)]
    [InlineData("'abc 123 def 123'.split(' ', 1)", 3)]
    [InlineData("'abc 123 def 123'.substring(5, 8)", 2)]
    [InlineData("'  abc 123 def 123  '.trim()", 2)]
    [InlineData("'abc 123 def 123'.findAll('123', 1)", 2)]
    [InlineData("quantity('200M') == quantity('0.2G') && quantity('0.2G') == quantity('200M')", 6)]
    [InlineData("quantity('50k').add(20).sub(quantity('100k')).sub(-50000).asInteger() > 0", 7)]
    [InlineData("isQuantity('20M')", 1)]
    [InlineData("format.named('dns1123Label').value().validate('my-name')", 34)]
    [InlineData("format.named('dns1123Label').value() == format.named('dns1123Label').value()", 11)]
    [InlineData("sets.contains([1, 2, 3, 4], [2, 3])", 29)]
    [InlineData("sets.contains([[1], [2, 3]], [[2, 3]])", 53)]
    [InlineData("!sets.equivalent([1, 2], [2, 2, 2])", 34)]
    [InlineData("sets.equivalent([], [])", 21)]
    [InlineData("sets.intersects([[1], [2, 3]], [[1, 2], [2, 3]])", 65)]
    [InlineData("semver('1234.56789012345.67890123456789')", 4)]
    [InlineData("semver('1.0.0').compareTo(semver('1.2.3'))", 3)]
    [InlineData("{'a': 1, 'b': 2}.all(k, v, v > 0)", 41)]
    [InlineData("{'a': 1, 'b': 2}.exists(k, v, v > 0)", 43)]
    [InlineData("{'a': 1, 'b': 2}.existsOne(k, v, v > 0)", 40)]
    [InlineData("{'a': 1, 'b': 2}.transformMap(k, v, v + 1)", 71)]
    [InlineData("{'a': 1, 'b': 2}.transformMap(k, v, v < 5, v + 1)", 75)]
    [InlineData("{'a': 1, 'b': 2}.transformMapEntry(k, v, {k: v + 1})", 131)]
    [InlineData("{'a': 1, 'b': 2}.transformMapEntry(k, v, v < 5, {k: v + 1})", 135)]
    [InlineData("[1, 2].existsOne(i, v, v > 0)", 20)]
    [InlineData("[1, 2].transformList(i, v, v + 1)", 49)]
    [InlineData("[1, 2].transformList(i, v, v < 5, v + 1)", 53)]
    public void Functions_of_the_libraries_cost_what_the_tests_of_the_libraries_say(string expression, long expected) =>
        Cost("{type: object}", expression).ShouldBe((ulong)expected);

    [Theory]
    [InlineData("['a', 'b'].min() == 'a'")]
    [InlineData("['a', 'b'].join() == 'ab'")]
    public void Strings_of_a_list_that_is_not_of_the_object_may_have_any_length(string expression) =>
        Cost("{type: object}", expression).ShouldBeGreaterThan(RuleCosts.PerExpression);

    private const string Nested = "{type: array, items: {type: object, additionalProperties: {type: object, required: [required], properties: {required: {type: string}, optional: {type: string}}}}}";

    private const string NestedWithin =
        "{type: array, maxItems: 10, items: {type: object, maxProperties: 10, additionalProperties: {type: object, maxProperties: 10, required: [required], properties: {required: {type: string}, optional: {type: string}}}}}";

    private static string Type(string name) => name switch
    {
        "int-or-string" => "{x-kubernetes-int-or-string: true}",
        "duration" or "date" or "date-time" => $"{{type: string, format: {name}}}",
        _ => $"{{type: {name}}}",
    };

    private static ulong Cost(string schema, string rule)
    {
        var read = RuleSchemas.FromYaml(schema);
        var type = new SchemaTypes().Of(read, isResource: false)!;
        CelVariable[] variables = [new("self", type, 0), new("oldSelf", type, 1)];
        var program = CelProgram.Compile(rule, variables, out var error, SchemaSize.Of(read, isResource: false));
        error.ShouldBeNull();
        return program!.MostCost!.Value;
    }
}

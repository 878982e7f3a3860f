using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Tests.Cel;

/// <summary>
/// What the tests of kube-apiserver (<c>schema/cel/validation_test.go</c> of its extensions server) say that rules of custom resources
/// come to: an empty text where they hold, else a part of the error.
/// </summary>
public class RuleReferenceTests
{
    private const string NoOverload = "found no matching overload for ";

    [Theory]
    [InlineData("self.i == 9223372036854775807 && type(self.i) == int", "")]
    [InlineData("self.i + 1 == 0", "integer overflow")]
    [InlineData("1 / 0 == 1 / 0", "division by zero")]
    [InlineData("type(self.n) == double && self.n == 1.0", "")]
    [InlineData("self.s.charAt(11) == '👑' && size(self.s) == 12", "")]
    [InlineData("self.s.split(' ', 2) == ['Rook', 'takes 👑']", "")]
    [InlineData("self.b == b'AB' && self.b == b'\\x41\\x42' && size(self.b) == 2", "")]
    [InlineData("self.duration == duration('1h2m') + duration('3s4ms')", "")]
    [InlineData("self.duration.getHours() == 1 && self.duration.getMinutes() == 62 && self.duration.getSeconds() == 3723 && self.duration.getMilliseconds() == 3723004", "")]
    [InlineData("string(self.duration) == '3723.004s' && type(self.duration) == google.protobuf.Duration", "")]
    [InlineData("self.date == timestamp('1997-07-16T00:00:00.000Z') && self.date.getMonth() == 6 && string(self.date) == '1997-07-16T00:00:00Z'", "")]
    [InlineData("self.time == timestamp('2011-08-18T00:00:00.000+01:00') + duration('19h3m37s10ms')", "")]
    [InlineData("self.time.getHours('01:00') == 19 && self.time.getHours('UTC') == 18 && self.time.getMilliseconds('01:00') == 10", "")]
    [InlineData("string(self.time) == '2011-08-18T19:03:37.01+01:00' && timestamp(string(self.time)) == self.time", "")]
    [InlineData("string(self.n) == '1' && int(self.n) == 1 && string(self.b) == 'AB'", "")]
    public void Values_have_the_types_of_their_schema(string rule, string error) => Check(
        """
        i: {type: integer}
        n: {type: number}
        s: {type: string}
        b: {type: string, format: byte}
        duration: {type: string, format: duration}
        date: {type: string, format: date}
        time: {type: string, format: date-time}
        """,
        """
        {"i": 9223372036854775807, "n": 1, "s": "Rook takes 👑", "b": "QUI=", "duration": "1h2m3s4ms", "date": "1997-07-16",
         "time": "2011-08-18T19:03:37.010000000+01:00"}
        """, rule, error);

    [Theory]
    [InlineData("self.set == ['c', 'b', 'a'] && self.set == self.other", "")]
    [InlineData("self.set + self.other == ['a', 'b', 'c']", "")]
    [InlineData("self.set + ['c', 'd'] == ['a', 'b', 'c', 'd']", "")]
    [InlineData("self.maps[0] == self.maps[1]", "")]
    [InlineData("self.maps[0] + self.maps[2] == self.maps[2] && self.maps[2] + self.maps[0] == self.maps[0]", "")]
    [InlineData("self.maps[0] == [self.maps[0][1], self.maps[0][0]]", "")]
    [InlineData("self.maps[2] + [self.maps[0][0], self.maps[0][1]] == self.maps[0]", "")]
    [InlineData("size(self.maps[0] + [self.maps[3][0]]) == 3", "")]
    [InlineData("self.maps[0] == {'k': 'a', 'v': '1'}", NoOverload + "'_==_'")]
    [InlineData("self.maps[0][0] == {'k': 'a', 'v': '1'}", NoOverload + "'_==_'")]
    [InlineData("self.map == {'k2': 'b', 'k1': 'a'} && 'k1' in self.map && !('k3' in self.map)", "")]
    [InlineData("self.map['k3'] == 'a'", "no such key: k3")]
    [InlineData("self.list[100] == 0", "index out of bounds: 100")]
    [InlineData("self.list + [4] == [1, 2, 2, 4] && self.list.distinct() == [1, 2] && self.list.sort() == self.list", "")]
    [InlineData("self.maps[1].sortBy(m, m.k).map(m, m.v) == ['1', '2']", "")]
    public void Lists_are_compared_and_merged_by_their_kind(string rule, string error) => Check(
        """
        set: {type: array, items: {type: string}, x-kubernetes-list-type: set}
        other: {type: array, items: {type: string}, x-kubernetes-list-type: set}
        list: {type: array, items: {type: integer}}
        map: {type: object, additionalProperties: {type: string}}
        maps:
          type: array
          items:
            type: array
            x-kubernetes-list-type: map
            x-kubernetes-list-map-keys: [k]
            items: {type: object, properties: {k: {type: string}, v: {type: string}}}
        """,
        """
        {"set": ["a", "b", "c"], "other": ["a", "c", "b"], "list": [1, 2, 2], "map": {"k1": "a", "k2": "b"}, "maps": [
          [{"k": "a", "v": "1"}, {"k": "b", "v": "2"}], [{"k": "b", "v": "2"}, {"k": "a", "v": "1"}], [{"k": "b", "v": "3"}, {"k": "a", "v": "1"}], [{"k": "c", "v": "4"}]]}
        """, rule, error);

    [Theory]
    [InlineData("has(self.a.b) && !has(self.a.c)", "")]
    [InlineData("!has(self.a.d)", "")]
    [InlineData("has(self.a1.b1.c1) && !(has(self.a1.d2) && has(self.a1.d2.e2))", "")]
    [InlineData("has(self.a.z)", "undefined field 'z'")]
    [InlineData("self.a['b'] == 1", NoOverload + "'_[_]'")]
    [InlineData("has(self.a1.d2.e2)", "no such key: d2")]
    [InlineData("self.a.b == null", NoOverload + "'_==_' applied to '(int, null)'")]
    [InlineData("self.objects.exists(m, m.v2 == 'z') && !self.objects.all(m, m.v2 != 'z')", "")]
    [InlineData("self.objects.all(m, m.v2 == 'z')", "no such key: v2")]
    [InlineData("self.objects.exists_one(m, m.v2 == 'z')", "no such key: v2")]
    [InlineData("self.objects.filter(m, m.v2 == 'z').size() == 1", "no such key: v2")]
    [InlineData("self.objects.map(m, m.v2 == 'z', m.v2).size() == 1", "no such key: v2")]
    [InlineData("self.nulls.size() == 2 && 'a' in self.nulls && type(self.nulls['a']) == null_type", "")]
    [InlineData("self.maybe.size() == 2 && type(self.maybe[0]) == null_type", "")]
    [InlineData("!has(self.nothing)", "")]
    [InlineData("type(self.nothing) == int", "no such key")]
    [InlineData("self.percent == '25%' && self.percent != 1 && self.percent != ['anything'] && type(self.percent) == string", "")]
    [InlineData("type(self.a) == type(self.a)", "")]
    [InlineData("string(type(self.a)) == ''", NoOverload + "'string' applied to '(type")]
    public void Fields_are_there_or_not(string rule, string error) => Check(
        """
        a: {type: object, properties: {b: {type: integer}, c: {type: integer}, d: {type: integer, nullable: true}}}
        a1: {type: object, properties: {b1: {type: object, properties: {c1: {type: integer}}}, d2: {type: object, properties: {e2: {type: integer}}}}}
        objects: {type: array, items: {type: object, properties: {k: {type: string}, v2: {type: string}}}}
        nulls: {type: object, additionalProperties: {type: string, nullable: true}}
        maybe: {type: array, items: {type: string, nullable: true}}
        nothing: {x-kubernetes-int-or-string: true, nullable: true}
        percent: {x-kubernetes-int-or-string: true}
        """,
        """
        {"a": {"b": 1, "d": null}, "a1": {"b1": {"c1": 4}}, "objects": [{"k": "a1"}, {"k": "a2"}, {"k": "a3", "v2": "z"}],
         "nulls": {"a": null, "b": "x"}, "maybe": [null, "x"], "nothing": null, "percent": "25%"}
        """, rule, error);

    [Theory]
    [InlineData("self.embedded.kind == 'Pod' && self.embedded.apiVersion == 'v1' && self.embedded.metadata.name == 'foo' && self.embedded.metadata.generateName == 'pick'", "")]
    [InlineData("has(self.embedded.metadata.namespace)", "undefined field 'namespace'")]
    [InlineData("has(self.embedded.spec)", "undefined field 'spec'")]
    [InlineData("has(self.unknown) && self.unknowns.size() == 4", "")]
    [InlineData("self.unknowns[0] != self.unknowns[1] && self.unknowns[1] == self.unknowns[2] && self.unknowns[2] != self.unknowns[3]", "")]
    [InlineData("has(self.unknown.field)", "undefined field 'field'")]
    [InlineData("has(self.anyList)", "undefined field 'anyList'")]
    [InlineData("has(self.anyMap)", "undefined field 'anyMap'")]
    [InlineData("has(self.any)", "undefined field 'any'")]
    [InlineData("self.known[0] != self.known[1] && self.known[1] == self.known[2] && self.known[0].known == 1", "")]
    [InlineData("has(self.known[0].unknown)", "undefined field 'unknown'")]
    public void What_the_schema_does_not_know_cannot_be_seen_but_counts(string rule, string error) => Check(
        """
        embedded: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
        unknown: {type: object, x-kubernetes-preserve-unknown-fields: true}
        unknowns: {type: array, items: {type: object, x-kubernetes-preserve-unknown-fields: true}}
        anyList: {type: array, items: {x-kubernetes-preserve-unknown-fields: true}}
        anyMap: {type: object, additionalProperties: {x-kubernetes-preserve-unknown-fields: true}}
        any: {x-kubernetes-preserve-unknown-fields: true}
        known: {type: array, items: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {known: {type: integer}}}}
        """,
        """
        {"embedded": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "foo", "generateName": "pick", "namespace": "xyz"}, "spec": {"f": 1}},
         "unknown": {"field": 1}, "unknowns": [{"f": 1}, {"f": 2}, {"f": 2}, {}], "anyList": ["a", 2], "anyMap": {"k": 1}, "any": 1,
         "known": [{"known": 1, "unknown": "a"}, {"known": 1, "unknown": "b"}, {"known": 1, "unknown": "b"}]}
        """, rule, error);

    [Theory]
    [InlineData("self.__true__ == 1 && self.__in__ == 2 && self.__namespace__ == 3 && self.int == 4 && self.self == 5 && self.size == '6' && self._true == 7", "")]
    [InlineData("self.dot__dot__dot == 8 && self.dash__dash__dash == 9 && self.slash__slash__slash == 10", "")]
    [InlineData("self.under_score == 11 && self.double__underscores__under == 12", "")]
    [InlineData("self.true == 1", "mismatched input 'true' expecting IDENTIFIER")]
    [InlineData("self == 5", NoOverload + "'_==_'")]
    [InlineData("self.__illegal__ == 1", "undefined field '__illegal__'")]
    [InlineData("self.namespace == 3", "undefined field 'namespace'")]
    [InlineData("self.m['@'] == 1 && self.m['9'] == 2 && self.m['int'] == 3 && self.m['./-'] == 4 && self.m['👑'] == 5", "")]
    [InlineData("self.`dash-dash` == 9", "Syntax error")]
    public void Names_of_fields_are_escaped_and_keys_are_not(string rule, string error) => Check(
        """
        "true": {type: integer}
        in: {type: integer}
        namespace: {type: integer}
        int: {type: integer}
        self: {type: integer}
        size: {type: string}
        _true: {type: integer}
        dot.dot: {type: integer}
        dash-dash: {type: integer}
        slash/slash: {type: integer}
        under_score: {type: integer}
        double__under: {type: integer}
        m: {type: object, additionalProperties: {type: integer}}
        """,
        """
        {"true": 1, "in": 2, "namespace": 3, "int": 4, "self": 5, "size": "6", "_true": 7, "dot.dot": 8, "dash-dash": 9, "slash/slash": 10,
         "under_score": 11, "double__under": 12, "m": {"@": 1, "9": 2, "int": 3, "./-": 4, "👑": 5}}
        """, rule, error);

    [Theory]
    [InlineData("self.ints.sum() == 8 && self.ints.min() == 1 && self.ints.max() == 3 && self.none.sum() == 0 && self.ints.isSorted() && self.none.isSorted()", "")]
    [InlineData("self.whole.sum() == 8.0 && self.whole.indexOf(2.0) == 1 && self.whole.lastIndexOf(2.0) == 2 && self.whole.indexOf(10.0) == -1", "")]
    [InlineData("self.durations.sum() == duration('1h2m1s') && self.durations.max() == duration('1h') && self.durations.lastIndexOf(duration('1m')) == 2", "")]
    [InlineData("self.dates.min() == timestamp('2000-01-01T00:00:00.000Z') && self.dates.isSorted()", "")]
    [InlineData("[[1], [2]].indexOf([1]) == 0 && [{'a': 1}, {'b': 2}].lastIndexOf({'b': 2}) == 1", "")]
    [InlineData("([0] + self.none).min() == 0 && dyn([]).sum() == 0 && dyn([1.0, 2.0]).sum() == 3.0", "")]
    [InlineData("self.none.min() == 1", "min called on empty list")]
    [InlineData("self.none.max() == 1", "max called on empty list")]
    [InlineData("self.str.find('[0-9]+') == '123' && self.str.find('xyz') == ''", "")]
    [InlineData("self.str.findAll('[0-9]+') == ['123', '456'] && self.str.findAll('[0-9]+', 0) == [] && self.str.findAll('[0-9]+', 3) == ['123', '456'] && self.str.findAll('[0-9]+', -1).size() == 2", "")]
    [InlineData("url(self.url).getHost() == 'kubernetes.io:80' && url(self.url).getEscapedPath() == '/docs/home' && url(self.url).getQuery() == {'k1': ['a'], 'k2': ['b', 'c']}", "")]
    [InlineData("url('https://example.com/path?key with spaces=value with spaces').getQuery() == {'key with spaces': ['value with spaces']}", "")]
    [InlineData("url('https://example.com/with space/').getEscapedPath() == '/with%20space/' && url('https://example.com').getEscapedPath() == ''", "")]
    [InlineData("isURL('https://user:pass@example.com:80/path?query=val#fragment') && !isURL('https://a:b:c/') && !isURL('../relative-path')", "")]
    public void Libraries_work_on_fields(string rule, string error) => Check(
        """
        ints: {type: array, items: {type: integer}}
        none: {type: array, items: {type: integer}}
        whole: {type: array, items: {type: number}}
        durations: {type: array, items: {type: string, format: duration}}
        dates: {type: array, items: {type: string, format: date}}
        str: {type: string}
        url: {type: string}
        """,
        """
        {"ints": [1, 2, 2, 3], "none": [], "whole": [1, 2, 2, 3], "durations": ["1s", "1m", "1m", "1h"], "dates": ["2000-01-01", "2000-02-01", "2010-01-01"],
         "str": "this is a 123 string 456", "url": "https://user:pass@kubernetes.io:80/docs/home?k1=a&k2=b&k2=c#anchor"}
        """, rule, error);

    /// <summary>Evaluates a rule over an object of the given properties.</summary>
    private static void Check(string properties, string value, string rule, string error)
    {
        var schema = (JsonObject)RuleSchemas.ReadYaml("type: object\nproperties:\n" + string.Join('\n', properties.Split('\n').Select(line => "  " + line)))!;
        schema["x-kubernetes-validations"] = new JsonArray(new JsonObject { ["rule"] = rule });
        var root = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["spec"] = schema } };
        var result = ValidationRules.For(RuleSchemas.FromJson(root)).Validate(new JsonObject { ["spec"] = JsonNode.Parse(value) }, null);
        var errors = string.Join('\n', result.Errors.Select(one => one.ToString()));
        if (error.Length == 0) errors.ShouldBeEmpty();
        else errors.ShouldContain(error);
    }
}

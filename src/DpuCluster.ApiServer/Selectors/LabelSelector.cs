using System.Globalization;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Selectors;

/// <summary>A label selector such as <c>tier in (front,back),app=x,!old</c>: all of its requirements must hold.</summary>
internal sealed class LabelSelector
{
    private readonly List<Requirement> _requirements;

    private LabelSelector(List<Requirement> requirements) => _requirements = requirements;

    public bool IsEmpty => _requirements.Count == 0;

    /// <exception cref="ApiException">It is not a selector; the message says where, as a real server does.</exception>
    public static LabelSelector Parse(string text) => new(new Parser(text).Parse());

    public bool Matches(IReadOnlyDictionary<string, string>? labels)
    {
        foreach (var requirement in _requirements)
        {
            string? value = null;
            var has = labels is not null && labels.TryGetValue(requirement.Key, out value);
            var holds = requirement.Operator switch
            {
                Operator.In => has && requirement.Values.Contains(value!),
                Operator.NotIn => !has || !requirement.Values.Contains(value!),
                Operator.Exists => has,
                Operator.DoesNotExist => !has,
                Operator.GreaterThan => has && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n)
                    && n > long.Parse(requirement.Values[0], CultureInfo.InvariantCulture),
                _ => has && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n)
                    && n < long.Parse(requirement.Values[0], CultureInfo.InvariantCulture),
            };
            if (!holds) return false;
        }

        return true;
    }

    private enum Operator
    {
        In,
        NotIn,
        Exists,
        DoesNotExist,
        GreaterThan,
        LessThan,
    }

    private sealed record Requirement(string Key, Operator Operator, IReadOnlyList<string> Values);

    /// <summary>
    /// Reads one token after the other. The words of its errors are those of the real parser, which clients show; so is what counts
    /// as a token, and that <c>in</c> and <c>notin</c> are names where a name is expected.
    /// </summary>
    private sealed class Parser
    {
        private readonly List<string> _tokens;
        private int _at;

        public Parser(string text) => _tokens = [.. Tokens(text)];

        private string Ahead => _at < _tokens.Count ? _tokens[_at] : "";

        public List<Requirement> Parse()
        {
            var requirements = new List<Requirement>();
            while (Ahead.Length > 0)
            {
                if (!IsName(Ahead) && Ahead != "!") throw ApiErrors.BadRequest($"found '{Ahead}', expected: !, identifier, or 'end of string'");
                requirements.Add(ReadRequirement());
                var token = Next();
                if (token.Length == 0) break;
                if (token != ",") throw ApiErrors.BadRequest($"found '{token}', expected: ',' or 'end of string'");
                if (!IsName(Ahead) && Ahead != "!") throw ApiErrors.BadRequest($"found '{Ahead}', expected: identifier after ','");
            }

            return requirements;
        }

        private Requirement ReadRequirement()
        {
            var negated = Ahead == "!";
            if (negated) _at++;
            var key = Next();
            if (!IsName(key)) throw Wrong($"found '{key}', expected: identifier");
            Check("<nil>", key, ObjectNames.QualifiedName(key));
            if (negated) return new Requirement(key, Operator.DoesNotExist, []);
            if (Ahead is "" or ",") return new Requirement(key, Operator.Exists, []);
            var next = Next();
            var requirement = next switch
            {
                "=" or "==" => new Requirement(key, Operator.In, [ReadValue()]),
                "!=" => new Requirement(key, Operator.NotIn, [ReadValue()]),
                "<" => new Requirement(key, Operator.LessThan, [ReadValue()]),
                ">" => new Requirement(key, Operator.GreaterThan, [ReadValue()]),
                "in" => new Requirement(key, Operator.In, ReadValues()),
                "notin" => new Requirement(key, Operator.NotIn, ReadValues()),
                _ => throw Wrong($"found '{next}', expected: in, notin, =, ==, !=, gt, lt"),
            };
            CheckValues(requirement);
            return requirement;
        }

        private string ReadValue()
        {
            if (Ahead is "" or ",") return "";
            var token = Next();
            return IsName(token) ? token : throw Wrong($"found '{token}', expected: identifier");
        }

        private List<string> ReadValues()
        {
            var open = Next();
            if (open != "(") throw Wrong($"found '{open}' expected: '('");
            if (Ahead == ")")
            {
                _at++;
                return [""];
            }

            if (!IsName(Ahead) && Ahead != ",") throw Wrong($"found '{Ahead}', expected: ',', ')' or identifier");
            var values = new SortedSet<string>(StringComparer.Ordinal);
            while (true)
            {
                var token = Next();
                if (IsName(token))
                {
                    values.Add(token);
                    if (Ahead == ")") break;
                    if (Ahead != ",") throw Wrong($"found '{Ahead}', expected: ',' or ')'");
                    continue;
                }

                if (token != ",") throw Wrong($"found '{token}', expected: ',', or identifier");
                if (values.Count == 0) values.Add("");
                if (Ahead == ")")
                {
                    values.Add("");
                    break;
                }

                if (Ahead != ",") continue;
                _at++;
                values.Add("");
            }

            _at++;
            return [.. values];
        }

        private string Next() => _at < _tokens.Count ? _tokens[_at++] : "";

        private static IEnumerable<string> Tokens(string text)
        {
            var at = 0;
            while (true)
            {
                while (at < text.Length && IsSpace(text[at])) at++;
                if (at == text.Length) yield break;
                var start = at++;
                if (!IsSpecial(text[start]))
                {
                    while (at < text.Length && !IsSpecial(text[at]) && !IsSpace(text[at])) at++;
                }
                else if (text[start] is '=' or '!' && at < text.Length && text[at] == '=')
                {
                    at++;
                }

                yield return text[start..at];
            }
        }

        private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n';

        private static bool IsSpecial(char c) => c is '=' or '!' or '(' or ')' or ',' or '<' or '>';

        private static bool IsName(string token) => token.Length > 0 && !IsSpecial(token[0]);

        private static void CheckValues(Requirement requirement)
        {
            var wrong = new List<string>();
            for (var i = 0; i < requirement.Values.Count; i++)
            {
                var value = requirement.Values[i];
                var isBound = requirement.Operator is Operator.GreaterThan or Operator.LessThan;
                if (isBound && !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
                    wrong.Add($"values[{i}]: Invalid value: {GoText.Quote(value)}: for 'Gt', 'Lt' operators, the value must be an integer");
                if (Explain($"values[{i}][{requirement.Key}]", value, ObjectNames.LabelValue(value)) is { } error) wrong.Add(error);
            }

            if (wrong.Count > 0) throw Wrong(wrong.Count == 1 ? wrong[0] : $"[{string.Join(", ", wrong)}]");
        }

        private static void Check(string field, string value, IEnumerable<string> errors)
        {
            if (Explain(field, value, errors) is { } error) throw Wrong(error);
        }

        private static string? Explain(string field, string value, IEnumerable<string> errors)
        {
            var all = string.Join("; ", errors);
            return all.Length == 0 ? null : $"{field}: Invalid value: {GoText.Quote(value)}: {all}";
        }

        private static ApiException Wrong(string what) => ApiErrors.BadRequest($"unable to parse requirement: {what}");
    }
}

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

    /// <summary>Reads one token after the other. The words of its errors are those of the real parser, which clients show.</summary>
    private sealed class Parser(string text)
    {
        private int _at;

        public List<Requirement> Parse()
        {
            var requirements = new List<Requirement>();
            var token = Next();
            if (token.Length == 0) return requirements;
            while (true)
            {
                requirements.Add(ReadRequirement(token));
                token = Next();
                if (token.Length == 0) return requirements;
                if (token != ",") throw Wrong($"found '{token}', expected: ',' or 'end of string'");
                token = Next();
                if (token.Length == 0 || !(IsIdentifier(token) || token == "!"))
                {
                    throw Wrong($"found '{token}', expected: identifier after ','");
                }
            }
        }

        private Requirement ReadRequirement(string token)
        {
            var negated = token == "!";
            if (negated) token = Next();
            if (!IsIdentifier(token))
            {
                throw Wrong(negated || token.Length > 0 && token is not ("," or "=" or "==" or "!=" or "(" or ")" or "<" or ">")
                    ? $"found '{token}', expected: identifier"
                    : $"found '{token}', expected: !, identifier, or 'end of string'");
            }

            CheckKey(token);
            var key = token;
            if (negated) return new Requirement(key, Operator.DoesNotExist, []);
            var mark = _at;
            var next = Next();
            switch (next)
            {
                case "" or ",":
                    _at = mark;
                    return new Requirement(key, Operator.Exists, []);
                case "=" or "==":
                    return new Requirement(key, Operator.In, [ReadValue(key)]);
                case "!=":
                    return new Requirement(key, Operator.NotIn, [ReadValue(key)]);
                case "<" or ">":
                    var bound = ReadValue(key);
                    if (!long.TryParse(bound, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
                    {
                        throw Wrong($"values[0][{key}]: Invalid value: \"{bound}\": for 'Gt', 'Lt' operators, the value must be an integer");
                    }

                    return new Requirement(key, next == ">" ? Operator.GreaterThan : Operator.LessThan, [bound]);
                case "in" or "notin":
                    return new Requirement(key, next == "in" ? Operator.In : Operator.NotIn, ReadValues(key));
                default:
                    throw Wrong($"found '{next}', expected: in, notin, =, ==, !=, gt, lt");
            }
        }

        private string ReadValue(string key)
        {
            var mark = _at;
            var token = Next();
            if (token is "" or ",")
            {
                _at = mark;
                return "";
            }

            if (!IsWord(token)) throw Wrong($"found '{token}', expected: identifier");
            CheckValue(key, token);
            return token;
        }

        private List<string> ReadValues(string key)
        {
            var open = Next();
            if (open != "(") throw Wrong($"found '{open}' expected: '('");
            var values = new List<string>();
            while (true)
            {
                var token = Next();
                if (token == ")")
                {
                    values.Add("");
                    return values;
                }

                if (token == ",")
                {
                    values.Add("");
                    continue;
                }

                if (!IsWord(token)) throw Wrong($"found '{token}', expected: ',', ')' or identifier");
                CheckValue(key, token);
                values.Add(token);
                token = Next();
                if (token == ")") return values;
                if (token != ",") throw Wrong($"found '{token}', expected: ',' or ')'");
            }
        }

        private string Next()
        {
            while (_at < text.Length && text[_at] is ' ' or '\t' or '\r' or '\n') _at++;
            if (_at >= text.Length) return "";
            var start = _at;
            if (IsSpecial(text[_at]))
            {
                if (text[_at] is '(' or ')' or ',') return text[_at++].ToString();
                while (_at < text.Length && text[_at] is '=' or '!' or '<' or '>') _at++;
                var symbols = text[start.._at];
                // "!key" after something is two tokens, and so is "!!key".
                if (symbols is "=" or "==" or "!=" or "!" or "<" or ">") return symbols;
                if (symbols.StartsWith('!'))
                {
                    _at = start + 1;
                    return "!";
                }

                return symbols;
            }

            while (_at < text.Length && !IsSpecial(text[_at]) && text[_at] is not (' ' or '\t' or '\r' or '\n')) _at++;
            return text[start.._at];
        }

        private static bool IsSpecial(char c) => c is '=' or '!' or '(' or ')' or ',' or '<' or '>';

        private static bool IsWord(string token) => token.Length > 0 && !IsSpecial(token[0]);

        private static bool IsIdentifier(string token) => IsWord(token) && token is not ("in" or "notin");

        private static void CheckKey(string key)
        {
            if (ObjectNames.QualifiedName(key).FirstOrDefault() is { } error) throw Wrong($"key: Invalid value: \"{key}\": {error}");
        }

        private static void CheckValue(string key, string value)
        {
            if (ObjectNames.LabelValue(value).FirstOrDefault() is { } error) throw Wrong($"values[0][{key}]: Invalid value: \"{value}\": {error}");
        }

        private static ApiException Wrong(string what) => ApiErrors.BadRequest(what);
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tables;

/// <summary>Reads one path.</summary>
internal sealed class JsonPathParser(string given)
{
    private readonly string _text = given.Length > 1 && given[0] == '{' && given[^1] == '}' ? given[1..^1].Trim() : given;
    private int _at;

    public JsonPath Parse()
    {
        if (_text.Length == 0) throw Wrong("empty path");
        if (Peek() is '$' or '@') _at++;
        else if (Peek() is not ('.' or '[')) throw Wrong("a path begins with . or [");
        var steps = Steps(inFilter: false);
        return _at == _text.Length ? new JsonPath(steps) : throw Wrong($"unexpected '{Peek()}'");
    }

    private char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private List<JsonPathStep> Steps(bool inFilter)
    {
        var steps = new List<JsonPathStep>();
        while (_at < _text.Length)
        {
            if (Peek() == '[')
            {
                steps.Add(Bracket());
            }
            else if (Peek() == '.')
            {
                _at++;
                if (Peek() == '.')
                {
                    _at++;
                    steps.Add(new DescendStep());
                    if (Peek() == '[') continue;
                }
                else if (Peek() == '[' || _at == _text.Length)
                {
                    // A dot before a bracket, or alone: the value itself.
                    continue;
                }

                if (Peek() == '*')
                {
                    _at++;
                    steps.Add(new WildcardStep());
                }
                else
                {
                    steps.Add(new NameStep(Name(inFilter)));
                }
            }
            else if (inFilter)
            {
                break;
            }
            else
            {
                throw Wrong($"unexpected '{Peek()}'");
            }
        }

        return steps;
    }

    private string Name(bool inFilter)
    {
        var name = new StringBuilder();
        for (; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c == '\\')
            {
                if (++_at == _text.Length) throw Wrong("nothing after \\");
                name.Append(_text[_at]);
            }
            else if (c is '.' or '[' or ']' or '{' or '}' or '(' or '$' or '@' or '\'' or '"' or ',' or '*' || char.IsWhiteSpace(c)
                || (inFilter && c is ')' or '=' or '!' or '<' or '>' or '&' or '|'))
            {
                break;
            }
            else
            {
                name.Append(c);
            }
        }

        return name.Length > 0 ? name.ToString() : throw Wrong("a name is missing");
    }

    private JsonPathStep Bracket()
    {
        _at++;
        Blank();
        if (Peek() == '?') return Filter();
        var steps = new List<JsonPathStep>();
        while (true)
        {
            Blank();
            steps.Add(Element());
            Blank();
            var c = Peek();
            _at++;
            if (c == ']') return steps.Count == 1 ? steps[0] : new UnionStep(steps);
            if (c != ',') throw Wrong("unterminated array");
        }
    }

    private JsonPathStep Element()
    {
        switch (Peek())
        {
            case '*':
                _at++;
                return new WildcardStep();
            case '\'' or '"':
                return new NameStep(Quoted());
        }

        var first = Number();
        if (Peek() != ':') return first is null ? throw Wrong("invalid array index") : new SliceStep(first, null, 1, single: true);
        _at++;
        var second = Number();
        var step = 1;
        if (Peek() == ':')
        {
            _at++;
            step = Number() ?? 1;
        }

        return step > 0 ? new SliceStep(first, second, step, single: false) : throw Wrong("step must be > 0");
    }

    private FilterStep Filter()
    {
        _at++;
        Blank();
        Expect('(');
        var left = Operand();
        Blank();
        string? comparison = null;
        foreach (var known in (ReadOnlySpan<string>)["==", "!=", "<=", ">=", "<", ">"])
        {
            if (!_text.AsSpan(_at).StartsWith(known, StringComparison.Ordinal)) continue;
            comparison = known;
            _at += known.Length;
            break;
        }

        var right = comparison is null ? null : Operand();
        Blank();
        Expect(')');
        Blank();
        Expect(']');
        return new FilterStep(left, comparison, right);
    }

    private FilterOperand Operand()
    {
        Blank();
        switch (Peek())
        {
            case '\'' or '"':
                return new FilterOperand(JsonValue.Create(Quoted()), null, false);
            case '@' or '$':
                var fromRoot = Peek() == '$';
                _at++;
                return new FilterOperand(null, new JsonPath(Steps(inFilter: true)), fromRoot);
            case '.' or '[':
                return new FilterOperand(null, new JsonPath(Steps(inFilter: true)), false);
        }

        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '-' or '+' or '.')) _at++;
        return _text[start.._at] switch
        {
            "true" => new FilterOperand(JsonValue.Create(true), null, false),
            "false" => new FilterOperand(JsonValue.Create(false), null, false),
            var word when double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) =>
                new FilterOperand(double.IsFinite(number) ? JsonValue.Create(number) : null, null, false),
            _ => throw Wrong("a value is missing in the filter"),
        };
    }

    private string Quoted()
    {
        var quote = Peek();
        var text = new StringBuilder();
        for (_at++; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c == quote)
            {
                _at++;
                return text.ToString();
            }

            if (c == '\\' && _at + 1 < _text.Length) c = _text[++_at];
            text.Append(c);
        }

        throw Wrong("unterminated quoted string");
    }

    private int? Number()
    {
        var start = _at;
        if (Peek() == '-') _at++;
        while (char.IsAsciiDigit(Peek())) _at++;
        if (_at == start) return null;
        return int.TryParse(_text.AsSpan(start, _at - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong("invalid array index");
    }

    private void Blank()
    {
        while (char.IsWhiteSpace(Peek())) _at++;
    }

    private void Expect(char c)
    {
        if (Peek() != c) throw Wrong($"'{c}' is missing");
        _at++;
    }

    private FormatException Wrong(string what) => new($"{what} at position {_at.ToString(CultureInfo.InvariantCulture)} of {given}");
}

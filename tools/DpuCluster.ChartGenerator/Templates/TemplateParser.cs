using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DpuCluster.ChartGenerator.Templates;

/// <summary>
/// Reads the part of Go's template language that the chart keeps to: <c>define</c>, <c>if</c>, <c>else</c>, <c>with</c>, <c>range</c>, fields,
/// calls and pipelines. Whatever else stands in a template is refused.
/// </summary>
internal sealed partial class TemplateParser
{
    private readonly string _name;
    private readonly List<(string? Text, string? Action)> _pieces = [];
    private readonly Dictionary<string, IReadOnlyList<TemplateNode>> _definitions;
    private int _at;

    private TemplateParser(string name, string text, Dictionary<string, IReadOnlyList<TemplateNode>> definitions)
    {
        (_name, _definitions) = (name, definitions);
        var (from, trim) = (0, false);
        foreach (Match action in Action().Matches(text))
        {
            AddText(text[from..action.Index], trim, action.Groups["left"].Success);
            (from, trim) = (action.Index + action.Length, action.Groups["right"].Success);
            _pieces.Add((null, action.Groups["body"].Value.Trim()));
        }

        AddText(text[from..], trim, false);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="name">Name of the file, for messages.</param>
    /// <param name="text">What is in it.</param>
    /// <param name="definitions">Gets what the file defines.</param>
    /// <exception cref="TemplateException">There is something in it that is not understood.</exception>
    public static IReadOnlyList<TemplateNode> Parse(string name, string text, Dictionary<string, IReadOnlyList<TemplateNode>> definitions)
    {
        var parser = new TemplateParser(name, text, definitions);
        var (nodes, end) = parser.Nodes();
        return end is null ? nodes : throw parser.Refuse($"{{{{{end}}}}} ends nothing");
    }

    private void AddText(string text, bool trimStart, bool trimEnd)
    {
        if (text.Contains("{{", StringComparison.Ordinal) || text.Contains("}}", StringComparison.Ordinal))
        {
            throw Refuse("braces without their counterpart");
        }

        text = trimStart ? text.TrimStart() : text;
        _pieces.Add((trimEnd ? text.TrimEnd() : text, null));
    }

    private (IReadOnlyList<TemplateNode> Nodes, string? End) Nodes()
    {
        var nodes = new List<TemplateNode>();
        while (_at < _pieces.Count)
        {
            var (text, action) = _pieces[_at++];
            if (text is not null)
            {
                nodes.Add(new TemplateNode.Literal(text));
                continue;
            }

            var (word, rest) = action!.Split(' ', 2) is [var first, var second] ? (first, second) : (action, "");
            switch (word)
            {
                case "end" or "else" when rest.Length == 0:
                    return (nodes, word);
                case "define":
                    _definitions.Add(Name(rest), Block());
                    break;
                case "if":
                    var (then, end) = Nodes();
                    nodes.Add(new TemplateNode.If(Expression(rest), then, end == "else" ? Block() : end == "end" ? [] : throw Refuse("an if without an end")));
                    break;
                case "with":
                    nodes.Add(new TemplateNode.With(Expression(rest), Block()));
                    break;
                case "range":
                    nodes.Add(new TemplateNode.Range(Expression(rest), Block()));
                    break;
                case var _ when action.StartsWith("/*", StringComparison.Ordinal) && action.EndsWith("*/", StringComparison.Ordinal):
                    break;
                default:
                    nodes.Add(new TemplateNode.Output(Expression(action)));
                    break;
            }
        }

        return (nodes, null);
    }

    private IReadOnlyList<TemplateNode> Block()
    {
        var (nodes, end) = Nodes();
        return end == "end" ? nodes : throw Refuse("a block without its end");
    }

    private string Name(string quoted) => Expression(quoted) is Expression.Constant { Value: var value } ? value.GetValue<string>() : throw Refuse($"{quoted} is no name");

    private Expression Expression(string text)
    {
        var words = new Queue<string>();
        var at = 0;
        foreach (Match word in Word().Matches(text))
        {
            if (text.AsSpan(at..word.Index).Trim().Length > 0)
            {
                break;
            }

            words.Enqueue(word.Value);
            at = word.Index + word.Length;
        }

        var expression = text.AsSpan(at).Trim().Length == 0 && words.Count > 0 ? Pipeline(words) : throw Refuse($"\"{text}\" is not understood");
        return words.Count == 0 ? expression : throw Refuse($"\"{words.Peek()}\" is too much in \"{text}\"");
    }

    /// <summary>What stands before a bar is the last argument of what stands behind it.</summary>
    private Expression Pipeline(Queue<string> words)
    {
        var value = Command(words, null);
        while (words.TryPeek(out var bar) && bar == "|")
        {
            words.Dequeue();
            value = Command(words, value);
        }

        return value;
    }

    private Expression Command(Queue<string> words, Expression? piped)
    {
        var first = words.TryDequeue(out var word) ? word : throw Refuse("an expression is missing");
        List<Expression> arguments = [];
        while (words.TryPeek(out var next) && next is not ("|" or ")"))
        {
            arguments.Add(Operand(words.Dequeue(), words));
        }

        if (piped is not null)
        {
            arguments.Add(piped);
        }

        return TemplateFunctions.Names.Contains(first) ? new Expression.Call(first, arguments)
            : arguments.Count == 0 ? Operand(first, words)
            : throw Refuse($"\"{first}\" is no function that is known");
    }

    private Expression Operand(string word, Queue<string> words)
    {
        switch (word)
        {
            case "(":
                var inner = Pipeline(words);
                return words.TryDequeue(out var closing) && closing == ")" ? inner : throw Refuse("a bracket that is not closed");
            case "true" or "false":
                return new Expression.Constant(JsonValue.Create(word == "true"));
            case ['"', ..]:
                return new Expression.Constant(JsonValue.Create(word[1..^1]));
            case [>= '0' and <= '9', ..]:
                return new Expression.Constant(JsonValue.Create(long.Parse(word, CultureInfo.InvariantCulture)));
            case ['.', ..]:
                return new Expression.Field(false, Path(word));
            case ['$', ..]:
                return new Expression.Field(true, Path(word[1..]));
            default:
                throw Refuse($"\"{word}\" is not understood");
        }
    }

    private static string[] Path(string field) => field.Split('.', StringSplitOptions.RemoveEmptyEntries);

    private TemplateException Refuse(string why) => new($"{_name}: {why}");

    // White space beside a dash goes, as Go's templates have it: "{{- " and " -}}".
    [GeneratedRegex(@"\{\{(?<left>-(?=\s))?(?<body>(?:""[^""\n]*""|(?!\}\}).)*?)(?<right>(?<=\s)-)?\}\}", RegexOptions.Singleline)]
    private static partial Regex Action();

    [GeneratedRegex(@"""[^""\\\n]*""|\$?\.[A-Za-z0-9_.]*|\$|[A-Za-z][A-Za-z0-9.]*|[0-9]+|\||\(|\)")]
    private static partial Regex Word();
}

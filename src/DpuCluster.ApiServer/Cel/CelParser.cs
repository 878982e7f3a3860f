using System.Globalization;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Parses the grammar of the Common Expression Language, with optionals, into a tree; macros are expanded on the way.</summary>
internal sealed class CelParser
{
    /// <summary>An expression may not have more code points than this.</summary>
    public const int MaxLength = 100_000;

    private const string ExpressionStart =
        "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

    private static readonly HashSet<string> Reserved =
    [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
        "return", "var", "void", "while",
    ];

    private static readonly string[] Relations = ["==", "!=", "<", "<=", ">", ">=", "in"];

    private readonly List<CelToken> _tokens;
    private int _at;
    private int _depth;

    private CelParser(List<CelToken> tokens) => _tokens = tokens;

    private CelToken Current => _tokens[_at];

    /// <exception cref="CelSyntaxException">It is not a well-formed expression.</exception>
    public static CelExpression Parse(CodePoints source)
    {
        if (source.Length > MaxLength)
            throw new CelException($"expression code point size exceeds limit: size: {source.Length}, limit {MaxLength}");
        var parser = new CelParser(new CelLexer(source).Tokens());
        var expression = parser.Expression();
        var rest = parser.Current;
        if (rest.Kind == CelTokenKind.End)
            return expression;
        var what = parser._tokens[parser._at + 1].Kind == CelTokenKind.End ? "extraneous" : "mismatched";
        throw new CelSyntaxException(rest.Position, $"Syntax error: {what} input '{rest.Text}' expecting <EOF>");
    }

    private CelExpression Expression()
    {
        if (++_depth > CelExpression.MaxDepth)
            throw new CelSyntaxException(Current.Position, $"expression recursion limit exceeded: {CelExpression.MaxDepth}");
        var condition = Logical("||", "_||_", () => Logical("&&", "_&&_", Relation));
        if (Current.Is("?"))
        {
            var position = Take().Position;
            var whenTrue = Logical("||", "_||_", () => Logical("&&", "_&&_", Relation));
            Expect(":");
            condition = new CallExpression(position, "_?_:_", null, [condition, whenTrue, Expression()]);
        }
        _depth--;
        return condition;
    }

    /// <summary>A chain of one logical operator, as a balanced tree: such chains may be long, trees may not be deep.</summary>
    private CelExpression Logical(string symbol, string function, Func<CelExpression> term)
    {
        var terms = new List<CelExpression> { term() };
        var positions = new List<int>();
        while (Current.Is(symbol))
        {
            positions.Add(Take().Position);
            terms.Add(term());
        }
        return Balanced(0, terms.Count - 1);

        CelExpression Balanced(int from, int to)
        {
            if (from == to)
                return terms[from];
            var middle = (from + to) / 2;
            return new CallExpression(positions[middle], function, null, [Balanced(from, middle), Balanced(middle + 1, to)]);
        }
    }

    private CelExpression Relation() => LeftAssociative(Relations, Addition);

    private CelExpression Addition() => LeftAssociative(["+", "-"], Multiplication);

    private CelExpression Multiplication() => LeftAssociative(["*", "/", "%"], Unary);

    private CelExpression LeftAssociative(string[] symbols, Func<CelExpression> operand)
    {
        var left = operand();
        while (Current.Kind == CelTokenKind.Symbol && symbols.Contains(Current.Text))
        {
            var symbol = Take();
            left = new CallExpression(symbol.Position, symbol.Text == "in" ? "@in" : $"_{symbol.Text}_", null, [left, operand()]);
        }
        return left;
    }

    private CelExpression Unary()
    {
        if (Current.Is("!"))
            return Repeated("!", "!_");
        if (Current.Is("-") && _tokens[_at + 1].Kind is not (CelTokenKind.Int or CelTokenKind.Float))
            return Repeated("-", "-_");
        return Member();
    }

    private CelExpression Repeated(string symbol, string function)
    {
        var position = Current.Position;
        var count = 0;
        for (; Current.Is(symbol); count++)
            Take();
        var operand = Member();
        return count % 2 == 0 ? operand : new CallExpression(position, function, null, [operand]);
    }

    private CelExpression Member()
    {
        var expression = Primary();
        while (true)
        {
            if (Current.Is("."))
                expression = Dot(expression);
            else if (Current.Is("["))
                expression = Index(expression);
            else if (Current.Is("{") && QualifiedName(expression) is { } name)
                expression = Message(name);
            else
                return expression;
        }
    }

    private CelExpression Dot(CelExpression operand)
    {
        var dot = Take().Position;
        var optional = TryTake("?");
        if (Current.Kind != CelTokenKind.Identifier)
            throw Unexpected("IDENTIFIER");
        var name = Take().Text;
        if (optional)
            return new SelectExpression(dot, operand, name, SelectMode.Optional);
        if (!Current.Is("("))
            return new SelectExpression(dot, operand, name, SelectMode.Value);
        var open = Current.Position;
        var arguments = Arguments();
        return CelMacros.ExpandMember(open, name, operand, arguments) ?? new CallExpression(open, name, operand, arguments);
    }

    private CallExpression Index(CelExpression operand)
    {
        var open = Take().Position;
        var optional = TryTake("?");
        var index = Expression();
        Expect("]");
        return new CallExpression(open, optional ? "_[?_]" : "_[_]", null, [operand, index]);
    }

    private MessageExpression Message(string name)
    {
        var position = Take().Position;
        while (!Current.Is("}"))
        {
            TryTake("?");
            if (Current.Kind != CelTokenKind.Identifier)
                throw Unexpected("{'}', ',', '?', IDENTIFIER}");
            Take();
            Expect(":");
            Expression();
            if (!TryTake(","))
                break;
        }
        Expect("}");
        return new MessageExpression(position, name);
    }

    private CelExpression[] Arguments()
    {
        Expect("(");
        var arguments = new List<CelExpression>();
        if (!Current.Is(")"))
        {
            do
                arguments.Add(Expression());
            while (TryTake(","));
        }
        Expect(")");
        return [.. arguments];
    }

    private CelExpression Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case CelTokenKind.Identifier:
                return Identifier("");
            case CelTokenKind.String:
                Take();
                return new ConstantExpression(token.Position, token.Value!, CelType.String);
            case CelTokenKind.Bytes:
                Take();
                return new ConstantExpression(token.Position, token.Value!, CelType.Bytes);
            case CelTokenKind.Int or CelTokenKind.Uint or CelTokenKind.Float:
                return Number(negative: false, token.Position);
            case CelTokenKind.Symbol:
                break;
            default:
                throw Unexpected(ExpressionStart);
        }
        switch (token.Text)
        {
            case "(":
                Take();
                var inner = Expression();
                Expect(")");
                return inner;
            case "[":
                return List();
            case "{":
                return Map();
            case ".":
                Take();
                if (Current.Kind != CelTokenKind.Identifier)
                    throw Unexpected("IDENTIFIER");
                return Identifier(".");
            case "-":
                Take();
                return Number(negative: true, token.Position);
            case "true" or "false":
                Take();
                return new ConstantExpression(token.Position, CelValues.Bool(token.Text == "true"), CelType.Bool);
            case "null":
                Take();
                return new ConstantExpression(token.Position, CelNull.Value, CelType.Null);
            default:
                throw Unexpected(ExpressionStart);
        }
    }

    private CelExpression Identifier(string prefix)
    {
        var token = Take();
        if (Current.Is("("))
        {
            var open = Current.Position;
            var arguments = Arguments();
            return (prefix.Length == 0 ? CelMacros.ExpandGlobal(open, token.Text, arguments) : null)
                ?? new CallExpression(open, token.Text, null, arguments);
        }
        if (Reserved.Contains(token.Text))
            throw new CelSyntaxException(token.Position, $"reserved identifier: {token.Text}");
        return new IdentifierExpression(token.Position, prefix + token.Text);
    }

    private ListExpression List()
    {
        var open = Take().Position;
        var elements = new List<(CelExpression, bool)>();
        while (!Current.Is("]"))
        {
            var optional = TryTake("?");
            elements.Add((Expression(), optional));
            if (!TryTake(","))
                break;
        }
        Expect("]");
        return new ListExpression(open, [.. elements]);
    }

    private MapExpression Map()
    {
        var open = Take().Position;
        var entries = new List<(CelExpression, CelExpression, bool)>();
        while (!Current.Is("}"))
        {
            var optional = TryTake("?");
            var key = Expression();
            Expect(":");
            entries.Add((key, Expression(), optional));
            if (!TryTake(","))
                break;
        }
        Expect("}");
        return new MapExpression(open, [.. entries]);
    }

    private ConstantExpression Number(bool negative, int position)
    {
        var token = Take();
        var text = token.Text;
        var sign = negative ? "-" : "";
        if (token.Kind == CelTokenKind.Float)
        {
            var number = double.Parse(sign + text, NumberStyles.Float, CultureInfo.InvariantCulture);
            return double.IsFinite(number)
                ? new ConstantExpression(position, number, CelType.Double)
                : throw new CelSyntaxException(position, "invalid double literal");
        }
        var isUint = token.Kind == CelTokenKind.Uint;
        if (isUint)
            text = text[..^1];
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var parsed = ulong.TryParse(isHex ? text.AsSpan(2) : text, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture, out var magnitude);
        if (isUint)
        {
            return parsed
                ? new ConstantExpression(position, magnitude, CelType.Uint)
                : throw new CelSyntaxException(position, "invalid uint literal");
        }
        if (!parsed || magnitude > (ulong)long.MaxValue + (negative ? 1UL : 0))
            throw new CelSyntaxException(position, "invalid int literal");
        return new ConstantExpression(position, negative ? unchecked(-(long)magnitude) : (long)magnitude, CelType.Int);
    }

    /// <summary><c>a.b.c</c> as a name; null for anything else.</summary>
    public static string? QualifiedName(CelExpression expression) => expression switch
    {
        IdentifierExpression identifier => identifier.Name.TrimStart('.'),
        SelectExpression { Mode: SelectMode.Value } select =>
            QualifiedName(select.Operand) is { } prefix ? $"{prefix}.{select.Field}" : null,
        _ => null,
    };

    private CelToken Take() => _tokens[_at++];

    private bool TryTake(string symbol)
    {
        if (!Current.Is(symbol))
            return false;
        _at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (TryTake(symbol))
            return;
        throw Current.Kind == CelTokenKind.End && symbol != ":"
            ? new CelSyntaxException(Current.Position, $"Syntax error: missing '{symbol}' at '<EOF>'")
            : Unexpected($"'{symbol}'");
    }

    private CelSyntaxException Unexpected(string expected) =>
        new(Current.Position, $"Syntax error: mismatched input '{Current.Text}' expecting {expected}");
}

using System.Text;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Cuts an expression into tokens.</summary>
internal sealed class CelLexer(CodePoints source)
{
    private static readonly string[] Symbols =
    [
        "==", "!=", "<=", ">=", "&&", "||", "<", ">", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":", "+", "*", "/", "%",
    ];

    private int _at;

    public List<CelToken> Tokens()
    {
        var tokens = new List<CelToken>();
        do
        {
            SkipBlanks();
            tokens.Add(Next());
        }
        while (tokens[^1].Kind != CelTokenKind.End);
        return tokens;
    }

    private int Peek(int ahead = 0) => _at + ahead < source.Length ? source[_at + ahead] : -1;

    private void SkipBlanks()
    {
        while (true)
        {
            if (Peek() is ' ' or '\t' or '\r' or '\n' or '\f')
                _at++;
            else if (Peek() == '/' && Peek(1) == '/')
                while (Peek() is not (-1 or '\n'))
                    _at++;
            else
                return;
        }
    }

    private CelToken Next()
    {
        var start = _at;
        var c = Peek();
        if (c == -1)
            return new CelToken(CelTokenKind.End, start, "<EOF>");
        if (StringPrefix() is { } prefix)
            return Quoted(start, prefix);
        if (IsLetter(c))
        {
            while (IsLetter(Peek()) || IsDigit(Peek()))
                _at++;
            var word = source.Text(start, _at);
            return new CelToken(word is "in" or "true" or "false" or "null" ? CelTokenKind.Symbol : CelTokenKind.Identifier, start, word);
        }
        if (IsDigit(c) || (c == '.' && IsDigit(Peek(1))))
            return Number(start);
        foreach (var symbol in Symbols)
        {
            if (c == symbol[0] && (symbol.Length == 1 || Peek(1) == symbol[1]))
            {
                _at += symbol.Length;
                return new CelToken(CelTokenKind.Symbol, start, symbol);
            }
        }
        throw new CelSyntaxException(start, $"Syntax error: token recognition error at: '{source.Text(start, start + 1)}'");
    }

    private CelToken Number(int start)
    {
        if (Peek() == '0' && Peek(1) is 'x' or 'X' && IsHex(Peek(2)))
        {
            _at += 2;
            while (IsHex(Peek()))
                _at++;
            return IntegerEnd(start);
        }
        SkipDigits();
        var isFloat = false;
        if (Peek() == '.' && IsDigit(Peek(1)))
        {
            isFloat = true;
            _at++;
            SkipDigits();
        }
        if (Peek() is 'e' or 'E' && (IsDigit(Peek(1)) || (Peek(1) is '+' or '-' && IsDigit(Peek(2)))))
        {
            isFloat = true;
            _at += 2;
            SkipDigits();
        }
        return isFloat ? new CelToken(CelTokenKind.Float, start, source.Text(start, _at)) : IntegerEnd(start);
    }

    private CelToken IntegerEnd(int start)
    {
        if (Peek() is not ('u' or 'U'))
            return new CelToken(CelTokenKind.Int, start, source.Text(start, _at));
        _at++;
        return new CelToken(CelTokenKind.Uint, start, source.Text(start, _at));
    }

    private void SkipDigits()
    {
        while (IsDigit(Peek()))
            _at++;
    }

    /// <summary>Length of what stands before the opening quote here; null when no string literal starts here.</summary>
    private int? StringPrefix()
    {
        var length = 0;
        if (Peek() is 'b' or 'B')
            length++;
        if (Peek(length) is 'r' or 'R')
            length++;
        return Peek(length) is '"' or '\'' ? length : null;
    }

    private CelToken Quoted(int start, int prefix)
    {
        var isBytes = prefix > 0 && Peek() is 'b' or 'B';
        var isRaw = prefix > 0 && Peek(prefix - 1) is 'r' or 'R';
        _at += prefix;
        var quote = Peek();
        var quotes = Peek(1) == quote && Peek(2) == quote ? 3 : 1;
        _at += quotes;
        var value = new LiteralValue(isBytes);
        while (!AtClosing(quote, quotes))
        {
            var c = Peek();
            if (c == -1 || (quotes == 1 && c is '\n' or '\r'))
                throw new CelSyntaxException(start, $"Syntax error: token recognition error at: '{source.Text(start, _at)}'");
            if (c == '\\' && !isRaw)
                Escape(start, value);
            else
            {
                value.AddCodePoint(c);
                _at++;
            }
        }
        _at += quotes;
        return new CelToken(isBytes ? CelTokenKind.Bytes : CelTokenKind.String, start, source.Text(start, _at), value.Value);
    }

    private bool AtClosing(int quote, int quotes) => Peek() == quote && (quotes == 1 || (Peek(1) == quote && Peek(2) == quote));

    private void Escape(int start, LiteralValue value)
    {
        var escaped = Peek(1);
        _at += 2;
        switch (escaped)
        {
            case 'a': value.AddCodePoint('\a'); return;
            case 'b': value.AddCodePoint('\b'); return;
            case 'f': value.AddCodePoint('\f'); return;
            case 'n': value.AddCodePoint('\n'); return;
            case 'r': value.AddCodePoint('\r'); return;
            case 't': value.AddCodePoint('\t'); return;
            case 'v': value.AddCodePoint('\v'); return;
            case '\\' or '\'' or '"' or '`' or '?': value.AddCodePoint(escaped); return;
            case 'x' or 'X': value.AddNumber(Digits(start, 2, 16)); return;
            case 'u' when !value.IsBytes: value.AddCodePoint(CodePoint(start, Digits(start, 4, 16))); return;
            case 'U' when !value.IsBytes: value.AddCodePoint(CodePoint(start, Digits(start, 8, 16))); return;
            case >= '0' and <= '3':
                _at--;
                value.AddNumber(Digits(start, 3, 8));
                return;
            default:
                throw new CelSyntaxException(start,
                    $"Syntax error: token recognition error at: '{source.Text(start, Math.Min(_at, source.Length))}'");
        }
    }

    private int Digits(int start, int count, int radix)
    {
        var value = 0L;
        for (var i = 0; i < count; i++, _at++)
        {
            var c = Peek();
            var digit = IsHex(c) ? Convert.ToInt32(((char)c).ToString(), 16) : 99;
            if (digit >= radix)
                throw new CelSyntaxException(start, $"Syntax error: token recognition error at: '{source.Text(start, _at)}'");
            value = value * radix + digit;
        }
        return value > int.MaxValue ? int.MaxValue : (int)value;
    }

    private static int CodePoint(int start, int value) =>
        Rune.IsValid(value) ? value : throw new CelSyntaxException(start, "invalid unicode code point");

    private static bool IsLetter(int c) => c is '_' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z');

    private static bool IsDigit(int c) => c is >= '0' and <= '9';

    private static bool IsHex(int c) => IsDigit(c) || c is (>= 'a' and <= 'f') or (>= 'A' and <= 'F');

    private sealed class LiteralValue(bool isBytes)
    {
        private readonly StringBuilder _text = new();
        private readonly List<byte> _bytes = [];

        public bool IsBytes => isBytes;

        public object Value => isBytes ? new CelBytes([.. _bytes]) : _text.ToString();

        public void AddCodePoint(int codePoint)
        {
            var rune = new Rune(codePoint);
            if (!isBytes)
            {
                _text.Append(rune.ToString());
                return;
            }
            Span<byte> utf8 = stackalloc byte[4];
            _bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
        }

        /// <summary>A number in octal or hexadecimal: a byte in bytes, a code point in strings.</summary>
        public void AddNumber(int number)
        {
            if (isBytes)
                _bytes.Add((byte)number);
            else
                AddCodePoint(number);
        }
    }
}

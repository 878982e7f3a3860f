using System.Globalization;
using System.Runtime.CompilerServices;

namespace DpuCluster.ApiServer.Patches;

/// <summary>
/// Finds the first thing wrong with a JSON text and names it in the words of Go's <c>encoding/json</c>. Runs only after the
/// text was already found to be malformed, so it may be slow.
/// </summary>
internal ref struct GoJsonSyntax
{
    private readonly ReadOnlySpan<byte> _text;
    private int _at;
    private string? _error;

    private GoJsonSyntax(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>The error, or null when Go would find none.</summary>
    public static string? Explain(ReadOnlySpan<byte> text)
    {
        var scan = new GoJsonSyntax(text);
        scan.SkipSpace();
        if (!scan.Value("looking for beginning of value"))
            return scan._error;
        scan.SkipSpace();
        if (scan._at < text.Length)
            scan.Fail("after top-level value");
        return scan._error;
    }

    private bool Value(string context)
    {
        if (_at >= _text.Length)
            return Fail(context);
        // Go gives up after 10,000 levels; a thread of a pool may have no room for so many.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            _error ??= "exceeded max depth";
            return false;
        }
        switch (_text[_at])
        {
            case (byte)'{':
                return Object();
            case (byte)'[':
                return Array();
            case (byte)'"':
                return String();
            case (byte)'t':
                return Literal("true");
            case (byte)'f':
                return Literal("false");
            case (byte)'n':
                return Literal("null");
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                return Number();
            default:
                return Fail(context);
        }
    }

    private bool Object()
    {
        _at++;
        SkipSpace();
        if (Take('}'))
            return true;
        for (var context = "looking for beginning of object key string"; ;)
        {
            if (_at >= _text.Length || _text[_at] != '"')
                return Fail(context);
            if (!String())
                return false;
            SkipSpace();
            if (!Take(':'))
                return Fail("after object key");
            SkipSpace();
            if (!Value("looking for beginning of value"))
                return false;
            SkipSpace();
            if (Take('}'))
                return true;
            if (!Take(','))
                return Fail("after object key:value pair");
            SkipSpace();
        }
    }

    private bool Array()
    {
        _at++;
        SkipSpace();
        if (Take(']'))
            return true;
        while (true)
        {
            if (!Value("looking for beginning of value"))
                return false;
            SkipSpace();
            if (Take(']'))
                return true;
            if (!Take(','))
                return Fail("after array element");
            SkipSpace();
        }
    }

    private bool String()
    {
        for (_at++; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c == '"')
            {
                _at++;
                return true;
            }
            if (c < 0x20)
                return Fail("in string literal");
            if (c != '\\')
                continue;
            _at++;
            if (_at >= _text.Length || !"bfnrtu\\/\"".Contains((char)_text[_at]))
                return Fail("in string escape code");
            if (_text[_at] != 'u')
                continue;
            for (var i = 0; i < 4; i++)
            {
                _at++;
                if (_at >= _text.Length || !char.IsAsciiHexDigit((char)_text[_at]))
                    return Fail("in \\u hexadecimal character escape");
            }
        }
        return Fail("in string literal");
    }

    private bool Literal(string word)
    {
        for (var i = 0; i < word.Length; i++, _at++)
        {
            if (_at >= _text.Length || _text[_at] != word[i])
                return Fail($"in literal {word} (expecting {Quote((byte)word[i])})");
        }
        return true;
    }

    private bool Number()
    {
        Take('-');
        if (!Take('0') && !Digits())
            return Fail("in numeric literal");
        if (Take('.') && !Digits())
            return Fail("after decimal point in numeric literal");
        if (Take('e') || Take('E'))
        {
            if (!Take('+'))
                Take('-');
            if (!Digits())
                return Fail("in exponent of numeric literal");
        }
        return true;
    }

    private bool Digits()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiDigit((char)_text[_at]))
            _at++;
        return _at > start;
    }

    private bool Take(char c)
    {
        if (_at >= _text.Length || _text[_at] != c)
            return false;
        _at++;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            _at++;
    }

    private bool Fail(string context)
    {
        _error = _at >= _text.Length ? "unexpected end of JSON input" : $"invalid character {Quote(_text[_at])} {context}";
        return false;
    }

    // Go looks at bytes, and shows each as the character of that number.
    private static string Quote(byte c) => c switch
    {
        (byte)'\'' => @"'\''",
        (byte)'"' => "'\"'",
        (byte)'\\' => @"'\\'",
        (byte)'\n' => @"'\n'",
        (byte)'\r' => @"'\r'",
        (byte)'\t' => @"'\t'",
        < 0x20 or 0x7f => string.Create(CultureInfo.InvariantCulture, $"'\\x{c:x2}'"),
        >= 0x80 and < 0xa1 or 0xad => string.Create(CultureInfo.InvariantCulture, $"'\\u{(int)c:x4}'"),
        _ => $"'{(char)c}'",
    };
}

using System.Text;
using System.Text.RegularExpressions;

namespace DpuCluster.ApiServer.Regexes;

/// <content>Escapes and classes of characters.</content>
internal sealed partial class GoRegexTranslation
{
    private static readonly Dictionary<string, string> PosixClasses = new(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["ascii"] = @"\x00-\x7F",
        ["blank"] = @"\t ",
        ["cntrl"] = @"\x00-\x1F\x7F",
        ["digit"] = "0-9",
        ["graph"] = "!-~",
        ["lower"] = "a-z",
        ["print"] = " -~",
        ["punct"] = @"!-/:-@\[-`{-~",
        ["space"] = @"\t\n\v\f\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    /// <returns>Whether what was escaped can be repeated.</returns>
    private bool TranslateEscape()
    {
        var escaped = Escaped();
        switch (escaped)
        {
            case 'Q':
                var end = pattern.IndexOf(@"\E", _position, StringComparison.Ordinal);
                var literal = end < 0 ? pattern[(_position + 2)..] : pattern[(_position + 2)..end];
                _translated.Append(Regex.Escape(literal));
                _position = end < 0 ? pattern.Length : end + 2;
                return literal.Length > 0;
            case 'A' or 'z':
                _translated.Append('\\').Append(escaped);
                _position += 2;
                return true;
            case 'b' or 'B':
                // \b of ECMAScript is the ASCII one, but cannot be had without the rest of that mode; the difference is
                // whether a letter outside ASCII is part of a word.
                _translated.Append('\\').Append(escaped);
                _position += 2;
                return true;
            default:
                _translated.Append(ClassOfEscape(insideClass: false));
                return true;
        }
    }

    private char Escaped() =>
        _position + 1 < pattern.Length ? pattern[_position + 1] : throw new GoRegexException("trailing backslash at end of expression: ``");

    /// <summary>An escape that stands for a character or for several; moves past it.</summary>
    private string ClassOfEscape(bool insideClass)
    {
        var start = _position;
        var escaped = Escaped();
        _position += 2;
        switch (escaped)
        {
            case 'd':
                return insideClass ? "0-9" : "[0-9]";
            case 'w':
                return insideClass ? "0-9A-Za-z_" : "[0-9A-Za-z_]";
            case 's':
                return insideClass ? @"\t\n\f\r " : @"[\t\n\f\r ]";
            case 'D':
                return insideClass ? @"\x00-/:-\uFFFF" : "[^0-9]";
            case 'W':
                return insideClass ? @"\x00-/:-@\[-^`{-\uFFFF" : "[^0-9A-Za-z_]";
            case 'S':
                return insideClass ? @"\x00-\x08\x0B\x0E-\x1F!-\uFFFF" : @"[^\t\n\f\r ]";
            case 'a' or 'f' or 'n' or 'r' or 't' or 'v':
                return "\\" + escaped;
            case 'x':
                return Hexadecimal(start);
            case 'p' or 'P':
                return UnicodeClass(start, escaped);
            case >= '0' and <= '7':
                return Octal(start);
            case var punctuation when char.IsAscii(punctuation) && !char.IsAsciiLetterOrDigit(punctuation):
                return "\\" + punctuation;
            default:
                throw new GoRegexException($@"invalid escape sequence: `\{escaped}`");
        }
    }

    private string Hexadecimal(int start)
    {
        string digits;
        if (_position < pattern.Length && pattern[_position] == '{')
        {
            var end = pattern.IndexOf('}', _position);
            digits = end < 0 ? "" : pattern[(_position + 1)..end];
            _position = end < 0 ? pattern.Length : end + 1;
        }
        else
        {
            digits = _position + 2 <= pattern.Length ? pattern.Substring(_position, 2) : "";
            _position = Math.Min(_position + 2, pattern.Length);
        }

        return int.TryParse(digits, System.Globalization.NumberStyles.AllowHexSpecifier, null, out var code) && Rune.IsValid(code)
            ? Literal(new Rune(code))
            : throw new GoRegexException($"invalid escape sequence: `{pattern[start.._position]}`");
    }

    private string Octal(int start)
    {
        var end = _position;
        while (end < pattern.Length && end < start + 4 && pattern[end] is >= '0' and <= '7')
        {
            end++;
        }

        if (pattern[start + 1] != '0' && end == start + 2)
        {
            throw new GoRegexException($"invalid escape sequence: `{pattern[start..end]}`");
        }

        _position = end;
        return Literal(new Rune(Convert.ToInt32(pattern[(start + 1)..end], 8)));
    }

    private static string Literal(Rune rune) =>
        string.Concat(rune.ToString().Select(c => $"\\u{(int)c:X4}"));

    private string UnicodeClass(int start, char escaped)
    {
        string name;
        if (_position < pattern.Length && pattern[_position] == '{')
        {
            var end = pattern.IndexOf('}', _position);
            name = end < 0 ? "" : pattern[(_position + 1)..end];
            _position = end < 0 ? pattern.Length : end + 1;
        }
        else
        {
            name = _position < pattern.Length ? pattern[_position].ToString() : "";
            _position = Math.Min(_position + 1, pattern.Length);
        }

        var negated = (escaped == 'P') ^ name.StartsWith('^');
        name = name.TrimStart('^');
        var dotNetName = name switch
        {
            "Greek" => "IsGreek",
            "Cyrillic" => "IsCyrillic",
            "Latin" => "L",
            _ => name,
        };
        return name.Length > 0
            ? $"\\{(negated ? 'P' : 'p')}{{{dotNetName}}}"
            : throw new GoRegexException($"invalid character class range: `{pattern[start.._position]}`");
    }

    private void TranslateClass()
    {
        var start = _position++;
        _translated.Append('[');
        if (_position < pattern.Length && pattern[_position] == '^')
        {
            _translated.Append('^');
            _position++;
        }

        var first = true;
        while (true)
        {
            if (_position >= pattern.Length)
            {
                throw new GoRegexException($"missing closing ]: `{pattern[start..]}`");
            }

            if (pattern[_position] == ']' && !first)
            {
                _position++;
                _translated.Append(']');
                return;
            }

            first = false;
            TranslateClassItem();
        }
    }

    private void TranslateClassItem()
    {
        var start = _position;
        if (pattern.AsSpan(_position).StartsWith("[:") && pattern.IndexOf(":]", _position + 2, StringComparison.Ordinal) is var end and >= 0)
        {
            TranslatePosixClass(end);
            return;
        }

        var low = ClassCharacter();
        if (_position + 1 < pattern.Length && pattern[_position] == '-' && pattern[_position + 1] != ']')
        {
            _position++;
            var high = ClassCharacter();
            if (low.Length == 1 && high.Length == 1 && low[0] > high[0])
            {
                throw new GoRegexException($"invalid character class range: `{pattern[start.._position]}`");
            }

            _translated.Append(low).Append('-').Append(high);
            return;
        }

        _translated.Append(low == "-" ? @"\-" : low);
    }

    private void TranslatePosixClass(int end)
    {
        var name = pattern[(_position + 2)..end];
        var negated = name.StartsWith('^');
        if (!PosixClasses.TryGetValue(name.TrimStart('^'), out var characters) || negated)
        {
            throw new GoRegexException($"invalid character class range: `{pattern[_position..(end + 2)]}`");
        }

        _translated.Append(characters);
        _position = end + 2;
    }

    private string ClassCharacter()
    {
        if (_position >= pattern.Length)
        {
            return "";
        }

        var c = pattern[_position];
        if (c == '\\')
        {
            return ClassOfEscape(insideClass: true);
        }

        _position++;
        return c is '[' or '^' or ']' ? "\\" + c : c.ToString();
    }
}

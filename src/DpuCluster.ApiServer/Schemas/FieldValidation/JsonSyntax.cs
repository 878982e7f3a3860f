using System.Text;

namespace DpuCluster.ApiServer.Schemas.FieldValidation;

/// <summary>Says what is wrong with text that is known not to be JSON, in the words that clients of Kubernetes see.</summary>
internal static class JsonSyntax
{
    private const string UnexpectedEnd = "unexpected end of JSON input";

    public static string Explain(ReadOnlySpan<byte> utf8)
    {
        var scan = new Scan(Encoding.UTF8.GetString(utf8));
        return scan.Value(0) ?? scan.End() ?? "exceeded max depth";
    }

    /// <summary>Reads along until something is wrong; every method gives what that is, or null.</summary>
    private sealed class Scan(string text)
    {
        private int _position;

        public string? End()
        {
            SkipSpace();
            return _position < text.Length ? Invalid("after top-level value") : null;
        }

        public string? Value(int depth)
        {
            SkipSpace();
            if (_position >= text.Length)
            {
                return UnexpectedEnd;
            }

            switch (text[_position])
            {
                case '{' or '[' when depth == StrictJson.DeepestNesting:
                    return "exceeded max depth";
                case '{':
                    return Members(depth + 1);
                case '[':
                    return Elements(depth + 1);
                case '"':
                    return Text();
                case 't':
                    return Literal("true");
                case 'f':
                    return Literal("false");
                case 'n':
                    return Literal("null");
                case '-' or (>= '0' and <= '9'):
                    return Number();
                default:
                    return Invalid("looking for beginning of value");
            }
        }

        private string? Members(int depth)
        {
            _position++;
            SkipSpace();
            if (Take('}'))
            {
                return null;
            }

            while (true)
            {
                SkipSpace();
                if (_position >= text.Length || text[_position] != '"')
                {
                    return Invalid("looking for beginning of object key string");
                }

                if (Text() is { } wrongKey)
                {
                    return wrongKey;
                }

                SkipSpace();
                if (!Take(':'))
                {
                    return Invalid("after object key");
                }

                if (Value(depth) is { } wrongValue)
                {
                    return wrongValue;
                }

                SkipSpace();
                if (Take('}'))
                {
                    return null;
                }

                if (!Take(','))
                {
                    return Invalid("after object key:value pair");
                }
            }
        }

        private string? Elements(int depth)
        {
            _position++;
            SkipSpace();
            if (Take(']'))
            {
                return null;
            }

            while (true)
            {
                if (Value(depth) is { } wrong)
                {
                    return wrong;
                }

                SkipSpace();
                if (Take(']'))
                {
                    return null;
                }

                if (!Take(','))
                {
                    return Invalid("after array element");
                }
            }
        }

        private string? Text()
        {
            _position++;
            while (_position < text.Length)
            {
                switch (text[_position])
                {
                    case '"':
                        _position++;
                        return null;
                    case '\\':
                        _position++;
                        if (Escape() is { } wrong)
                        {
                            return wrong;
                        }

                        break;
                    case < ' ':
                        return Invalid("in string literal");
                    default:
                        _position++;
                        break;
                }
            }

            return UnexpectedEnd;
        }

        private string? Escape()
        {
            if (_position >= text.Length || !"\"\\/bfnrtu".Contains(text[_position], StringComparison.Ordinal))
            {
                return Invalid("in string escape code");
            }

            var digits = text[_position++] == 'u' ? 4 : 0;
            for (; digits > 0; digits--, _position++)
            {
                if (_position >= text.Length || !char.IsAsciiHexDigit(text[_position]))
                {
                    return Invalid("in \\u hexadecimal character escape");
                }
            }

            return null;
        }

        private string? Literal(string literal)
        {
            foreach (var expected in literal)
            {
                if (!Take(expected))
                {
                    return Invalid($"in literal {literal} (expecting '{expected}')");
                }
            }

            return null;
        }

        private string? Number()
        {
            Take('-');
            if (!Take('0') && !Digits())
            {
                return Invalid("in numeric literal");
            }

            if (Take('.') && !Digits())
            {
                return Invalid("after decimal point in numeric literal");
            }

            if (Take('e') || Take('E'))
            {
                _ = Take('+') || Take('-');
                if (!Digits())
                {
                    return Invalid("in exponent of numeric literal");
                }
            }

            return null;
        }

        private bool Digits()
        {
            var start = _position;
            while (_position < text.Length && char.IsAsciiDigit(text[_position]))
            {
                _position++;
            }

            return _position > start;
        }

        private bool Take(char expected)
        {
            if (_position >= text.Length || text[_position] != expected)
            {
                return false;
            }

            _position++;
            return true;
        }

        private void SkipSpace()
        {
            while (_position < text.Length && text[_position] is ' ' or '\t' or '\r' or '\n')
            {
                _position++;
            }
        }

        private string Invalid(string where)
        {
            if (_position >= text.Length)
            {
                return UnexpectedEnd;
            }

            // Bytes are named one by one, so that of a character outside ASCII its first byte is.
            var first = Encoding.UTF8.GetBytes(text, _position, char.IsHighSurrogate(text[_position]) && _position + 1 < text.Length ? 2 : 1)[0];
            var shown = (char)first switch
            {
                '\'' => @"'\''",
                '"' => "'\"'",
                var c => $"'{GoText.Quote(c.ToString())[1..^1]}'",
            };
            return $"invalid character {shown} {where}";
        }
    }
}

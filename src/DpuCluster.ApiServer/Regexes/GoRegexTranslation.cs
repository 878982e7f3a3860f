using System.Text;

namespace DpuCluster.ApiServer.Regexes;

/// <summary>One pattern on its way from RE2's syntax to that of .NET.</summary>
internal sealed partial class GoRegexTranslation(string pattern)
{
    private const int MostRepeats = 1000;
    private const int DeepestNesting = 250;

    private readonly StringBuilder _translated = new();
    private readonly Stack<Group> _groups = new();
    private int _position;
    private bool _isMultiline;
    private bool _isUngreedy;

    // The product of nested repetitions is limited: (a{1000}){1000} would need a million states.
    private long _largestRepeat = 1;
    private long _repeatOfLast = 1;
    private long _sizeOfLast;

    /// <summary>How many characters and classes there are once repetitions are written out: about the states of the automaton.</summary>
    public long Size { get; private set; }

    public string Translate()
    {
        var repeatable = false;
        string? repeat = null;
        while (_position < pattern.Length)
        {
            var c = pattern[_position];
            switch (c)
            {
                case '\\':
                    One();
                    repeatable = TranslateEscape();
                    break;
                case '[':
                    One();
                    TranslateClass();
                    repeatable = true;
                    break;
                case '(':
                    OpenGroup();
                    repeatable = false;
                    break;
                case ')':
                    CloseGroup();
                    repeatable = true;
                    break;
                case '*' or '+' or '?':
                    repeat = Repeat(length: 1, repeatable, repeat);
                    continue;
                case '{' when RepeatCount() is { } length:
                    repeat = Repeat(length, repeatable, repeat);
                    continue;
                case '{' or '}':
                    One();
                    _translated.Append('\\').Append(c);
                    _position++;
                    repeatable = true;
                    break;
                case '$':
                    _translated.Append(_isMultiline ? @"(?m:$)" : @"\z");
                    _position++;
                    repeatable = true;
                    break;
                case '|':
                    _translated.Append(c);
                    _position++;
                    repeatable = false;
                    break;
                default:
                    One();
                    _translated.Append(c);
                    _position++;
                    repeatable = true;
                    break;
            }

            repeat = null;
        }

        return _groups.Count == 0 ? _translated.ToString() : throw new GoRegexException($"missing closing ): `{pattern}`");
    }

    private void One()
    {
        _repeatOfLast = 1;
        _sizeOfLast = 1;
        Size++;
    }

    private string Repeat(int length, bool repeatable, string? before)
    {
        var isLazy = _position + length < pattern.Length && pattern[_position + length] == '?';
        var operators = pattern.Substring(_position, isLazy ? length + 1 : length);
        if (!repeatable)
        {
            throw new GoRegexException($"missing argument to repetition operator: `{operators}`");
        }

        if (before is not null)
        {
            throw new GoRegexException($"invalid nested repetition operator: `{before}{operators}`");
        }

        _translated.Append(operators.AsSpan(0, length));
        if (isLazy != _isUngreedy)
        {
            _translated.Append('?');
        }

        _position += operators.Length;
        return operators;
    }

    /// <summary>Length of <c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c> here; null where the brace is only a brace.</summary>
    private int? RepeatCount()
    {
        var end = pattern.IndexOf('}', _position);
        if (end < 0)
        {
            return null;
        }

        var counts = pattern[(_position + 1)..end].Split(',');
        if (counts.Length > 2 || counts[0].Length == 0 || !counts.All(count => count.All(char.IsAsciiDigit)))
        {
            return null;
        }

        var text = pattern[_position..(end + 1)];
        var least = Count(counts[0], text);
        var most = counts.Length == 2 && counts[1].Length > 0 ? Count(counts[1], text) : least;
        var times = Math.Max(1, most);
        _repeatOfLast *= times;
        if (most < least || _repeatOfLast > MostRepeats)
        {
            throw new GoRegexException($"invalid repeat count: `{text}`");
        }

        _largestRepeat = Math.Max(_largestRepeat, _repeatOfLast);
        Size += _sizeOfLast * (times - 1);
        _sizeOfLast *= times;
        return text.Length;
    }

    private static int Count(string digits, string text) =>
        int.TryParse(digits, out var count) && count <= MostRepeats ? count : throw new GoRegexException($"invalid repeat count: `{text}`");

    private void OpenGroup()
    {
        if (_groups.Count == DeepestNesting)
        {
            throw new GoRegexException($"expression nests too deeply: `{pattern}`");
        }

        _groups.Push(new(_isMultiline, _isUngreedy, _largestRepeat, Size));
        _largestRepeat = 1;
        _position++;
        if (_position >= pattern.Length || pattern[_position] != '?')
        {
            _translated.Append('(');
            return;
        }

        var rest = pattern[(_position - 1)..];
        if (rest.StartsWith("(?P<", StringComparison.Ordinal) || (rest.StartsWith("(?<", StringComparison.Ordinal) && rest is not ['(', '?', '<', '=' or '!', ..]))
        {
            OpenNamedGroup(rest);
            return;
        }

        OpenFlags(rest);
    }

    private void OpenNamedGroup(string rest)
    {
        var nameStart = rest.IndexOf('<', StringComparison.Ordinal) + 1;
        var end = rest.IndexOf('>', StringComparison.Ordinal);
        if (end < 0)
        {
            throw new GoRegexException($"invalid named capture: `{rest}`");
        }

        var name = rest[nameStart..end];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw new GoRegexException($"invalid named capture: `{rest[..(end + 1)]}`");
        }

        // Nothing asks for groups by name.
        _translated.Append('(');
        _position += end;
    }

    private void OpenFlags(string rest)
    {
        var on = true;
        var flags = new StringBuilder();
        for (var i = 2; i < rest.Length; i++)
        {
            switch (rest[i])
            {
                case 'i' or 's':
                    flags.Append(rest[i]);
                    break;
                case 'm':
                    _isMultiline = on;
                    flags.Append('m');
                    break;
                case 'U':
                    _isUngreedy = on;
                    break;
                case '-' when on:
                    on = false;
                    flags.Append('-');
                    break;
                case ':':
                    _translated.Append("(?").Append(flags.ToString().TrimEnd('-')).Append(':');
                    _position += i;
                    return;
                case ')':
                    // The flags stay on when the parenthesis closes, up to the end of the group around it.
                    _largestRepeat = _groups.Pop().LargestRepeat;
                    var switched = flags.ToString().TrimEnd('-');
                    if (switched.Length > 0)
                    {
                        _translated.Append("(?").Append(switched).Append(')');
                    }

                    _position += i;
                    return;
                default:
                    throw new GoRegexException($"invalid or unsupported Perl syntax: `{rest[..(i + 1)]}`");
            }
        }

        throw new GoRegexException($"missing closing ): `{pattern}`");
    }

    private void CloseGroup()
    {
        if (!_groups.TryPop(out var group))
        {
            throw new GoRegexException($"unexpected ): `{pattern}`");
        }

        (_isMultiline, _isUngreedy) = (group.IsMultiline, group.IsUngreedy);
        _repeatOfLast = _largestRepeat;
        _sizeOfLast = Size - group.Size;
        _largestRepeat = Math.Max(_largestRepeat, group.LargestRepeat);
        _translated.Append(')');
        _position++;
    }

    /// <summary>What held before a group was opened.</summary>
    private readonly record struct Group(bool IsMultiline, bool IsUngreedy, long LargestRepeat, long Size);
}

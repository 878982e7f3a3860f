using System.Text;
using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Functions of strings.</summary>
internal static class CelStrings
{
    public static void Declare(CelFunctionTable table)
    {
        DeclareTests(table);
        DeclareSearch(table);
        DeclareCutting(table);
        DeclareBuilding(table);
    }

    private static CelError OutOfRange(long index) => new($"index out of range: {index}");

    private static CelFunctionBody Traversal(Func<object[], object> body, int times = 1) => (frame, arguments) =>
    {
        frame.ChargeText(CelValues.Size(arguments[0]) * times);
        return body(arguments);
    };

    private static void DeclareTests(CelFunctionTable table)
    {
        table.Member("startsWith", [CelType.String, CelType.String], CelType.Bool, (frame, arguments) =>
        {
            frame.ChargeText(CelValues.Size(arguments[1]));
            return CelValues.Bool(((string)arguments[0]).StartsWith((string)arguments[1], StringComparison.Ordinal));
        });
        table.Member("endsWith", [CelType.String, CelType.String], CelType.Bool, (frame, arguments) =>
        {
            frame.ChargeText(CelValues.Size(arguments[1]));
            return CelValues.Bool(((string)arguments[0]).EndsWith((string)arguments[1], StringComparison.Ordinal));
        });
        table.Member("contains", [CelType.String, CelType.String], CelType.Bool, (frame, arguments) =>
        {
            ChargeSearch(frame, arguments);
            return CelValues.Bool(((string)arguments[0]).Contains((string)arguments[1], StringComparison.Ordinal));
        });
    }

    private static void ChargeSearch(CelFrame frame, object[] arguments) =>
        frame.Charge((CelValues.Size(arguments[0]) + 9) / 10 * ((CelValues.Size(arguments[1]) + 9) / 10));

    private static void DeclareSearch(CelFunctionTable table)
    {
        table.Member("charAt", [CelType.String, Int], CelType.String, Traversal(arguments =>
        {
            var (text, index) = ((string)arguments[0], (long)arguments[1]);
            var length = Runes.Count(text);
            if (index < 0 || index > length)
                return OutOfRange(index);
            return index == length ? "" : text[Runes.Offset(text, index)..Runes.Offset(text, index + 1)];
        }));
        table.Member("indexOf", [CelType.String, CelType.String], Int, (frame, arguments) =>
        {
            ChargeSearch(frame, arguments);
            return IndexOf((string)arguments[0], (string)arguments[1], 0);
        });
        table.Member("indexOf", [CelType.String, CelType.String, Int], Int, (frame, arguments) =>
        {
            ChargeSearch(frame, arguments);
            return IndexOf((string)arguments[0], (string)arguments[1], (long)arguments[2]);
        });
        table.Member("lastIndexOf", [CelType.String, CelType.String], Int, (frame, arguments) =>
        {
            ChargeSearch(frame, arguments);
            return LastIndexOf((string)arguments[0], (string)arguments[1], null);
        });
        table.Member("lastIndexOf", [CelType.String, CelType.String, Int], Int, (frame, arguments) =>
        {
            ChargeSearch(frame, arguments);
            return LastIndexOf((string)arguments[0], (string)arguments[1], (long)arguments[2]);
        });
    }

    private static object IndexOf(string text, string wanted, long from)
    {
        if (wanted.Length == 0)
            return from;
        if (from < 0)
            return OutOfRange(from);
        if (from >= Runes.Count(text))
            return -1L;
        var found = text.IndexOf(wanted, Runes.Offset(text, from), StringComparison.Ordinal);
        return found < 0 ? -1L : Runes.Index(text, found);
    }

    private static object LastIndexOf(string text, string wanted, long? from)
    {
        var length = Runes.Count(text);
        if (wanted.Length == 0)
            return from ?? length;
        if (from < 0)
            return OutOfRange(from.Value);
        if (from >= length)
            return -1L;
        var end = from is null ? text.Length : (int)Math.Min(text.Length, (long)Runes.Offset(text, from.Value) + wanted.Length);
        var found = text.AsSpan(0, end).LastIndexOf(wanted, StringComparison.Ordinal);
        return found < 0 ? -1L : Runes.Index(text, found);
    }

    private static void DeclareCutting(CelFunctionTable table)
    {
        table.Member("lowerAscii", [CelType.String], CelType.String,
            Traversal(arguments => MapAscii((string)arguments[0], char.IsAsciiLetterUpper, 32)));
        table.Member("upperAscii", [CelType.String], CelType.String,
            Traversal(arguments => MapAscii((string)arguments[0], char.IsAsciiLetterLower, -32)));
        table.Member("trim", [CelType.String], CelType.String, Traversal(arguments => ((string)arguments[0]).Trim()));
        table.Member("substring", [CelType.String, Int], CelType.String, Traversal(arguments =>
            Substring((string)arguments[0], (long)arguments[1], null)));
        table.Member("substring", [CelType.String, Int, Int], CelType.String, Traversal(arguments =>
            Substring((string)arguments[0], (long)arguments[1], (long)arguments[2])));
        table.Member("split", [CelType.String, CelType.String], List(CelType.String), (frame, arguments) =>
            Split(frame, (string)arguments[0], (string)arguments[1], -1));
        table.Member("split", [CelType.String, CelType.String, Int], List(CelType.String), (frame, arguments) =>
            Split(frame, (string)arguments[0], (string)arguments[1], (long)arguments[2]));
    }

    private static string MapAscii(string text, Predicate<char> affected, int shift) =>
        string.Create(text.Length, (text, affected, shift), static (target, state) =>
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = state.affected(state.text[i]) ? (char)(state.text[i] + state.shift) : state.text[i];
        });

    private static object Substring(string text, long start, long? end)
    {
        var length = Runes.Count(text);
        var until = end ?? length;
        object result = (start, until) switch
        {
            _ when end is not null && start > until => new CelError($"invalid substring range. start: {start}, end: {until}"),
            _ when start < 0 || start > length => OutOfRange(start),
            _ when until < 0 || until > length => OutOfRange(until),
            _ => text[Runes.Offset(text, start)..Runes.Offset(text, until)],
        };
        return result;
    }

    private static CelArray Split(CelFrame frame, string text, string separator, long limit)
    {
        frame.ChargeText(Runes.Count(text) * 2L);
        if (limit == 0)
            return CelArray.Empty;
        var parts = new List<object>();
        var start = 0;
        while (parts.Count != limit - 1)
        {
            var next = separator.Length > 0
                ? text.IndexOf(separator, start, StringComparison.Ordinal)
                : start < text.Length ? start + Runes.Offset(text[start..Math.Min(text.Length, start + 2)], 1) : -1;
            if (next < 0 || (separator.Length == 0 && next >= text.Length))
                break;
            parts.Add(text[start..next]);
            start = next + separator.Length;
        }
        if (separator.Length > 0 || start < text.Length)
            parts.Add(text[start..]);
        return new CelArray(parts);
    }

    private static void DeclareBuilding(CelFunctionTable table)
    {
        table.Member("replace", [CelType.String, CelType.String, CelType.String], CelType.String, (frame, arguments) =>
            Replace(frame, (string)arguments[0], (string)arguments[1], (string)arguments[2], -1));
        table.Member("replace", [CelType.String, CelType.String, CelType.String, Int], CelType.String, (frame, arguments) =>
            Replace(frame, (string)arguments[0], (string)arguments[1], (string)arguments[2], (long)arguments[3]));
        table.Member("join", [List(CelType.String)], CelType.String, (frame, arguments) => Join(frame, (CelList)arguments[0], ""));
        table.Member("join", [List(CelType.String), CelType.String], CelType.String, (frame, arguments) =>
            Join(frame, (CelList)arguments[0], (string)arguments[1]));
        table.Member("format", [CelType.String, List(Dyn)], CelType.String, (frame, arguments) =>
            CelFormatting.Format(frame, (string)arguments[0], (CelList)arguments[1]));
        table.Global("strings.quote", [CelType.String], CelType.String, Traversal(arguments => CelFormatting.Quote((string)arguments[0])));
    }

    private static string Replace(CelFrame frame, string text, string old, string replacement, long limit)
    {
        frame.ChargeText(Runes.Count(text) * 2L);
        var result = new StringBuilder();
        var at = 0;
        var count = 0L;
        while (limit < 0 || count < limit)
        {
            // An empty string is found before every code point and at the end.
            var step = old.Length > 0 || at >= text.Length ? 0 : char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
            var next = old.Length > 0 ? text.IndexOf(old, at, StringComparison.Ordinal) : at;
            if (next < 0)
                break;
            frame.ChargeText(replacement.Length);
            result.Append(text, at, next - at).Append(replacement).Append(text, next, step);
            count++;
            at = next + old.Length + step;
            if (old.Length == 0 && step == 0)
                break;
        }
        return result.Append(text, Math.Min(at, text.Length), text.Length - Math.Min(at, text.Length)).ToString();
    }

    private static object Join(CelFrame frame, CelList list, string separator)
    {
        var result = new StringBuilder();
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is not string text)
                return list[i] as CelError ?? CelError.NoSuchOverload;
            frame.ChargeText((text.Length + separator.Length) * 2L);
            result.Append(i == 0 ? "" : separator).Append(text);
        }
        return result.ToString();
    }
}

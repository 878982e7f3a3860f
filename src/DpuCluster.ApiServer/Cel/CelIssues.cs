using System.Globalization;
using System.Text;

namespace DpuCluster.ApiServer.Cel;

/// <summary>What is wrong with an expression, shown the way the reference implementation shows it: position, line and a caret.</summary>
internal sealed class CelIssues(CodePoints source)
{
    private const int MaxReported = 100;

    private readonly List<(int Position, string Message)> _issues = [];

    public bool Any => _issues.Count > 0;

    public int Count => _issues.Count;

    public void Report(int position, string message)
    {
        if (_issues.Count < MaxReported && !_issues.Contains((position, message)))
            _issues.Add((position, message));
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (position, message) in _issues.OrderBy(i => i.Position))
        {
            if (text.Length > 0)
                text.Append('\n');
            var start = position;
            while (start > 0 && source[start - 1] != '\n')
                start--;
            var end = start;
            while (end < source.Length && source[end] != '\n')
                end++;
            var line = 1;
            for (var i = 0; i < start; i++)
                line += source[i] == '\n' ? 1 : 0;
            var column = position - start;
            text.Append(CultureInfo.InvariantCulture, $"ERROR: <input>:{line}:{column + 1}: {message}\n | ")
                .Append(source.Text(start, end).Replace('\t', ' '))
                .Append("\n | ");
            for (var i = start; i < position; i++)
                text.Append(IsWide(i < source.Length ? source[i] : ' ') ? '．' : '.');
            text.Append(IsWide(position < source.Length ? source[position] : ' ') ? '＾' : '^');
        }
        return text.ToString();
    }

    private static bool IsWide(int codePoint) => codePoint > 0x7f;
}

/// <summary>Source text by code points, which is how positions are counted.</summary>
internal sealed class CodePoints
{
    private readonly int[] _points;

    public CodePoints(string text)
    {
        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            points.Add(rune.Value);
        _points = [.. points];
    }

    public int Length => _points.Length;

    public int this[int index] => _points[index];

    public string Text(int start, int end)
    {
        var text = new StringBuilder(end - start);
        for (var i = start; i < end; i++)
            text.Append(char.ConvertFromUtf32(_points[i]));
        return text.ToString();
    }
}

using System.Globalization;
using System.Text;
using Spectre.Console;

namespace DpuCluster.Bench.Measure;

/// <summary>Shows figures to people: as a table on the terminal, and as Markdown.</summary>
internal static class FigureTable
{
    /// <param name="counted">What the scenario counts: the heading of the sizes.</param>
    /// <param name="figures">The rows.</param>
    public static void Print(string counted, IEnumerable<Figure> figures)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in Columns(counted))
        {
            table.AddColumn(column, settings => settings.NoWrap());
        }

        foreach (var figure in figures)
        {
            var cells = Cells(figure).Select(Markup.Escape).ToArray();
            if (figure.Missed is { } missed)
            {
                cells[5] = missed ? "[red]missed[/]" : "[green]met[/]";
            }

            table.AddRow(cells);
        }

        if (!AnsiConsole.Profile.Out.IsTerminal)
        {
            AnsiConsole.Profile.Width = 240;
        }

        AnsiConsole.Write(table);
    }

    /// <param name="counted">What the scenario counts: the heading of the sizes.</param>
    /// <param name="figures">The rows.</param>
    public static string ToMarkdown(string counted, IEnumerable<Figure> figures)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", Columns(counted))} |");
        text.AppendLine("|---|---:|---:|---:|---:|---|---|");
        foreach (var figure in figures)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", Cells(figure))} |");
        }

        return text.ToString();
    }

    private static string[] Columns(string counted) => ["figure", counted, "ours", "reference", "target", "", "note"];

    private static string[] Cells(Figure figure) =>
    [
        figure.What,
        figure.Size,
        Figure.Format(figure.Value, figure.Unit),
        figure.Reference is { } reference ? Figure.Format(reference, figure.Unit) : "",
        figure.Target is { } target ? $"≤ {Figure.Format(target, figure.Unit)}" : figure.Least is { } least ? $"≥ {Figure.Format(least, figure.Unit)}" : "",
        figure.Missed switch { true => "missed", false => "met", null => "" },
        figure.Note,
    ];
}

using System.Globalization;
using System.Text;
using Spectre.Console;

namespace DpuCluster.Bench.Measure;

/// <summary>Shows figures to people: as a table on the terminal, and as Markdown.</summary>
internal static class FigureTable
{
    private static readonly string[] Columns = ["figure", "clusters", "ours", "reference", "target", "", "note"];

    public static void Print(IEnumerable<Figure> figures)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in Columns)
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

    public static string ToMarkdown(IEnumerable<Figure> figures)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", Columns)} |");
        text.AppendLine("|---|---:|---:|---:|---:|---|---|");
        foreach (var figure in figures)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", Cells(figure))} |");
        }

        return text.ToString();
    }

    private static string[] Cells(Figure figure) =>
    [
        figure.What,
        figure.Clusters,
        Figure.Format(figure.Value, figure.Unit),
        figure.Reference is { } reference ? Figure.Format(reference, figure.Unit) : "",
        figure.Target is { } target ? $"≤ {Figure.Format(target, figure.Unit)}" : "",
        figure.Missed switch { true => "missed", false => "met", null => "" },
        figure.Note,
    ];
}

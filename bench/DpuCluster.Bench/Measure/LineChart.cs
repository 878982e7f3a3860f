using System.Globalization;
using System.Text;

namespace DpuCluster.Bench.Measure;

/// <summary>Draws curves over time as SVG, one panel below the other, each from 0 to a round number.</summary>
/// <param name="title">What all panels show.</param>
internal sealed class LineChart(string title)
{
    private const int Width = 900;
    private const int PanelHeight = 170;
    private const int Left = 70;
    private const int Right = 20;
    private const int Top = 50;
    private const int Gap = 55;
    private const int Lines = 4;

    private static readonly string[] Colours = ["#1f6fb4", "#d1641e", "#2f8f4e", "#8a4fa8"];

    private readonly List<(string Heading, IReadOnlyList<Curve> Curves)> _panels = [];

    /// <summary>Adds a panel.</summary>
    /// <param name="heading">What it shows, and in which unit.</param>
    /// <param name="curves">Its curves; each must have a point.</param>
    public void Add(string heading, params IReadOnlyList<Curve> curves) => _panels.Add((heading, curves));

    /// <summary>The picture.</summary>
    public string ToSvg()
    {
        var height = Top + (_panels.Count * (PanelHeight + Gap));
        var svg = new StringBuilder();
        Append(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}" viewBox="0 0 {Width} {height}" font-family="sans-serif" font-size="12">""");
        Append(svg, $"""<rect width="{Width}" height="{height}" fill="white"/>""");
        Append(svg, $"""<text x="{Left}" y="22" font-size="16">{Escape(title)}</text>""");
        foreach (var (index, (heading, curves)) in _panels.Index())
        {
            Draw(svg, Top + (index * (PanelHeight + Gap)), heading, curves);
        }

        return svg.AppendLine("</svg>").ToString();
    }

    private static void Draw(StringBuilder svg, int top, string heading, IReadOnlyList<Curve> curves)
    {
        var most = RoundedUp(curves.Max(curve => curve.Points.Max(point => point.Value)));
        var end = Math.Max(1, curves.Max(curve => curve.Points[^1].Minute));
        Append(svg, $"""<text x="{Left}" y="{top - 6}" font-weight="bold">{Escape(heading)}</text>""");
        for (var line = 0; line <= Lines; line++)
        {
            var y = top + PanelHeight - (PanelHeight * line / (double)Lines);
            Append(svg, $"""<line x1="{Left}" y1="{y:0.#}" x2="{Width - Right}" y2="{y:0.#}" stroke="#dddddd"/>""");
            Append(svg, $"""<text x="{Left - 6}" y="{y + 4:0.#}" text-anchor="end">{most * line / Lines:0.##}</text>""");
            var x = X(end * line / Lines, end);
            Append(svg, $"""<text x="{x:0.#}" y="{top + PanelHeight + 16}" text-anchor="middle">{end * line / Lines:0.#} min</text>""");
        }

        foreach (var (index, curve) in curves.Index())
        {
            var points = string.Join(' ', curve.Points.Select(point => string.Create(
                CultureInfo.InvariantCulture, $"{X(point.Minute, end):0.#},{top + PanelHeight - (PanelHeight * point.Value / most):0.#}")));
            var colour = Colours[index % Colours.Length];
            Append(svg, $"""<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>""");
            Append(svg, $"""<text x="{Width - Right - ((curves.Count - 1 - index) * 180)}" y="{top - 6}" fill="{colour}" text-anchor="end">{Escape(curve.Name)}</text>""");
        }
    }

    private static double X(double minute, double end) => Left + ((Width - Left - Right) * minute / end);

    /// <summary>The next of 1, 2, 4 or 8 times a power of ten, which four lines divide well.</summary>
    private static double RoundedUp(double value)
    {
        if (value <= 0)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return power * new[] { 1, 2, 4, 8, 10 }.First(factor => factor * power >= value);
    }

    private static string Escape(string text) => System.Security.SecurityElement.Escape(text)!;

    private static void Append(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}

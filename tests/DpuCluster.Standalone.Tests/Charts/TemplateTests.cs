using System.Text.Json.Nodes;
using DpuCluster.ChartGenerator.Templates;

namespace DpuCluster.Standalone.Tests.Charts;

/// <summary>The renderer does what Helm does with what the chart uses, and refuses the rest.</summary>
public sealed class TemplateTests : IDisposable
{
    private readonly DirectoryInfo _chart = Directory.CreateTempSubdirectory("dpucluster-chart-");

    public void Dispose() => _chart.Delete(recursive: true);

    [Theory]
    [InlineData("a: {{ .Values.word }}", "a: x")]
    [InlineData("a:\n{{- .Values.word }}\nb", "a:x\nb")]
    [InlineData("a {{ .Values.word -}}\n  b", "a xb")]
    [InlineData("{{ .Values.word | quote }}", "\"x\"")]
    [InlineData("{{ .Values.none | default \"y\" }}", "y")]
    [InlineData("{{ if .Values.none }}a{{ else }}b{{ end }}", "b")]
    [InlineData("{{ if and .Values.sure (not .Values.none) }}a{{ end }}", "a")]
    [InlineData("{{ if or .Values.none (eq .Values.word \"x\") }}a{{ end }}", "a")]
    [InlineData("{{ if gt (int .Values.three) 3 }}a{{ else }}b{{ end }}", "b")]
    [InlineData("{{ range .Values.list }}{{ . }}{{ $.Values.word }};{{ end }}", "1x;2x;")]
    [InlineData("{{ range list \"p\" \"q\" }}-{{ . }}{{ end }}", "-p-q")]
    [InlineData("{{ with .Values.map }}{{ .b }}{{ end }}", "2")]
    [InlineData("{{ with .Values.none }}no{{ end }}.", ".")]
    [InlineData("m:{{ toYaml .Values.map | nindent 2 }}", "m:\n  a: 1\n  b: 2")]
    [InlineData("{{- /* nothing */ -}}a", "a")]
    [InlineData("{{ define \"d\" }}[{{ .Values.word }}]{{ end }}{{ include \"d\" . }}", "[x]")]
    public void Construct_that_the_chart_uses_is_rendered_as_Helm_does(string template, string expected) => Render(template).ShouldBe(expected + "\n");

    [Theory]
    [InlineData("{{ .Values.absent }}", "no .Values.absent")]
    [InlineData("{{ .Values.word.more }}", "no .Values.word.more")]
    [InlineData("{{ .Values.word | upper }}", "upper")]
    [InlineData("{{ $x := 1 }}", "$x")]
    [InlineData("{{ if .Values.sure }}a", "end")]
    [InlineData("a{{ end }}", "ends nothing")]
    [InlineData("a {{ .Values.word", "braces")]
    [InlineData("{{ template \"d\" . }}", "template")]
    [InlineData("{{ include \"absent\" . }}", "nothing defines absent")]
    [InlineData("{{ range .Values.map }}a{{ end }}", "lists")]
    [InlineData("{{ .Values.map }}", "cannot stand in a text")]
    [InlineData("{{ if eq .Values.word 1 }}a{{ end }}", "different kinds")]
    [InlineData("{{ .Values.word .Values.word }}", ".Values.word")]
    [InlineData("{{ printf `a` }}", "printf")]
    [InlineData("{{ fail \"do this\" }}", "do this")]
    public void Everything_else_is_refused(string template, string why) =>
        Should.Throw<TemplateException>(() => Render(template)).Message.ShouldContain(why);

    private string Render(string template)
    {
        File.WriteAllText(Path.Combine(_chart.FullName, "Chart.yaml"), "name: x\nappVersion: \"1\"\n");
        File.WriteAllText(
            Path.Combine(_chart.FullName, "values.yaml"), "word: x\nnone: \"\"\nsure: true\nthree: 3\nlist: [1, 2]\nmap: {b: 2, a: 1}\n");
        _chart.CreateSubdirectory("templates");
        File.WriteAllText(Path.Combine(_chart.FullName, "templates", "t.yaml"), template);
        return Chart.Read(_chart.FullName).Render(new JsonObject())["templates/t.yaml"];
    }
}

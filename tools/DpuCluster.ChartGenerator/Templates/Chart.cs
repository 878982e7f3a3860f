using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.ChartGenerator.Templates;

/// <summary>
/// A Helm chart, rendered without Helm. It knows the part of the template language that the chart of this project keeps to, and refuses
/// everything else: a field that does not exist, a value of the wrong kind, a function or a construct that it does not know.
/// </summary>
internal sealed class Chart
{
    private static readonly string[] Free =
    [
        "affinity.", "config.spec.", "grafanaDashboard.labels.", "nodeSelector.", "podAnnotations.", "resources.", "serviceMonitor.labels.",
    ];

    private readonly Dictionary<string, IReadOnlyList<TemplateNode>> _definitions = [];
    private readonly SortedDictionary<string, IReadOnlyList<TemplateNode>> _templates = new(StringComparer.Ordinal);
    private readonly string _directory;
    private readonly JsonObject _chart;

    private Chart(string directory)
    {
        _directory = directory;
        _chart = ReadYaml("Chart.yaml");
        Values = ReadYaml("values.yaml");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(directory, "templates")).Order(StringComparer.Ordinal))
        {
            var name = $"templates/{Path.GetFileName(file)}";
            var nodes = TemplateParser.Parse(name, File.ReadAllText(file), _definitions);
            if (Path.GetExtension(file) != ".tpl")
            {
                _templates.Add(name, nodes);
            }
        }
    }

    /// <summary>The chart's own values.</summary>
    public JsonObject Values { get; }

    /// <summary>Reads a chart.</summary>
    /// <param name="directory">Where it is.</param>
    /// <exception cref="TemplateException">There is something in it that is not understood.</exception>
    public static Chart Read(string directory) => new(directory);

    /// <summary>Renders it: file → text, of those files in which there is any.</summary>
    /// <param name="values">What the user sets.</param>
    /// <param name="ns">Namespace of the release.</param>
    /// <exception cref="TemplateException">A template cannot be rendered with these values, or refuses them.</exception>
    public SortedDictionary<string, string> Render(JsonObject values, string ns = "default")
    {
        var root = new JsonObject
        {
            [nameof(Values)] = Merged("", Values, values),
            ["Release"] = new JsonObject { ["Name"] = "dpucluster", ["Namespace"] = ns },
            ["Chart"] = new JsonObject { ["Name"] = _chart["name"]!.DeepClone(), ["AppVersion"] = _chart["appVersion"]!.DeepClone() },
        };
        var rendered = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, nodes) in _templates)
        {
            var text = Text(name, nodes, root, root).Trim('\n');
            if (text.Length > 0)
            {
                rendered.Add(name, $"{text}\n");
            }
        }

        return rendered;
    }

    /// <summary>As Helm lays the user's values over the chart's: maps are merged, all else is replaced.</summary>
    private static JsonObject Merged(string path, JsonObject chart, JsonObject user)
    {
        var merged = chart.DeepClone().AsObject();
        foreach (var (key, value) in user)
        {
            if (!chart.TryGetPropertyValue(key, out var own) && !IsFree(path))
            {
                throw new TemplateException($"the chart has no value {path}{key}");
            }

            merged[key] = own is JsonObject map && value is JsonObject more ? Merged($"{path}{key}.", map, more) : value?.DeepClone();
        }

        return merged;
    }

    /// <summary>Maps in which the user may put what he likes.</summary>
    private static bool IsFree(string path) =>
        Free.Any(free => path.StartsWith(free, StringComparison.Ordinal));

    private string Text(string where, IReadOnlyList<TemplateNode> nodes, JsonObject root, JsonNode? here)
    {
        var text = new StringBuilder();
        foreach (var node in nodes)
        {
            switch (node)
            {
                case TemplateNode.Literal literal:
                    text.Append(literal.Value);
                    break;
                case TemplateNode.Output output:
                    text.Append(TemplateFunctions.Text(Value(where, output.Value, root, here)));
                    break;
                case TemplateNode.If choice:
                    text.Append(Text(where, TemplateFunctions.IsTrue(Value(where, choice.Condition, root, here)) ? choice.Then : choice.Else, root, here));
                    break;
                case TemplateNode.With with:
                    var about = Value(where, with.Value, root, here);
                    text.Append(TemplateFunctions.IsTrue(about) ? Text(where, with.Then, root, about) : "");
                    break;
                case TemplateNode.Range range:
                    var items = Value(where, range.Items, root, here) as JsonArray ?? throw new TemplateException($"{where}: only lists can be gone through");
                    text.AppendJoin("", items.Select(item => Text(where, range.Each, root, item)));
                    break;
                default:
                    throw new InvalidOperationException($"no node is a {node.GetType().Name}");
            }
        }

        return text.ToString();
    }

    private JsonNode? Value(string where, Expression expression, JsonObject root, JsonNode? here)
    {
        switch (expression)
        {
            case Expression.Constant constant:
                return constant.Value;
            case Expression.Field field:
                return field.Path.Aggregate(field.OfRoot ? root : here, (value, name) => value is JsonObject map && map.TryGetPropertyValue(name, out var found)
                    ? found
                    : throw new TemplateException($"{where}: there is no .{string.Join('.', field.Path)}"));
            case Expression.Call { Function: "and" or "or", Arguments: var operands } call:
                // The first that decides it, or the last.
                return operands.Select(one => Value(where, one, root, here)).Aggregate((one, next) => TemplateFunctions.IsTrue(one) == (call.Function == "or") ? one : next);
            case Expression.Call { Function: "include", Arguments: [var name, var about] }:
                var definition = TemplateFunctions.Text(Value(where, name, root, here));
                var subject = Value(where, about, root, here);
                return Text(definition, _definitions.GetValueOrDefault(definition) ?? throw new TemplateException($"{where}: nothing defines {definition}"), subject as JsonObject ?? root, subject);
            case Expression.Call { Function: TemplateFunctions.GetFile, Arguments: [var file] }:
                return File.ReadAllText(Path.Combine(_directory, TemplateFunctions.Text(Value(where, file, root, here)))).TrimEnd('\n');
            case Expression.Call call:
                try
                {
                    return TemplateFunctions.Call(call.Function, [.. call.Arguments.Select(one => Value(where, one, root, here))]);
                }
                catch (TemplateException exception) when (!exception.Message.StartsWith("templates/", StringComparison.Ordinal))
                {
                    throw new TemplateException($"{where}: {exception.Message}");
                }

            default:
                throw new InvalidOperationException($"no expression is a {expression.GetType().Name}");
        }
    }

    private JsonObject ReadYaml(string file) => Yaml.ToJson(File.ReadAllText(Path.Combine(_directory, file)))!.AsObject();
}

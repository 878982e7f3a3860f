using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DpuCluster.CrdGenerator;

/// <summary>The summaries of doc comments, as plain text, out of the XML files that the compiler puts beside the assemblies.</summary>
internal sealed partial class DocComments
{
    private readonly Dictionary<Assembly, Dictionary<string, XElement>> _files = [];

    /// <summary>What the comment of a type says; null where there is none.</summary>
    public string? Of(Type type) => Summary(type.Assembly, $"T:{type.FullName}");

    /// <summary>What the comment of a property says; null where there is none.</summary>
    public string? Of(PropertyInfo property) =>
        Summary(property.DeclaringType!.Assembly, $"P:{property.DeclaringType.FullName}.{property.Name}");

    private string? Summary(Assembly assembly, string member)
    {
        if (!_files.TryGetValue(assembly, out var members))
        {
            var file = Path.ChangeExtension(assembly.Location, ".xml");
            members = XDocument.Load(file).Descendants("member").ToDictionary(element => element.Attribute("name")!.Value);
            _files.Add(assembly, members);
        }

        if (members.GetValueOrDefault(member)?.Element("summary") is not { } summary)
        {
            return null;
        }

        var text = new StringBuilder();
        Append(text, summary);
        return WhiteSpace().Replace(text.ToString(), " ").Trim();
    }

    private static void Append(StringBuilder text, XElement element)
    {
        foreach (var node in element.Nodes())
        {
            if (node is XText words)
            {
                text.Append(words.Value);
            }
            else if (node is XElement inner && inner.IsEmpty)
            {
                text.Append(Reference(inner));
            }
            else if (node is XElement tagged)
            {
                Append(text, tagged);
            }
        }
    }

    /// <summary>What an empty tag stands for: a keyword, or a member, by the name that users of the API know it by.</summary>
    private static string Reference(XElement element)
    {
        if (element.Attribute("langword")?.Value is { } word)
        {
            return word;
        }

        var name = element.Attribute("cref")?.Value ?? element.Attribute("name")?.Value ?? "";
        var last = name[(name.LastIndexOf('.') + 1)..];
        return name.StartsWith("P:", StringComparison.Ordinal) ? JsonNamingPolicy.CamelCase.ConvertName(last) : last;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}

using System.Reflection;
using System.Text.RegularExpressions;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Cli.Tests;

/// <summary>What the documents say of the code is so.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string[] WithoutReasons = ["DpuCluster.Kubernetes", "DpuCluster.ApiServer", "DpuCluster.Standalone"];

    [Fact]
    public void Every_reason_that_the_code_can_set_is_in_the_table_and_no_other()
    {
        var known = ReasonsOfTheCode();
        var told = ReasonsOfTheTables();
        known.ShouldContain("HealthCheckPassed");
        known.ShouldContain("RollingOut");
        told.Order(StringComparer.Ordinal).ShouldBe(known.Order(StringComparer.Ordinal), "docs/troubleshooting.md has the reasons of the code");
    }

    [Fact]
    public void Reasons_have_names_in_the_code()
    {
        // Else the test above would not know of them.
        var literal = Directory.EnumerateFiles(Path.Combine(Repository.Root(), "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !WithoutReasons.Any(name => file.Contains($"{Path.DirectorySeparatorChar}{name}{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
            .SelectMany(file => File.ReadLines(file).Where(line => LiteralReason().IsMatch(line)).Select(line => $"{Path.GetFileName(file)}: {line.Trim()}"));
        literal.ShouldBeEmpty();
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var broken = new List<string>();
        foreach (var file in Documents())
        {
            foreach (Match link in Link().Matches(File.ReadAllText(file)))
            {
                var (path, anchor) = (link.Groups["path"].Value, link.Groups["anchor"].Value);
                var target = path.Length == 0 ? file : Path.Combine(Path.GetDirectoryName(file)!, path);
                if (!Path.Exists(target) || (anchor.Length > 0 && !Anchors(target).Contains(anchor)))
                {
                    broken.Add($"{Path.GetFileName(file)}: {link.Value}");
                }
            }
        }

        Documents().Count().ShouldBeGreaterThan(5);
        broken.ShouldBeEmpty();
    }

    private static HashSet<string> ReasonsOfTheCode() =>
    [
        .. Directory.EnumerateFiles(AppContext.BaseDirectory, "DpuCluster.*.dll")
            .Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Where(name => !name.EndsWith("Tests", StringComparison.Ordinal) && !name.Contains("Testing", StringComparison.Ordinal) && !WithoutReasons.Contains(name))
            .SelectMany(name => Assembly.Load(name).GetTypes())
            .Where(type => type is { IsAbstract: true, IsSealed: true } && type.Name.EndsWith("Reason", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(field => field is { IsLiteral: true } && field.FieldType == typeof(string))
            .Select(field => (string)field.GetRawConstantValue()!),
    ];

    // Of each table, the words in the column "reason", in code style.
    private static HashSet<string> ReasonsOfTheTables()
    {
        HashSet<string> reasons = [];
        var column = -1;
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root(), "docs", "troubleshooting.md")))
        {
            var cells = line.Split('|');
            if (cells.Length < 3)
            {
                column = -1;
            }
            else if (column < 0)
            {
                column = Array.FindIndex(cells, cell => cell.Trim() is "reason" or "reason of the event");
                column = column < 0 ? int.MaxValue : column;
            }
            else if (column < cells.Length && Word().Match(cells[column]) is { Success: true } word && !cells[column].Contains("that of", StringComparison.Ordinal))
            {
                reasons.Add(word.Groups[1].Value);
                cells[column + 1].Trim().ShouldNotBeEmpty($"{word.Value} is explained");
            }
        }

        return reasons;
    }

    private static IEnumerable<string> Documents() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root(), "docs"), "*.md").Append(Path.Combine(Repository.Root(), "README.md"));

    // As the sites that show Markdown make them: small letters, blanks to hyphens, everything else but hyphens left out.
    private static HashSet<string> Anchors(string file) =>
    [
        .. File.ReadLines(file).Where(line => line.StartsWith('#')).Select(line => NoAnchor().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-')),
    ];

    [GeneratedRegex(@"\]\((?<path>[^)#:]*)(#(?<anchor>[^)]*))?\)")]
    private static partial Regex Link();

    [GeneratedRegex("`([A-Za-z]+)`")]
    private static partial Regex Word();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NoAnchor();

    [GeneratedRegex("\\b[Rr]eason (=|:) \"[A-Z]")]
    private static partial Regex LiteralReason();
}
